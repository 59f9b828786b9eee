// Loudness in numbers and in its three words: sounding, a pause, silent for seconds.
const QUIET = -50;
const LONG = 4000;
const FLOOR = -60;

// The level of 16-bit samples in dB of full scale.
export const decibels = (samples) => {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return sum ? Math.max(FLOOR, 10 * Math.log10(sum / samples.length / 32767 ** 2)) : FLOOR;
};

// Tells sounding from a pause and from silence; a pause turns into silence after some seconds.
export class Quiet {
  #since = 0;

  at(level, now) {
    if (level > QUIET) this.#since = 0;
    else this.#since ||= now;
    if (!this.#since) return "sounding";
    return now - this.#since > LONG ? "silent" : "pause";
  }
}

// What a person who records is to be told: the loudest so far says too loud, or that nothing is heard.
export const advice = (top, elapsed) => {
  if (top >= 0.99) return "loud";
  return top < 0.03 && elapsed > LONG ? "faint" : "";
};
