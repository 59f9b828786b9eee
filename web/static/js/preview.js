// A broadcast as it will sound: one stream that the server joins from the store, item after item as play-out does. Going
// to another place asks for the stream from there.
(() => {
  "use strict";
  const player = document.querySelector("[data-player]");
  if (!player) return;
  const items = [...document.querySelectorAll("[data-sound]")].map((e) => ({ ms: Number(e.dataset.ms), line: e }));
  if (!items.length) return;
  player.hidden = false;
  let total = 0;
  for (const item of items) { item.start = total; total += item.ms; }
  total = Math.min(total, Number(player.dataset.most) || total);
  const button = player.querySelector("[data-toggle]");
  const bar = player.querySelector("[data-seek]");
  const said = player.querySelector("[data-at]");
  const title = player.querySelector("[data-now]");
  const mmss = (ms) => { const s = Math.floor(ms / 1000); return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`; };
  const sound = new Audio();
  let base = 0;
  let playing = false;
  bar.max = total;

  const place = () => Math.min(base + sound.currentTime * 1000, total);
  const show = () => {
    const now = place();
    const at = items.findLastIndex((item) => item.start <= now);
    bar.value = now;
    bar.setAttribute("aria-valuetext", `${mmss(now)} trong ${mmss(total)}`);
    said.textContent = `${mmss(now)} / ${mmss(total)}`;
    title.textContent = items[at].line.dataset.title;
    items.forEach((item, n) => item.line.classList.toggle("is-heard", playing && n === at));
    button.querySelector("[data-word]").textContent = playing ? "Tạm dừng" : "Nghe thử cả buổi";
    player.classList.toggle("is-playing", playing);
  };
  const play = async () => {
    document.querySelectorAll("audio").forEach((a) => a.pause());
    if (!sound.src) sound.src = `${player.dataset.player}?from=${Math.round(base)}`;
    try { await sound.play(); } catch (error) { if (error.name !== "AbortError") playing = false; }
    show();
  };
  const rewind = (ms) => { sound.pause(); sound.removeAttribute("src"); sound.load(); base = ms; };
  sound.addEventListener("timeupdate", () => { if (playing) show(); });
  sound.addEventListener("ended", () => { playing = false; rewind(0); show(); });
  sound.addEventListener("error", () => { if (playing && sound.src) { playing = false; rewind(0); show(); title.textContent = "Không nghe được: có tệp không còn trong kho."; } });
  button.addEventListener("click", () => { playing = !playing; if (playing) play(); else { sound.pause(); show(); } });
  bar.addEventListener("change", () => { rewind(Math.min(Number(bar.value), Math.max(total - 1000, 0))); if (playing) play(); else show(); });
  document.addEventListener("play", (event) => { if (event.target instanceof HTMLAudioElement && playing) { playing = false; sound.pause(); show(); } }, true);
  show();
})();
