import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Pace } from '../clips/pace.js';

test('a decoder that gives what it gets is never far ahead', async () => {
  const pace = new Pace();
  let most = 0;
  for (let at = 0; at < 200; at += 1) {
    await pace.feed(at);
    most = Math.max(most, pace.under);
    if (at >= 4) {
      pace.take(at - 4);
    }
  }
  assert.equal(most, 5);
});

test('one that gives nothing is made to wait, and goes on when a picture comes', async () => {
  const pace = new Pace();
  let fed = 0;
  const feeding = (async () => {
    for (; fed < 13; fed += 1) {
      await pace.feed(fed);
    }
  })();
  await Promise.resolve();
  for (let turn = 0; turn < 50; turn += 1) {
    await Promise.resolve();
  }
  assert.equal(fed, 12);
  pace.take(0);
  await feeding;
  assert.equal(pace.under, 12);
});

test('pictures that never come out are not waited for', async () => {
  const pace = new Pace();
  for (let at = 0; at < 100; at += 1) {
    await pace.feed(at);
    await pace.feed(at + 0.5);
    pace.take(at + 0.5);
    assert.equal(pace.under, 0);
  }
});

test('one that needs more than it is first given gets it', async () => {
  const pace = new Pace();
  for (let at = 0; at < 14; at += 1) {
    await pace.feed(at);
  }
  assert.equal(pace.under, 14);
});

test('nobody waits after the end', async () => {
  const pace = new Pace();
  for (let at = 0; at < 12; at += 1) {
    await pace.feed(at);
  }
  const feeding = pace.feed(12);
  pace.end();
  await feeding;
  await pace.feed(13);
});
