// The level meter of Đang phát: asks play-out a few times a second how loud it is, while the page is in sight and
// something is on air. Words say the same as the bar.
(() => {
  "use strict";
  const EVERY = 400;
  const QUIET = -50;
  let quietSince = 0;
  const words = (level) => {
    if (level > QUIET) { quietSince = 0; return `Có tiếng, ${Math.round(level)} dB`.replace("-", "−"); }
    quietSince ||= Date.now();
    return Date.now() - quietSince > 4000 ? "Im lặng đã vài giây" : "Khoảng lặng";
  };
  const ask = async () => {
    const box = document.querySelector("[data-meter]");
    if (box && !document.hidden) {
      try {
        const answer = await fetch(box.dataset.meter, { headers: { "HX-Request": "true" } });
        const levels = answer.status === 200 ? Object.values(await answer.json()) : [];
        box.hidden = !levels.length;
        if (levels.length) {
          const level = Math.max(...levels);
          box.querySelector("meter").value = Math.max(-60, level);
          box.querySelector("[data-meter-words]").textContent = words(level);
        }
      } catch { box.hidden = true; }
    }
    setTimeout(ask, box && !box.hidden ? EVERY : EVERY * 5);
  };
  ask();
})();
