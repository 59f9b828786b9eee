// Small helps of forms: words put in by a button, printing, choices that are sent at once, and words that were typed
// are not lost by a slip.
document.querySelectorAll("[data-fills]").forEach((button) =>
  button.addEventListener("click", () => {
    const field = document.getElementById(button.dataset.fills);
    field.value = button.dataset.text;
    field.focus();
  }),
);
document.querySelectorAll("[data-print]").forEach((button) => button.addEventListener("click", () => window.print()));
document.querySelectorAll("select[data-go], input[type=file][data-go]").forEach((field) =>
  field.addEventListener("change", () => field.form.requestSubmit()),
);
document.querySelectorAll("form[data-guard]").forEach((form) => {
  let changed = false;
  form.addEventListener("input", () => {
    changed = true;
  });
  form.addEventListener("submit", () => {
    changed = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
});
