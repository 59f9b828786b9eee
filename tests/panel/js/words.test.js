import assert from "node:assert/strict";
import { test } from "node:test";

import { fill, fold, write } from "../js/words.js";

test("gaps are filled in order, and a value that looks like a gap is left alone", () => {
  assert.equal(fill("{} of {}", "0:05", "1:00"), "0:05 of 1:00");
  assert.equal(fill("Drop {}", "a {} title"), "Drop a {} title");
  assert.equal(fill("no gap", 5), "no gap");
});

test("a search forgives marks and capitals", () => {
  assert.equal(fold("Đường Điện Biên"), "duong dien bien");
});

test("what is the same is not written again", () => {
  let writes = 0;
  const element = {
    text: "a",
    get textContent() {
      return this.text;
    },
    set textContent(value) {
      writes += 1;
      this.text = value;
    },
  };
  write(element, "a");
  assert.equal(writes, 0);
  write(element, "b");
  assert.equal(element.text, "b");
  assert.equal(writes, 1);
});
