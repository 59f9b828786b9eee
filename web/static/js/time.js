// Lengths and moments as they are written, the same as panel filters write them. No words of its own: the units come
// from the page, as `data-units` of its body.
export const pad = (n) => String(n).padStart(2, "0");

const seconds = (ms) => Math.max(0, Math.floor(ms / 1000));

// `12:05`, or `1:02:05` from an hour on.
export const mmss = (ms) => {
  const s = seconds(ms);
  const rest = `${pad(s % 60)}`;
  return s >= 3600 ? `${Math.floor(s / 3600)}:${pad(Math.floor((s % 3600) / 60))}:${rest}` : `${Math.floor(s / 60)}:${rest}`;
};

// The second that is nearest, for lengths of sounds; clocks count whole seconds that are over.
export const nearest = (ms) => Math.round(ms / 1000) * 1000;

// How long is left: days, hours and minutes, minutes, or seconds.
export const remaining = (ms, [day, hour, minute, second]) => {
  const s = seconds(ms);
  if (s >= 172800) return `${Math.floor(s / 86400)} ${day}`;
  if (s >= 3600) return `${Math.floor(s / 3600)} ${hour} ${Math.floor((s % 3600) / 60)} ${minute}`;
  return s >= 120 ? `${Math.floor(s / 60)} ${minute}` : `${s} ${second}`;
};

// A length in words: seconds, minutes with seconds, hours with minutes.
export const span = (ms, [, hour, minute, second]) => {
  const s = Math.round(ms / 1000);
  if (s < 60) return `${s} ${second}`;
  if (s < 3600) return `${Math.floor(s / 60)} ${minute}${s % 60 ? ` ${s % 60} ${second}` : ""}`;
  return `${Math.floor(s / 3600)} ${hour}${s % 3600 >= 60 ? ` ${Math.floor((s % 3600) / 60)} ${minute}` : ""}`;
};

// `2026-03-04T17:05`, as the station's forms take a moment.
export const local = (d) =>
  `${d.getFullYear()}-${pad(d.getMonth() + 1)}-${pad(d.getDate())}T${pad(d.getHours())}:${pad(d.getMinutes())}`;

export const units = () => document.body.dataset.units.split(" ");
