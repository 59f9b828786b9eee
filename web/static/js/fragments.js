// A fragment that did not change is not drawn again, so focus and open menus stay; a lost line to the station is told.
const tags = new WeakMap();
const offline = document.getElementById("offline");

document.body.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, target, elt } = event.detail;
  const tag = xhr.getResponseHeader("ETag");
  if (!tag || target !== elt) return;
  if (tags.get(elt) === tag) event.detail.shouldSwap = false;
  tags.set(elt, tag);
});
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (offline) offline.hidden = event.detail.xhr.status !== 0;
});
