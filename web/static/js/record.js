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
  const loud = box.querySelector("[data-loud]");
  const loudWords = box.querySelector("[data-loud-words]");
  const save = box.querySelector("[data-save]");
  const send = form.querySelector("[data-send]");
  box.hidden = false;
  form.querySelector("[data-no-recorder]").hidden = true;

  const KINDS = { "audio/webm;codecs=opus": "webm", "audio/ogg;codecs=opus": "ogg", "audio/mp4": "m4a" };
  let recorder = null;
  let ticking = 0;

  // How loud the microphone hears, so that a wrong or far one is seen while reading and not after.
  const listenTo = (stream) => {
    const context = new AudioContext();
    const ear = context.createAnalyser();
    context.createMediaStreamSource(stream).connect(ear);
    const wave = new Float32Array(ear.fftSize);
    const meter = loud.querySelector("meter");
    const began = Date.now();
    let top = 0;
    loudWords.textContent = "";
    loud.hidden = false;
    const looking = setInterval(() => {
      ear.getFloatTimeDomainData(wave);
      const peak = wave.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
      top = Math.max(top, peak);
      meter.value = Math.max(0, 1 + Math.log10(Math.max(peak, 0.001)) / 3);
      let words = "";
      if (top >= 0.99) words = "Quá to: hãy ngồi xa micro hơn một chút.";
      else if (top < 0.03 && Date.now() - began > 4000) words = "Chưa nghe thấy tiếng: hãy kiểm tra micro, nói gần hơn.";
      if (loudWords.textContent !== words) loudWords.textContent = words;
    }, 100);
    return () => { clearInterval(looking); loud.hidden = true; context.close(); };
  };

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
    const deaf = listenTo(stream);
    const began = Date.now();
    recorder = new MediaRecorder(stream, kind ? { mimeType: kind } : {});
    recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
    recorder.addEventListener("stop", () => {
      clearInterval(ticking);
      deaf();
      stream.getTracks().forEach((track) => track.stop());
      label.textContent = "Ghi lại từ đầu";
      const blob = new Blob(parts, { type: recorder.mimeType });
      recorder = null;
      const files = new DataTransfer();
      const name = `ghi-am.${KINDS[kind] || "webm"}`;
      files.items.add(new File([blob], name, { type: blob.type }));
      field.files = files.files;
      heard.src = URL.createObjectURL(blob);
      heard.hidden = false;
      save.href = heard.src;
      save.download = name;
      save.closest("p").hidden = false;
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
    if (recorder) { event.preventDefault(); say("Đang ghi. Hãy bấm “Dừng ghi” rồi nghe lại trước khi gửi."); return; }
    send.disabled = true;
    send.querySelector("span").textContent = "Đang gửi, xin chờ…";
  });
  window.addEventListener("beforeunload", (event) => { if (recorder) event.preventDefault(); });
})();
