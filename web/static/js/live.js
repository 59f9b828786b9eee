// The live microphone: try it first, then open the line; what is said goes out a piece at a time, each once, in order.
import { decibels } from "./level.js";
import { Outbox } from "./outbox.js";
import { mmss } from "./time.js";

const RATE = 48000;
const box = document.getElementById("talk");
const says = box.dataset;
const form = box.querySelector("form");
const [tryIt, go, stop] = ["[data-try]", "[data-go]", "[data-end]"].map((s) => box.querySelector(s));
const [words, clock, level] = ["[data-told]", "[data-clock]", "meter"].map((s) => box.querySelector(s));
const token = form.querySelector("[name=csrf_token]").value;
let line = null; // what the server said of the line that is open: its addresses
let outbox = null;
let until = 0;
let context = null;
let stream = null;

const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const say = (text, bad = false) => {
  words.textContent = text;
  words.classList.toggle("error", bad);
};
const post = (url, body, { headers, keepalive = false } = {}) =>
  fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token, ...headers }, keepalive });

// A piece has the address of the first one with its own number in place of that one's.
const send = async (pieces, number, buffers) => {
  const address = new URL(String(number), new URL(pieces, window.location.href));
  const answer = await post(address, new Blob(buffers), { headers: { "Content-Type": "application/octet-stream" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()).open;
};

const over = (text, bad = false) => {
  line = null;
  outbox?.close();
  stop.hidden = true;
  go.hidden = true;
  box.classList.remove("is-live");
  say(text, bad);
  stream?.getTracks().forEach((track) => track.stop());
  context?.close();
  context = null;
};

const finish = async (text) => {
  if (line === null) return;
  const { end } = line;
  for (let n = 0; n < 20 && outbox.waiting; n += 1) await wait(50);
  over(text);
  await post(end, null, { keepalive: true });
};

const heard = ({ data }) => {
  const db = decibels(new Int16Array(data));
  level.value = db;
  level.textContent = `${Math.round(db)} dB`;
  if (line !== null) outbox.put(data);
};

const open = async () => {
  if (!navigator.mediaDevices || !window.AudioWorkletNode) {
    say(says.insecure, true);
    return false;
  }
  const audio = { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio });
  } catch {
    say(says.blocked, true);
    return false;
  }
  context = new AudioContext({ sampleRate: RATE });
  await context.audioWorklet.addModule(says.worklet);
  const node = new AudioWorkletNode(context, "piece", { numberOfOutputs: 0, channelCount: 1, channelCountMode: "explicit" });
  node.port.onmessage = heard;
  context.createMediaStreamSource(stream).connect(node);
  stream.getAudioTracks()[0].addEventListener("ended", () => finish(says.unplugged));
  return true;
};

tryIt.addEventListener("click", async () => {
  tryIt.disabled = true;
  if (await open()) {
    go.disabled = false;
    go.focus();
    say(says.trying);
  } else {
    tryIt.disabled = false;
  }
});

go.addEventListener("click", async () => {
  go.disabled = true;
  const answer = await post(says.start, new FormData(form));
  const found = await answer.json();
  if (!answer.ok) {
    say(found.error || says.refused, true);
    go.disabled = false;
    return;
  }
  outbox = new Outbox(
    (number, buffers) => send(found.pieces, number, buffers),
    (lost) => over(lost ? says.lost : says.over, lost),
  );
  line = found;
  until = Date.now() + found.limit_s * 1000;
  go.hidden = true;
  tryIt.hidden = true;
  stop.hidden = false;
  stop.focus();
  box.classList.add("is-live");
  say(says.live);
});
stop.addEventListener("click", () => finish(says.done));
window.addEventListener("pagehide", () => {
  if (line !== null) post(line.end, null, { keepalive: true });
});

setInterval(async () => {
  if (line === null) return;
  const left = Math.max(0, Math.ceil((until - Date.now()) / 1000)) * 1000;
  clock.textContent = mmss(left);
  if (left === 0) {
    finish(says.timeUp);
    return;
  }
  const asked = line;
  const answer = await fetch(asked.state).catch(() => null);
  if (!answer?.ok || line !== asked) return;
  const found = await answer.json();
  if (!found.open) over(found.verdict || says.over, !found.well);
}, 1000);
