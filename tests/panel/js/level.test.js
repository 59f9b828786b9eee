import assert from "node:assert/strict";
import { test } from "node:test";

import { advice, decibels, Quiet } from "../js/level.js";

test("full scale is nought, half of it 6 dB lower, and silence stops at the floor", () => {
  assert.equal(decibels([32767, -32767]), 0);
  assert.ok(Math.abs(decibels([16384, -16384]) + 6.02) < 0.01);
  assert.equal(decibels([0, 0]), -60);
  assert.equal(decibels([1]), -60);
});

test("a pause becomes silence after four seconds, and sound starts the count anew", () => {
  const quiet = new Quiet();
  assert.equal(quiet.at(-20, 1_000), "sounding");
  assert.equal(quiet.at(-55, 2_000), "pause");
  assert.equal(quiet.at(-55, 6_000), "pause");
  assert.equal(quiet.at(-55, 6_001), "silent");
  assert.equal(quiet.at(-20, 6_100), "sounding");
  assert.equal(quiet.at(-55, 6_200), "pause");
});

test("a reader is told of a loud microphone at once, of a deaf one after four seconds", () => {
  assert.equal(advice(0.99, 0), "loud");
  assert.equal(advice(0.01, 4_000), "");
  assert.equal(advice(0.01, 4_001), "faint");
  assert.equal(advice(0.5, 60_000), "");
});
