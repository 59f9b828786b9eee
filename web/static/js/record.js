// Recording on the page: the sound is put into the form's file field, so that sending it is like sending any file.
(() => {
  "use strict";
  const box = document.querySelector("[data-recorder]");
  if (!box || !navigator.mediaDevices || !window.MediaRecorder) return;
  const form = box.closest("form");
  const field = form.querySelector("input[type=file]");
  const button = box.querySelector("[data-record]");
  const label = button.querySelector("span");
  const clock = box.querySelector("[data-clock]");
  const heard = box.querySelector("[data-heard]");
  const trouble = box.querySelector("[data-trouble]");
  box.hidden = false;
  form.querySelector("[data-no-recorder]").hidden = true;

  const KINDS = { "audio/webm;codecs=opus": "webm", "audio/ogg;codecs=opus": "ogg", "audio/mp4": "m4a" };
  let recorder = null;
  let ticking = 0;

  const say = (words) => { trouble.textContent = words; trouble.hidden = !words; };
  const begin = async () => {
    say("");
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, noiseSuppression: false, autoGainControl: false } });
    } catch (error) {
      say(error.name === "NotFoundError" ? "Máy này không có micro. Hãy cắm micro rồi thử lại." : "Trình duyệt chưa cho dùng micro. Hãy bấm vào hình ổ khóa cạnh địa chỉ để cho phép, rồi thử lại.");
      return;
    }
    const kind = Object.keys(KINDS).find((k) => MediaRecorder.isTypeSupported(k));
    const parts = [];
    const began = Date.now();
    recorder = new MediaRecorder(stream, kind ? { mimeType: kind } : {});
    recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
    recorder.addEventListener("stop", () => {
      clearInterval(ticking);
      stream.getTracks().forEach((track) => track.stop());
      label.textContent = "Ghi lại từ đầu";
      const blob = new Blob(parts, { type: recorder.mimeType });
      recorder = null;
      const files = new DataTransfer();
      files.items.add(new File([blob], `ghi-am.${KINDS[kind] || "webm"}`, { type: blob.type }));
      field.files = files.files;
      heard.src = URL.createObjectURL(blob);
      heard.hidden = false;
    });
    // In pieces of a second, so that a recording that breaks off is not lost whole.
    recorder.start(1000);
    label.textContent = "Dừng ghi";
    ticking = setInterval(() => {
      const s = Math.floor((Date.now() - began) / 1000);
      clock.textContent = `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
    }, 250);
  };
  button.addEventListener("click", () => { if (recorder) recorder.stop(); else begin(); });
  form.addEventListener("submit", (event) => {
    if (recorder) { event.preventDefault(); say("Đang ghi. Hãy bấm “Dừng ghi” rồi nghe lại trước khi gửi."); }
  });
  window.addEventListener("beforeunload", (event) => { if (recorder) event.preventDefault(); });
})();
