// What was said and has not been taken yet: it goes out in order, each piece once. All that waits goes in one request: a
// slow network must not make the talk trail. What is tried again is the same, under the number of its last piece, so that
// nothing is taken twice.
const MOST_WAITING = 40;
const MOST_AT_ONCE = 20;
const MOST_FAILURES = 5;
const PAUSE = 150;

const pause = () => new Promise((done) => setTimeout(done, PAUSE));

export class Outbox {
  #post;
  #ended;
  #pause;
  #open = true;
  #pieces = 0;
  #waiting = [];
  #leaving = 0; // the first so many of those waiting are on their way
  #sending = false;

  // `post(number, buffers)` says whether the line is open still; `ended(lost)` is told once when it is not.
  constructor(post, ended, rest = pause) {
    this.#post = post;
    this.#ended = ended;
    this.#pause = rest;
  }

  get waiting() {
    return this.#waiting.length;
  }

  // Take a piece; the oldest that has not left gives way when too many wait.
  put(buffer) {
    this.#waiting.push([this.#pieces++, buffer]);
    if (this.#waiting.length > MOST_WAITING) this.#waiting.splice(this.#leaving, this.#waiting.length - MOST_WAITING);
    return this.#send();
  }

  close() {
    this.#open = false;
    this.#waiting = [];
    this.#leaving = 0;
  }

  async #send() {
    if (this.#sending) return;
    this.#sending = true;
    let failures = 0;
    while (this.#open && this.#waiting.length) {
      this.#leaving ||= Math.min(this.#waiting.length, MOST_AT_ONCE);
      const taken = this.#waiting.slice(0, this.#leaving);
      try {
        const open = await this.#post(taken.at(-1)[0], taken.map(([, buffer]) => buffer));
        this.#waiting.splice(0, this.#leaving);
        this.#leaving = 0;
        failures = 0;
        if (!open) this.#over(false);
      } catch {
        failures += 1;
        if (failures > MOST_FAILURES) this.#over(true);
        else await this.#pause();
      }
    }
    this.#sending = false;
  }

  #over(lost) {
    if (!this.#open) return;
    this.close();
    this.#ended(lost);
  }
}
