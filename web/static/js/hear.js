// One sentence as the form has it now, spoken by the station and played here; nothing is saved.
const player = new Audio();
const told = document.getElementById("hearing");
let address = "";
let open = false; // the list is drawn anew with each change of the form, and stays as the person left it

document.addEventListener(
  "toggle",
  (event) => {
    if (event.target.id === "hear-lines") open = event.target.open;
  },
  true,
);
document.body.addEventListener("htmx:afterSwap", () => {
  const list = document.getElementById("hear-lines");
  if (list) list.open = open;
});

const play = async (button) => {
  const form = new FormData(document.getElementById("script-form"));
  form.set("sentence", button.dataset.hear);
  const answer = await fetch(button.dataset.url, { method: "POST", body: form, headers: { "HX-Request": "true" } });
  if (!answer.ok) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    throw new Error(page.body.textContent.trim() || told.dataset.failed);
  }
  URL.revokeObjectURL(address);
  address = URL.createObjectURL(await answer.blob());
  player.src = address;
  await player.play();
  told.textContent = told.dataset.playing;
  player.onended = () => {
    told.textContent = told.dataset.played;
  };
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-hear]");
  if (!button || button.disabled) return;
  button.disabled = true;
  told.textContent = told.dataset.making;
  try {
    await play(button);
  } catch (error) {
    told.textContent = error instanceof TypeError ? told.dataset.lost : error.message;
  } finally {
    button.disabled = false;
    button.focus();
  }
});
