// The live microphone: try it first, then open the line; what is said goes out a piece at a time, each once, in order.
(() => {
  "use strict";
  const box = document.getElementById("talk");
  if (!box) return;
  const form = box.querySelector("form");
  const [tryIt, go, stop] = ["[data-try]", "[data-go]", "[data-end]"].map((s) => box.querySelector(s));
  const [words, clock, level] = ["[data-words]", "[data-clock]", "meter"].map((s) => box.querySelector(s));
  const token = form.querySelector("[name=csrf_token]").value;
  const RATE = 48000;
  const MOST_WAITING = 40;
  const MOST_AT_ONCE = 20;
  let line = null;
  let pieces = 0;
  let waiting = [];
  let leaving = 0; // the first so many of those waiting are on their way
  let sending = false;
  let until = 0;
  let context = null;
  let stream = null;

  const say = (text, bad = false) => { words.textContent = text; words.classList.toggle("error", bad); };
  const post = (url, body, more = {}) => fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token, ...more.headers }, keepalive: more.keepalive || false });

  const measure = (samples) => {
    let sum = 0;
    for (const s of samples) sum += s * s;
    const db = sum ? Math.max(-60, 10 * Math.log10(sum / samples.length / 32767 ** 2)) : -60;
    level.value = db;
    level.textContent = `${Math.round(db)} dB`;
  };

  const send = async () => {
    if (sending) return;
    sending = true;
    let failures = 0;
    while (line !== null && waiting.length) {
      const number = line;
      // All that waits goes in one request: a slow network must not make the talk trail. What is tried again is the
      // same, under the number of its last piece, so that nothing is taken twice.
      leaving = leaving || Math.min(waiting.length, MOST_AT_ONCE);
      const taken = waiting.slice(0, leaving);
      try {
        const body = new Blob(taken.map(([, buffer]) => buffer));
        const answer = await post(`/live/${number}/pieces/${taken[leaving - 1][0]}`, body, { headers: { "Content-Type": "application/octet-stream" } });
        if (!answer.ok) throw new Error(String(answer.status));
        const { open } = await answer.json();
        waiting.splice(0, leaving);
        leaving = 0;
        failures = 0;
        if (!open) { over("Lượt nói đã kết thúc ở máy phát."); break; }
      } catch {
        failures += 1;
        if (failures > 5) { over("Mất liên lạc với máy của đài; lượt nói đã kết thúc.", true); break; }
        await new Promise((done) => setTimeout(done, 150));
      }
    }
    sending = false;
  };

  const heard = (event) => {
    const buffer = event.data;
    measure(new Int16Array(buffer));
    if (line === null) return;
    waiting.push([pieces++, buffer]);
    if (waiting.length > MOST_WAITING) waiting.splice(leaving, waiting.length - MOST_WAITING);
    send();
  };

  const open = async () => {
    if (!navigator.mediaDevices || !window.AudioWorkletNode) {
      say("Trình duyệt chỉ cho dùng micro khi trang mở bằng https, hoặc mở ngay trên máy của đài (127.0.0.1).", true);
      return false;
    }
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true } });
    } catch {
      say("Trình duyệt không cho dùng micro. Hãy bấm vào ổ khóa cạnh địa chỉ trang và cho phép micro.", true);
      return false;
    }
    context = new AudioContext({ sampleRate: RATE });
    await context.audioWorklet.addModule(box.dataset.worklet);
    const node = new AudioWorkletNode(context, "piece", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
    node.port.onmessage = heard;
    context.createMediaStreamSource(stream).connect(node);
    stream.getAudioTracks()[0].addEventListener("ended", () => { if (line !== null) finish("Micro bị rút ra; lượt nói đã kết thúc."); });
    return true;
  };

  const over = (text, bad = false) => {
    line = null;
    waiting = [];
    leaving = 0;
    stop.hidden = true;
    go.hidden = true;
    box.classList.remove("is-live");
    say(text, bad);
    if (stream) stream.getTracks().forEach((t) => t.stop());
    if (context) { context.close(); context = null; }
  };

  const finish = async (text = "Đã kết thúc. Lượt nói được thu lại và ghi vào nhật ký.") => {
    const number = line;
    if (number === null) return;
    for (let n = 0; n < 20 && waiting.length; n += 1) await new Promise((done) => setTimeout(done, 50));
    over(text);
    await post(`/live/${number}/end`, null, { keepalive: true });
  };

  tryIt.addEventListener("click", async () => {
    tryIt.disabled = true;
    if (await open()) {
      go.disabled = false;
      go.focus();
      say("Micro đang chạy, chưa ra loa. Thanh mức nhảy khi bạn nói thì bấm “Bắt đầu nói ra loa”.");
    } else {
      tryIt.disabled = false;
    }
  });

  go.addEventListener("click", async () => {
    go.disabled = true;
    const answer = await post(box.dataset.start, new FormData(form));
    const found = await answer.json();
    if (!answer.ok) { say(found.error || "Chưa mở được đường ra loa.", true); go.disabled = false; return; }
    line = found.number;
    until = Date.now() + found.limit_s * 1000;
    go.hidden = true;
    tryIt.hidden = true;
    stop.hidden = false;
    stop.focus();
    box.classList.add("is-live");
    say("ĐANG RA LOA. Người nghe nghe sau bạn chừng nửa giây; đừng đứng gần loa.");
  });
  stop.addEventListener("click", () => finish());
  window.addEventListener("pagehide", () => { if (line !== null) post(`/live/${line}/end`, null, { keepalive: true }); });

  setInterval(async () => {
    if (line === null) return;
    const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (left === 0) { finish("Hết giờ nói; lượt nói đã kết thúc."); return; }
    const number = line;
    const answer = await fetch(`/live/${number}`).catch(() => null);
    if (!answer || !answer.ok || line !== number) return;
    const { state, verdict } = await answer.json();
    if (!["planned", "cued", "airing"].includes(state)) over(verdict || "Lượt nói đã kết thúc.", state !== "aired");
  }, 1000);
})();
