import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Job } from '../clips/job.js';
import { firstTimes, steadyRate } from '../clips/rate.js';

/** `count` times at `num / den` a second, rounded to the container's ticks. */
const times = (num, den, count, resolution) =>
  Array.from({ length: count }, (_, at) => Math.round((at * den * resolution) / num) / resolution);

test('the usual rates are told exactly, whatever the clock of the container', () => {
  for (const [num, den] of [
    [24000, 1001], [24, 1], [25, 1], [30000, 1001], [30, 1], [50, 1], [60000, 1001], [60, 1], [120, 1], [25, 2],
  ]) {
    for (const resolution of [1000, 12_800, 15_360, 90_000, 600_000]) {
      for (const shift of [0, 0.021, 5]) {
        const shown = times(num, den, 300, resolution).map((time) => time + shift);
        assert.deepEqual(steadyRate(shown, resolution), [num, den], `${num}/${den} at ${resolution}`);
      }
    }
  }
});

test('the order in which pictures are stored does not matter', () => {
  const shown = times(25, 1, 100, 12_800);
  const stored = shown.map((_, at) => shown[at ^ 1]);
  assert.deepEqual(steadyRate(stored, 12_800), [25, 1]);
});

test('a phone that trembles by a few milliseconds films steadily all the same', () => {
  const shown = times(30, 1, 300, 90_000).map((time, at) => time + ((at * 7) % 5) * 0.001);
  assert.deepEqual(steadyRate(shown, 90_000), [30, 1]);
});

test('a rate without a name is told in the ticks of the container', () => {
  assert.deepEqual(steadyRate(times(28, 1, 100, 14_336), 14_336), [28, 1]);
});

test('uneven pictures have no rate', () => {
  const dropped = times(30, 1, 300, 90_000).filter((_, at) => at % 3 !== 0);
  assert.equal(steadyRate(dropped, 90_000), null);
});

test('too few pictures have no rate, and nonsense is none', () => {
  for (const shown of [[], [0], [0, 0.04], [0, 0, 0, 0], [NaN, Infinity, 1]]) {
    assert.equal(steadyRate(shown, 90_000), null);
  }
});

/** A table of pictures that are shown at these times. */
const table = (shown) => {
  const packet = (at) => (at < shown.length ? { at, timestamp: shown[at] } : null);
  return {
    getFirstPacket: async () => packet(0),
    getNextPacket: async ({ at }) => packet(at + 1),
  };
};

test('some hundred pictures are read, and those that are shown between them', async () => {
  const shown = times(25, 1, 10_000, 12_800);
  assert.equal((await firstTimes(new Job(), table(shown))).length, 300);
  // The 300th is shown late, after the four that are stored behind it.
  shown.splice(299, 0, shown[302] + 0.02);
  const read = await firstTimes(new Job(), table(shown));
  assert.deepEqual(read, shown.slice(0, 304));
  assert.deepEqual(await firstTimes(new Job(), table([])), []);
});

test('one stamp that is far too late does not have all of a long clip read', async () => {
  const shown = times(25, 1, 10_000, 12_800);
  shown[7] = 1e6;
  const read = await firstTimes(new Job(), table(shown));
  assert.deepEqual(read, shown.slice(0, 600));
  assert.deepEqual(steadyRate(read, 12_800), [25, 1]);
});
