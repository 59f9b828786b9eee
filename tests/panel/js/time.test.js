import assert from "node:assert/strict";
import { test } from "node:test";

import { local, mmss, nearest, remaining, span } from "../js/time.js";

const UNITS = ["d", "h", "m", "s"];

test("a clock counts whole seconds that are over, shows hours from the first on, and never runs below nought", () => {
  assert.equal(mmss(0), "0:00");
  assert.equal(mmss(59_999), "0:59");
  assert.equal(mmss(725_000), "12:05");
  assert.equal(mmss(3_725_000), "1:02:05");
  assert.equal(mmss(-5_000), "0:00");
});

test("the length of a sound is told to the nearest second", () => {
  assert.equal(mmss(nearest(59_499)), "0:59");
  assert.equal(mmss(nearest(59_500)), "1:00");
});

test("what is left is told in days, hours and minutes, minutes, and seconds from two minutes down", () => {
  assert.equal(remaining(3 * 86_400_000, UNITS), "3 d");
  assert.equal(remaining(86_400_000, UNITS), "24 h 0 m");
  assert.equal(remaining(120_000, UNITS), "2 m");
  assert.equal(remaining(119_999, UNITS), "119 s");
  assert.equal(remaining(-1, UNITS), "0 s");
});

test("a length leaves out what is nought", () => {
  assert.equal(span(45_000, UNITS), "45 s");
  assert.equal(span(720_000, UNITS), "12 m");
  assert.equal(span(725_000, UNITS), "12 m 5 s");
  assert.equal(span(3_600_000, UNITS), "1 h");
  assert.equal(span(3_725_000, UNITS), "1 h 2 m");
});

test("a moment is written as forms take it, with nothing of a time zone", () => {
  assert.equal(local(new Date(2026, 2, 4, 7, 5, 59)), "2026-03-04T07:05");
});
