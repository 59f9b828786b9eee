// The outline of a sound, drawn once it is known; what was heard is darker, and a click goes there. The player below
// does all the same by keyboard, so the drawing is hidden from screen readers.
const STEP = 4;
const BAR = 2.5;

// A browser draws the captions of a film, not those of a sound: the sentence that is heard stands below the player.
const caption = (line) => {
  const track = document.getElementById(line.dataset.captions)?.textTracks[0];
  if (!track) return;
  track.mode = "hidden";
  track.addEventListener("cuechange", () => {
    const words = [...track.activeCues].at(-1)?.getCueAsHTML().textContent ?? "";
    line.textContent = words;
    line.hidden = !words;
  });
};

const draw = (canvas, audio, peaks) => {
  const { clientWidth: width, clientHeight: height } = canvas;
  const scale = window.devicePixelRatio || 1;
  canvas.width = width * scale;
  canvas.height = height * scale;
  const pen = canvas.getContext("2d");
  pen.scale(scale, scale);
  const style = getComputedStyle(canvas);
  const bars = Math.max(1, Math.floor(width / STEP));
  const heard = audio.duration ? audio.currentTime / audio.duration : 0;
  for (let n = 0; n < bars; n += 1) {
    const from = Math.floor((n * peaks.length) / bars);
    const to = Math.max(from + 1, Math.floor(((n + 1) * peaks.length) / bars));
    const loud = Math.max(0, ...peaks.slice(from, to)) / 127;
    const tall = Math.max(2, loud * height);
    pen.fillStyle = n / bars < heard ? style.color : style.borderTopColor;
    pen.fillRect(n * STEP, (height - tall) / 2, BAR, tall);
  }
};

const outline = async (canvas) => {
  const audio = document.getElementById(canvas.dataset.wave);
  if (!audio) return;
  let peaks = [];
  try {
    const answer = await fetch(canvas.dataset.peaks, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.statusText);
    peaks = await answer.json();
  } catch {
    canvas.hidden = true;
    return;
  }
  const again = () => draw(canvas, audio, peaks);
  again();
  ["timeupdate", "seeked", "loadedmetadata"].forEach((name) => audio.addEventListener(name, again));
  new ResizeObserver(again).observe(canvas);
  canvas.addEventListener("click", (event) => {
    if (!audio.duration) return;
    audio.currentTime = (event.offsetX / canvas.clientWidth) * audio.duration;
    audio.play();
  });
};

document.querySelectorAll("[data-captions]").forEach(caption);
document.querySelectorAll("canvas[data-wave]").forEach(outline);
