// Words being typed are kept in this browser with each key, until the station has them: a session that ends, a line that
// is lost, a station that starts again takes nothing away.
import { fill } from "./words.js";

const PREFIX = "loa-typed:";

const read = (key) => {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
};
const write = (key, value) => {
  try {
    if (value) localStorage.setItem(key, JSON.stringify(value));
    else localStorage.removeItem(key);
  } catch {
    // a browser that keeps nothing: the station's own drafts remain
  }
};
const typed = (form) => [...new FormData(form)].filter(([name, value]) => name !== "csrf_token" && typeof value === "string");

const form = document.querySelector("form[data-keep]");
const mine = form ? `${PREFIX}${form.dataset.keep}:${location.pathname}` : "";

const restore = (held) => {
  for (const [name, value] of held.fields) {
    const field = form.elements.namedItem(name);
    if (field && "value" in field && field.value !== value) field.value = value;
  }
  const told = document.getElementById("kept-here");
  told.querySelector("[data-words]").textContent = fill(told.dataset.words, held.at);
  told.hidden = false;
  form.elements.namedItem("body")?.dispatchEvent(new Event("input", { bubbles: true }));
};

if (form) {
  const held = read(mine);
  let keys = 0;
  let asked = 0;
  form.addEventListener("input", () => {
    keys += 1;
    write(mine, { at: new Date().toTimeString().slice(0, 5), fields: typed(form), sent: false });
  });
  form.addEventListener("submit", () => {
    write(mine, { at: new Date().toTimeString().slice(0, 5), fields: typed(form), sent: true });
  });
  document.body.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target?.id === "preview") asked = keys;
  });
  document.body.addEventListener("htmx:afterRequest", (event) => {
    const kept = event.detail.target?.id === "preview" && event.detail.xhr.status === 200;
    if (kept && asked === keys && keys > 0) write(mine, null);
  });
  const now = new Map(typed(form));
  if (held && ["body", "title"].some((name) => (new Map(held.fields).get(name) ?? "") !== (now.get(name) ?? ""))) restore(held);
  else write(mine, null);
}

const asking = document.querySelector("[data-kept-for]");
if (asking) {
  const path = asking.dataset.keptFor;
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX) && key.endsWith(`:${path}`));
  const held = keys.map(read).find(Boolean);
  if (held) {
    asking.querySelector("[data-words]").textContent = fill(asking.dataset.words, held.at);
    asking.hidden = false;
  }
} else if (document.getElementById("bar")) {
  // Another page of the panel, after the form was sent: its words are the station's now.
  const others = Object.keys(localStorage).filter((k) => k.startsWith(PREFIX) && !k.endsWith(`:${location.pathname}`));
  for (const key of others) if (read(key)?.sent) write(key, null);
}
