// The rundown editor: drag and drop for a mouse, arrow buttons for keyboard and touch, a running total against the slot.
// Without this file each button is a submit, and the server orders the list.
(() => {
  "use strict";
  const form = document.querySelector("[data-rundown]");
  if (!form) return;
  const list = form.querySelector("[data-list]");
  const line = form.querySelector("[data-line]");
  const room = Number(form.dataset.room);
  const mmss = (ms) => { const s = Math.round(ms / 1000); return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`; };
  const span = (ms) => { const s = Math.round(ms / 1000); return s < 60 ? `${s} giây` : `${Math.floor(s / 60)} phút${s % 60 ? ` ${s % 60} giây` : ""}`; };

  const count = () => {
    const items = [...list.children];
    const total = items.reduce((sum, item) => sum + Number(item.dataset.ms), 0);
    form.querySelector("[data-total]").textContent = mmss(total);
    form.querySelector("[data-verdict]").textContent = total > room ? `dài quá ${span(total - room)}` : `còn trống ${span(room - total)}`;
    form.querySelector("[data-fit]").value = Math.min(total, room);
    form.classList.toggle("is-over", total > room);
    form.querySelector("[data-none]").hidden = items.length > 0;
  };
  const changed = () => { count(); form.dispatchEvent(new Event("input", { bubbles: true })); };

  const add = (button) => {
    const item = line.content.firstElementChild.cloneNode(true);
    item.dataset.ms = button.dataset.ms;
    item.querySelector("input").value = button.dataset.key;
    const what = item.querySelector(".what");
    what.textContent = button.dataset.title;
    const small = document.createElement("small");
    small.textContent = button.dataset.kind === "cue" ? "âm thanh của đài" : "bài";
    what.append(small);
    item.querySelector(".num").textContent = mmss(Number(button.dataset.ms));
    item.querySelectorAll("[data-say]").forEach((b) => b.setAttribute("aria-label", b.dataset.say.replace("%", button.dataset.title)));
    list.append(item);
  };

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (!button) return;
    event.preventDefault();
    const item = button.closest("li");
    const act = button.dataset.act;
    if (act === "add") add(button);
    else if (act === "drop") {
      const next = item.nextElementSibling || item.previousElementSibling;
      item.remove();
      (next?.querySelector("[data-act=drop]") || form.querySelector("[data-act=add]"))?.focus();
    } else if (act === "up" && item.previousElementSibling) { item.previousElementSibling.before(item); button.focus(); }
    else if (act === "down" && item.nextElementSibling) { item.nextElementSibling.after(item); button.focus(); }
    changed();
  });

  let dragged = null;
  list.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("li");
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
    dragged.classList.add("is-dragged");
  });
  list.addEventListener("dragover", (event) => {
    if (!dragged) return;
    event.preventDefault();
    const over = event.target.closest("li");
    if (!over || over === dragged) return;
    const box = over.getBoundingClientRect();
    if (event.clientY < box.top + box.height / 2) over.before(dragged); else over.after(dragged);
  });
  list.addEventListener("dragend", () => { dragged?.classList.remove("is-dragged"); dragged = null; changed(); });
  list.addEventListener("drop", (event) => event.preventDefault());

  const fold = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/gi, "d").toLowerCase();
  form.querySelectorAll("[data-needs-script]").forEach((e) => { e.hidden = false; });
  const find = form.querySelector("[data-find]");
  find?.addEventListener("input", (event) => {
    event.stopPropagation();
    const words = fold(find.value);
    form.querySelectorAll("[data-stock] [data-words]").forEach((e) => { e.hidden = !fold(e.dataset.words).includes(words); });
  });
  find?.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  count();
})();
