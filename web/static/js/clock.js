// Clocks that tick between two answers. Seconds are counted by the station's clock, not by this PC's.
import { mmss, remaining, units } from "./time.js";
import { write } from "./words.js";

let skew = Number(document.body.dataset.now) - Date.now();

const tick = () => {
  const now = Date.now() + skew;
  document.querySelectorAll("[data-until]").forEach((e) => write(e, remaining(Date.parse(e.dataset.until) - now, units())));
  document.querySelectorAll("[data-elapsed-from]").forEach((e) => {
    const length = Number(e.dataset.length) || Infinity;
    write(e, mmss(Math.min(now - Date.parse(e.dataset.elapsedFrom), length)));
  });
  document.querySelectorAll("progress[data-from]").forEach((e) => {
    e.value = Math.max(0, Math.min(now - Date.parse(e.dataset.from), Number(e.dataset.length)));
  });
};

document.body.addEventListener("htmx:beforeSwap", (event) => {
  const stamp = event.detail.xhr.getResponseHeader("X-Station-Now");
  if (stamp) skew = Number(stamp) - Date.now();
});
document.body.addEventListener("htmx:afterSwap", tick);
setInterval(tick, 500);
tick();
