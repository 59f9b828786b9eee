// The rundown editor: drag and drop for a mouse, arrow buttons for keyboard and touch, a running total against the slot.
// Without this file each button is a submit, and the server orders the list.
import { mmss, nearest, span, units } from "./time.js";
import { fill, fold } from "./words.js";

const form = document.querySelector("[data-rundown]");
const list = form.querySelector("[data-list]");
const line = form.querySelector("[data-line]");
const room = Number(form.dataset.room);

const count = () => {
  const items = [...list.children];
  const total = items.reduce((sum, item) => sum + Number(item.dataset.ms), 0);
  const over = total > room;
  form.querySelector("[data-total]").textContent = mmss(nearest(total));
  const verdict = fill(over ? form.dataset.over : form.dataset.spare, span(Math.abs(room - total), units()));
  form.querySelector("[data-verdict]").textContent = verdict;
  form.querySelector("[data-fit]").value = Math.min(total, room);
  form.classList.toggle("is-over", over);
  form.querySelector("[data-none]").hidden = items.length > 0;
};
const changed = () => {
  count();
  form.dispatchEvent(new Event("input", { bubbles: true }));
};

const add = ({ dataset }) => {
  const item = line.content.firstElementChild.cloneNode(true);
  item.dataset.ms = dataset.ms;
  item.querySelector("input").value = dataset.key;
  const what = item.querySelector(".what");
  what.textContent = dataset.title;
  const small = document.createElement("small");
  small.textContent = dataset.kind;
  what.append(small);
  item.querySelector(".num").textContent = mmss(nearest(Number(dataset.ms)));
  item.querySelectorAll("[data-say]").forEach((b) => b.setAttribute("aria-label", fill(b.dataset.say, dataset.title)));
  list.append(item);
};

const drop = (item) => {
  const next = item.nextElementSibling || item.previousElementSibling;
  item.remove();
  (next?.querySelector("[data-act=drop]") || form.querySelector("[data-act=add]"))?.focus();
};
const acts = {
  add: (item, button) => add(button),
  drop,
  up: (item, button) => {
    item.previousElementSibling?.before(item);
    button.focus();
  },
  down: (item, button) => {
    item.nextElementSibling?.after(item);
    button.focus();
  },
};
form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (!button) return;
  event.preventDefault();
  acts[button.dataset.act](button.closest("li"), button);
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
  if (event.clientY < box.top + box.height / 2) over.before(dragged);
  else over.after(dragged);
});
list.addEventListener("dragend", () => {
  dragged?.classList.remove("is-dragged");
  dragged = null;
  changed();
});
list.addEventListener("drop", (event) => event.preventDefault());

form.querySelectorAll("[data-needs-script]").forEach((e) => {
  e.hidden = false;
});
const find = form.querySelector("[data-find]");
find?.addEventListener("input", (event) => {
  event.stopPropagation();
  const words = fold(find.value);
  form.querySelectorAll("[data-stock] [data-words]").forEach((e) => {
    e.hidden = !fold(e.dataset.words).includes(words);
  });
});
find?.addEventListener("keydown", (event) => {
  if (event.key === "Enter") event.preventDefault();
});
count();
