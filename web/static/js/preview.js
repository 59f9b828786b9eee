// A broadcast as it will sound: one stream that the server joins from the store, item after item as play-out does. Going
// to another place asks for the stream from there.
import { mmss } from "./time.js";
import { fill } from "./words.js";

const start = (player, items) => {
  let total = 0;
  for (const item of items) {
    item.start = total;
    total += item.ms;
  }
  total = Math.min(total, Number(player.dataset.most) || total);
  const button = player.querySelector("[data-toggle]");
  const bar = player.querySelector("[data-seek]");
  const said = player.querySelector("[data-at]");
  const title = player.querySelector("[data-now]");
  const sound = new Audio();
  let base = 0;
  let playing = false;
  bar.max = total;
  player.hidden = false;

  const show = () => {
    const now = Math.min(base + sound.currentTime * 1000, total);
    const at = items.findLastIndex((item) => item.start <= now);
    bar.value = now;
    bar.setAttribute("aria-valuetext", fill(player.dataset.place, mmss(now), mmss(total)));
    said.textContent = `${mmss(now)} / ${mmss(total)}`;
    title.textContent = items[at].line.dataset.title;
    items.forEach((item, n) => item.line.classList.toggle("is-heard", playing && n === at));
    button.querySelector("[data-word]").textContent = playing ? player.dataset.pause : player.dataset.play;
    player.classList.toggle("is-playing", playing);
  };
  const play = async () => {
    document.querySelectorAll("audio").forEach((audio) => audio.pause());
    if (!sound.src) sound.src = `${player.dataset.player}?from=${Math.round(base)}`;
    try {
      await sound.play();
    } catch (error) {
      if (error.name !== "AbortError") playing = false;
    }
    show();
  };
  const rewind = (ms) => {
    sound.pause();
    sound.removeAttribute("src");
    sound.load();
    base = ms;
  };
  const stop = () => {
    playing = false;
    sound.pause();
    show();
  };
  const over = () => {
    playing = false;
    rewind(0);
    show();
  };

  sound.addEventListener("timeupdate", () => {
    if (playing) show();
  });
  sound.addEventListener("ended", over);
  sound.addEventListener("error", () => {
    if (!playing || !sound.src) return;
    over();
    title.textContent = player.dataset.lost;
  });
  button.addEventListener("click", () => {
    if (playing) stop();
    else {
      playing = true;
      play();
    }
  });
  bar.addEventListener("change", () => {
    rewind(Math.min(Number(bar.value), Math.max(total - 1000, 0)));
    if (playing) play();
    else show();
  });
  document.addEventListener(
    "play",
    (event) => {
      if (event.target instanceof HTMLAudioElement && playing) stop();
    },
    true,
  );
  show();
};

const player = document.querySelector("[data-player]");
const items = [...document.querySelectorAll("[data-sound]")].map((line) => ({ ms: Number(line.dataset.ms), line }));
if (player && items.length) start(player, items);
