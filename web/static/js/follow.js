// The sentence being heard is marked, a click on a sentence plays from there, and one sound plays at a time.
document.querySelectorAll("[data-follows]").forEach((text) => {
  const audio = document.getElementById(text.dataset.follows);
  const parts = [...text.querySelectorAll("[data-start]")];
  if (!audio || !parts.length) return;
  audio.addEventListener("timeupdate", () => {
    const at = audio.currentTime * 1000;
    for (const part of parts) {
      const within = at >= Number(part.dataset.start) && at < Number(part.dataset.end);
      part.classList.toggle("is-heard", !audio.paused && within);
    }
  });
  text.addEventListener("click", (event) => {
    const part = event.target.closest("[data-start]");
    if (!part) return;
    audio.currentTime = Number(part.dataset.start) / 1000;
    audio.play();
  });
});

document.addEventListener(
  "play",
  (event) =>
    document.querySelectorAll("audio").forEach((audio) => {
      if (audio !== event.target) audio.pause();
    }),
  true,
);
