// Sentences are the server's, in `data-` attributes; here their gaps are filled, and words are compared.

// fill("{} trong {}", "0:05", "1:00") is "0:05 trong 1:00".
export const fill = (sentence, ...values) => sentence.split("{}").reduce((text, part, n) => text + values[n - 1] + part);

// Writes only what differs, so that a screen reader is not told the same again.
export const write = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

// Words without their marks, for a search that forgives them.
export const fold = (text) =>
  text
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/\u0111/gi, "d")
    .toLowerCase();
