import assert from "node:assert/strict";
import { test } from "node:test";

import { Outbox } from "../js/outbox.js";

const now = () => Promise.resolve();
const turns = async () => {
  for (let n = 0; n < 200; n += 1) await now();
};

// A line that notes what arrives; `answer` says what becomes of each request.
const line = (answer) => {
  const arrived = [];
  const ended = [];
  const post = async (number, buffers) => {
    arrived.push([number, ...buffers]);
    return answer(arrived.length);
  };
  return { arrived, ended, outbox: new Outbox(post, (lost) => ended.push(lost), now) };
};

test("pieces leave in order, each once", async () => {
  const { arrived, outbox } = line(() => true);
  for (const piece of ["a", "b", "c"]) await outbox.put(piece);
  assert.deepEqual(arrived, [[0, "a"], [1, "b"], [2, "c"]]);
  assert.equal(outbox.waiting, 0);
});

test("what waits for a slow network leaves together, under the number of its last piece", async () => {
  let release;
  const { arrived, outbox } = line((count) => (count === 1 ? new Promise((done) => (release = done)) : true));
  outbox.put("a");
  outbox.put("b");
  outbox.put("c");
  await turns();
  assert.deepEqual(arrived, [[0, "a"]]);
  release(true);
  await turns();
  assert.deepEqual(arrived, [[0, "a"], [2, "b", "c"]]);
});

test("a request that failed is tried again unchanged, whatever came since", async () => {
  const { arrived, ended, outbox } = line((count) => {
    if (count === 1) {
      outbox.put("b");
      throw new Error("away");
    }
    return true;
  });
  await outbox.put("a");
  assert.deepEqual(arrived, [[0, "a"], [0, "a"], [1, "b"]]);
  assert.deepEqual(ended, []);
});

test("after six failures in a row the line is lost, once, and nothing more leaves", async () => {
  const { arrived, ended, outbox } = line(() => {
    throw new Error("away");
  });
  await outbox.put("a");
  await outbox.put("b");
  assert.equal(arrived.length, 6);
  assert.deepEqual(ended, [true]);
});

test("a line that the station closed is over, not lost", async () => {
  const { ended, outbox } = line(() => false);
  await outbox.put("a");
  assert.deepEqual(ended, [false]);
});

test("the oldest gives way when forty wait, but never one that is on its way", async () => {
  let release;
  const { arrived, outbox } = line((count) => (count === 1 ? new Promise((done) => (release = done)) : true));
  for (let n = 0; n < 60; n += 1) outbox.put(n);
  assert.equal(outbox.waiting, 40);
  release(true);
  await turns();
  assert.deepEqual(arrived[0], [0, 0]);
  assert.equal(arrived.at(-1).at(-1), 59);
  assert.equal(arrived.flatMap(([, ...pieces]) => pieces).length, 40);
});

test("a line that was closed by the person sends nothing and tells nothing", async () => {
  let release;
  const { arrived, ended, outbox } = line(() => new Promise((done) => (release = done)));
  outbox.put("a");
  outbox.put("b");
  outbox.close();
  release(false);
  await turns();
  assert.deepEqual(arrived, [[0, "a"]]);
  assert.deepEqual(ended, []);
});
