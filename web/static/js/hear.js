// "Nghe câu này": one sentence as the form has it now, spoken by the station and played here; nothing is saved.
(() => {
  "use strict";
  const player = new Audio();
  let address = "";
  const told = document.getElementById("hearing");
  let open = false; // the list is drawn anew with each change of the form, and stays as the person left it
  document.addEventListener("toggle", (event) => { if (event.target.id === "hear-lines") open = event.target.open; }, true);
  document.body.addEventListener("htmx:afterSwap", () => {
    const list = document.getElementById("hear-lines");
    if (list) list.open = open;
  });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-hear]");
    if (!button || button.disabled) return;
    const form = new FormData(document.getElementById("script-form"));
    form.set("sentence", button.dataset.hear);
    button.disabled = true;
    told.textContent = "Đang tạo tiếng…";
    try {
      const answer = await fetch(button.dataset.url, { method: "POST", body: form, headers: { "HX-Request": "true" } });
      if (!answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        throw new Error(page.body.textContent.trim() || "Chưa nghe được câu này. Hãy thử lại.");
      }
      URL.revokeObjectURL(address);
      address = URL.createObjectURL(await answer.blob());
      player.src = address;
      await player.play();
      told.textContent = "Đang phát câu này tại máy này, không ra loa.";
      player.onended = () => { told.textContent = "Đã phát xong câu này tại máy này, không ra loa."; };
    } catch (error) {
      told.textContent = error instanceof TypeError ? "Mất kết nối với đài. Hãy thử lại." : error.message;
    } finally {
      button.disabled = false;
      button.focus();
    }
  });
})();
