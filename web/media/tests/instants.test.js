import assert from 'node:assert/strict';
import { test } from 'node:test';

import { counted, evenInstants, quickInstants } from '../clips/instants.js';

const HD = 1920 * 1080;

test('a quick look begins at the start and takes a picture a second', () => {
  assert.deepEqual(quickInstants(40_000, 3_000_000, HD, 1e6), [40_000, 1_040_000, 2_040_000]);
});

test('large pictures and many bits are looked at less often', () => {
  const count = (pixels, bytes) => quickInstants(0, 60_000_000, pixels, bytes).length;
  assert.equal(count(HD, 1e6), 60);
  assert.equal(count(4 * HD, 1e6), 15);
  assert.equal(count(HD, (24e6 / 8) * 60), 30);
  assert.equal(count(1, 0), 60);
});

test('no clip takes for ever, however long it says it is', () => {
  assert.equal(quickInstants(0, 90e9, 1, 1e6).length, 900);
  assert.deepEqual(quickInstants(5, 5, HD, 0), [5]);
  assert.deepEqual(quickInstants(5, -7, HD, 0), [5]);
});

test('instants for a strip are the middles of equal parts', () => {
  assert.deepEqual(evenInstants(0, 8_000_000, 4), [1e6, 3e6, 5e6, 7e6]);
  assert.deepEqual(evenInstants(10, 10, 2), [10, 10]);
  assert.deepEqual(evenInstants(0, 10, 0), []);
});

test('times are rounded down, as the command line has them', () => {
  for (let at = 0; at < 3000; at += 1) {
    assert.equal(counted((at * 1001) / 30_000, 0), Math.floor((at * 1_001_000) / 30));
    assert.equal(counted(3600 + at / 90_000, 3_600_000_000), Math.floor((at * 100) / 9));
  }
});

test('what only seems to lie before the start lies at it', () => {
  assert.equal(counted(0.033333, 33_334), 0);
  assert.equal(counted(0.033333, 33_337), -4);
});
