// The dialog of questions, and menus that close when one looks elsewhere.
const dialog = document.getElementById("dialog");
if (dialog) {
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target === dialog && !dialog.open) dialog.showModal();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target !== dialog && !event.target.closest("[data-close]")) return;
    event.preventDefault();
    dialog.close();
  });
  dialog.addEventListener("close", () => dialog.replaceChildren());
}

const close = (unless = () => false) =>
  document.querySelectorAll("details.who[open], .more details[open]").forEach((menu) => {
    if (!unless(menu)) menu.open = false;
  });
document.addEventListener("click", (event) => close((menu) => menu.contains(event.target)));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close();
});
