// A broadcast as it will sound: the items one after the other, straight from the store, as play-out joins them. The next
// item is fetched while one sounds, so that no gap is heard.
(() => {
  "use strict";
  const player = document.querySelector("[data-player]");
  if (!player) return;
  const items = [...document.querySelectorAll("[data-sound]")].map((e) => ({ url: e.dataset.sound, ms: Number(e.dataset.ms), line: e }));
  if (!items.length) return;
  player.hidden = false;
  const starts = [];
  let total = 0;
  for (const item of items) { starts.push(total); total += item.ms; }
  const button = player.querySelector("[data-toggle]");
  const bar = player.querySelector("[data-seek]");
  const said = player.querySelector("[data-at]");
  const title = player.querySelector("[data-now]");
  const mmss = (ms) => { const s = Math.floor(ms / 1000); return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`; };
  const decks = [new Audio(), new Audio()];
  let deck = 0;
  let at = 0;
  let playing = false;
  bar.max = total;

  const load = (n, which) => { if (items[n] && decks[which].dataset.n !== String(n)) { decks[which].src = items[n].url; decks[which].dataset.n = String(n); } };
  const show = () => {
    const now = starts[at] + Math.min(decks[deck].currentTime * 1000, items[at].ms);
    bar.value = now;
    bar.setAttribute("aria-valuetext", `${mmss(now)} trong ${mmss(total)}`);
    said.textContent = `${mmss(now)} / ${mmss(total)}`;
    title.textContent = items[at].line.dataset.title;
    items.forEach((item, n) => item.line.classList.toggle("is-heard", playing && n === at));
    button.querySelector("[data-word]").textContent = playing ? "Tạm dừng" : "Nghe thử cả buổi";
    player.classList.toggle("is-playing", playing);
  };
  const sound = async () => {
    load(at, deck);
    document.querySelectorAll("audio").forEach((a) => a.pause());
    try { await decks[deck].play(); load(at + 1, 1 - deck); } catch { playing = false; }
    show();
  };
  const go = (n, ms) => {
    decks.forEach((d) => d.pause());
    at = n;
    load(at, deck);
    decks[deck].currentTime = ms / 1000;
    if (playing) sound(); else show();
  };
  decks.forEach((d, which) => {
    d.preload = "auto";
    d.addEventListener("timeupdate", () => { if (which === deck) show(); });
    d.addEventListener("ended", () => {
      if (which !== deck) return;
      if (at + 1 >= items.length) { playing = false; at = 0; load(0, deck); show(); return; }
      at += 1;
      deck = 1 - deck;
      load(at, deck);
      decks[deck].currentTime = 0;
      sound();
    });
    d.addEventListener("error", () => { if (which === deck && playing) { playing = false; title.textContent = "Không nghe được mục này: tệp không còn trong kho."; } });
  });
  button.addEventListener("click", () => { playing = !playing; if (playing) sound(); else { decks[deck].pause(); show(); } });
  bar.addEventListener("input", () => {
    const wanted = Number(bar.value);
    let n = items.length - 1;
    while (n > 0 && starts[n] > wanted) n -= 1;
    go(n, wanted - starts[n]);
  });
  document.addEventListener("play", (event) => { if (event.target instanceof HTMLAudioElement && playing && !decks.includes(event.target)) { playing = false; decks[deck].pause(); show(); } }, true);
  show();
})();
