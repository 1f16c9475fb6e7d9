import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LONGEST_GAP_US, end, next } from '../clips/takes.js';

/** What becomes of pictures at these times. */
function fates(times, longestUs = LONGEST_GAP_US) {
  let take = null;
  return times.map((at) => {
    const fate = next(take, at, longestUs);
    if (fate !== 'leave') {
      take = { lastUs: at };
    }
    return fate;
  });
}

test('a clip is one take while its time goes on', () => {
  assert.deepEqual(fates([0, 40_000, 80_000]), ['begin', 'add', 'add']);
});

test('a jump of time begins another take, forward or back', () => {
  assert.deepEqual(fates([0, 9_000_000, 40_000]), ['begin', 'begin', 'begin']);
});

test('pictures before the start, out of order by a little or repeated are left out', () => {
  assert.deepEqual(fates([-40_000, 0, 40_000, 20_000, 40_000]), ['leave', 'begin', 'add', 'leave', 'leave']);
});

test('key pictures may be far apart', () => {
  assert.deepEqual(fates([0, 9_000_000], Infinity), ['begin', 'add']);
});

test('the last picture stays as long as the one before it, within reason', () => {
  assert.equal(end({ lastUs: 80_000, stepUs: 40_000 }), 120_000);
  assert.equal(end({ lastUs: 5_000_000, stepUs: 2_000_000 }), 5_100_000);
});
