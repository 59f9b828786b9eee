// The panel works without this file; it adds ticking clocks, dialogs, the sentence being heard, and a warning when
// the line to the station is lost. Seconds are counted by the station's clock, not by this PC's.
(() => {
  "use strict";
  let skew = Number(document.body.dataset.now) - Date.now();
  const stationNow = () => Date.now() + skew;
  const pad = (n) => String(n).padStart(2, "0");

  const mmss = (ms) => {
    const s = Math.max(0, Math.floor(ms / 1000));
    return s >= 3600 ? `${Math.floor(s / 3600)}:${pad(Math.floor((s % 3600) / 60))}:${pad(s % 60)}` : `${Math.floor(s / 60)}:${pad(s % 60)}`;
  };
  const remaining = (ms) => {
    const s = Math.max(0, Math.floor(ms / 1000));
    if (s >= 172800) return `${Math.floor(s / 86400)} ngày`;
    if (s >= 3600) return `${Math.floor(s / 3600)} giờ ${Math.floor((s % 3600) / 60)} phút`;
    return s >= 120 ? `${Math.floor(s / 60)} phút` : `${s} giây`;
  };
  const write = (element, text) => { if (element.textContent !== text) element.textContent = text; };

  const tick = () => {
    const now = stationNow();
    document.querySelectorAll("[data-until]").forEach((e) => write(e, remaining(Date.parse(e.dataset.until) - now)));
    document.querySelectorAll("[data-elapsed-from]").forEach((e) => {
      const length = Number(e.dataset.length) || Infinity;
      write(e, mmss(Math.min(now - Date.parse(e.dataset.elapsedFrom), length)));
    });
    document.querySelectorAll("progress[data-from]").forEach((e) => {
      e.value = Math.max(0, Math.min(now - Date.parse(e.dataset.from), Number(e.dataset.length)));
    });
  };
  setInterval(tick, 500);
  tick();

  // A fragment that did not change is not drawn again: focus and open menus stay.
  const tags = new WeakMap();
  const offline = document.getElementById("offline");
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr, target, elt } = event.detail;
    const stamp = xhr.getResponseHeader("X-Station-Now");
    if (stamp) skew = Number(stamp) - Date.now();
    const tag = xhr.getResponseHeader("ETag");
    if (!tag || target !== elt) return;
    if (tags.get(elt) === tag) event.detail.shouldSwap = false;
    tags.set(elt, tag);
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    if (offline) offline.hidden = event.detail.xhr.status !== 0;
  });
  document.body.addEventListener("htmx:afterSwap", tick);

  const dialog = document.getElementById("dialog");
  if (dialog) {
    document.body.addEventListener("htmx:afterSwap", (event) => {
      if (event.detail.target === dialog && !dialog.open) dialog.showModal();
    });
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog || event.target.closest("[data-close]")) { event.preventDefault(); dialog.close(); }
    });
    dialog.addEventListener("close", () => dialog.replaceChildren());
  }

  // Menus close when one looks elsewhere.
  const menus = () => document.querySelectorAll("details.who[open], .more details[open]");
  document.addEventListener("click", (event) => menus().forEach((m) => { if (!m.contains(event.target)) m.open = false; }));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") menus().forEach((m) => { m.open = false; }); });

  // The sentence being heard is marked, and a click on a sentence plays from there.
  document.querySelectorAll("[data-follows]").forEach((text) => {
    const audio = document.getElementById(text.dataset.follows);
    const parts = [...text.querySelectorAll("[data-start]")];
    if (!audio || !parts.length) return;
    audio.addEventListener("timeupdate", () => {
      const at = audio.currentTime * 1000;
      parts.forEach((p) => p.classList.toggle("is-heard", !audio.paused && at >= Number(p.dataset.start) && at < Number(p.dataset.end)));
    });
    text.addEventListener("click", (event) => {
      const part = event.target.closest("[data-start]");
      if (part) { audio.currentTime = Number(part.dataset.start) / 1000; audio.play(); }
    });
  });
  // One sound at a time.
  document.addEventListener("play", (event) => {
    document.querySelectorAll("audio").forEach((a) => { if (a !== event.target) a.pause(); });
  }, true);

  document.querySelectorAll("[data-fills]").forEach((button) => button.addEventListener("click", () => {
    const field = document.getElementById(button.dataset.fills);
    field.value = button.dataset.text;
    field.focus();
  }));
  document.querySelectorAll("[data-print]").forEach((b) => b.addEventListener("click", () => window.print()));
  document.querySelectorAll("select[data-go]").forEach((s) => s.addEventListener("change", () => s.form.requestSubmit()));
  document.querySelectorAll("input[type=file][data-go]").forEach((f) => f.addEventListener("change", () => f.form.requestSubmit()));

  // Words that were typed are not lost by a slip.
  document.querySelectorAll("form[data-guard]").forEach((form) => {
    let changed = false;
    form.addEventListener("input", () => { changed = true; });
    form.addEventListener("submit", () => { changed = false; });
    window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
  });
})();
