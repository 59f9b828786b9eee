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
// What is typed into the fields of passwords can be looked at, and is hidden again before a browser could keep it.
document.querySelectorAll("[data-reveals]").forEach((button) => {
  const fields = [...button.form.querySelectorAll("input[type=password]")];
  const show = (shown) => {
    fields.forEach((field) => {
      field.type = shown ? "text" : "password";
    });
    button.setAttribute("aria-pressed", String(shown));
  };
  button.hidden = false;
  button.addEventListener("click", () => show(fields[0].type === "password"));
  button.form.addEventListener("submit", () => show(false));
});
