// The level meter of what is on air: asks play-out a few times a second how loud it is, while the page is in sight and
// something is on air. Words say the same as the bar.
import { Quiet } from "./level.js";
import { fill } from "./words.js";

const EVERY = 400;
const quiet = new Quiet();

const show = (box, level) => {
  box.querySelector("meter").value = Math.max(-60, level);
  const words = fill(box.dataset[quiet.at(level, Date.now())], String(Math.round(level)).replace("-", "\u2212"));
  box.querySelector("[data-meter-words]").textContent = words;
};
const ask = async () => {
  const box = document.querySelector("[data-meter]");
  if (box && !document.hidden) {
    try {
      const answer = await fetch(box.dataset.meter, { headers: { "HX-Request": "true" } });
      const levels = answer.status === 200 ? Object.values(await answer.json()) : [];
      box.hidden = !levels.length;
      if (levels.length) show(box, Math.max(...levels));
    } catch {
      box.hidden = true;
    }
  }
  setTimeout(ask, box && !box.hidden ? EVERY : EVERY * 5);
};
ask();
