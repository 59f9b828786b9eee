// Recording on the page: the sound is put into the form's file field, so that sending it is like sending any file.
import { advice } from "./level.js";
import { mmss } from "./time.js";
import { write } from "./words.js";

const KINDS = { "audio/webm;codecs=opus": "webm", "audio/ogg;codecs=opus": "ogg", "audio/mp4": "m4a" };

// How loud the microphone hears, so that a wrong or far one is seen while reading and not after.
const listenTo = (stream, loud, says) => {
  const words = loud.querySelector("[data-loud-words]");
  const meter = loud.querySelector("meter");
  const context = new AudioContext();
  const ear = context.createAnalyser();
  context.createMediaStreamSource(stream).connect(ear);
  const wave = new Float32Array(ear.fftSize);
  const began = Date.now();
  let top = 0;
  words.textContent = "";
  loud.hidden = false;
  const looking = setInterval(() => {
    ear.getFloatTimeDomainData(wave);
    const peak = wave.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    top = Math.max(top, peak);
    meter.value = Math.max(0, 1 + Math.log10(Math.max(peak, 0.001)) / 3);
    write(words, says[advice(top, Date.now() - began)] ?? "");
  }, 100);
  return () => {
    clearInterval(looking);
    loud.hidden = true;
    context.close();
  };
};

const start = (box) => {
  const says = box.dataset;
  const form = box.closest("form");
  const field = form.querySelector("input[type=file]");
  const button = box.querySelector("[data-record]");
  const label = button.querySelector("span");
  const clock = box.querySelector("[data-clock]");
  const heard = box.querySelector("[data-heard]");
  const trouble = box.querySelector("[data-trouble]");
  const save = box.querySelector("[data-save]");
  const send = form.querySelector("[data-send]");
  let recorder = null;
  box.hidden = false;
  form.querySelector("[data-no-recorder]").hidden = true;

  const say = (words) => {
    trouble.textContent = words;
    trouble.hidden = !words;
  };
  const keep = (blob, name) => {
    const files = new DataTransfer();
    files.items.add(new File([blob], name, { type: blob.type }));
    field.files = files.files;
    heard.src = URL.createObjectURL(blob);
    heard.hidden = false;
    save.href = heard.src;
    save.download = name;
    save.closest("p").hidden = false;
  };
  const begin = async () => {
    say("");
    let stream;
    try {
      const audio = { channelCount: 1, noiseSuppression: false, autoGainControl: false };
      stream = await navigator.mediaDevices.getUserMedia({ audio });
    } catch (error) {
      say(error.name === "NotFoundError" ? says.missing : says.blocked);
      return;
    }
    const kind = Object.keys(KINDS).find((k) => MediaRecorder.isTypeSupported(k));
    const parts = [];
    const deaf = listenTo(stream, box.querySelector("[data-loud-line]"), says);
    const began = Date.now();
    const ticking = setInterval(() => write(clock, mmss(Date.now() - began)), 250);
    recorder = new MediaRecorder(stream, kind ? { mimeType: kind } : {});
    recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
    recorder.addEventListener("stop", () => {
      clearInterval(ticking);
      deaf();
      stream.getTracks().forEach((track) => track.stop());
      label.textContent = says.again;
      const blob = new Blob(parts, { type: recorder.mimeType });
      recorder = null;
      keep(blob, `${says.file}.${KINDS[kind] || "webm"}`);
    });
    // In pieces of a second, so that a recording that breaks off is not lost whole.
    recorder.start(1000);
    label.textContent = says.stop;
  };

  button.addEventListener("click", () => {
    if (recorder) recorder.stop();
    else begin();
  });
  form.addEventListener("submit", (event) => {
    if (recorder) {
      event.preventDefault();
      say(says.running);
      return;
    }
    send.disabled = true;
    send.querySelector("span").textContent = says.sending;
  });
  window.addEventListener("beforeunload", (event) => {
    if (recorder) event.preventDefault();
  });
};

const box = document.querySelector("[data-recorder]");
if (box && navigator.mediaDevices && window.MediaRecorder) start(box);
