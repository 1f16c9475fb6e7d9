import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  firstTick,
  frameAt,
  frameOf,
  position,
  samePictures,
  slotAt,
  ticksBefore,
  upcoming,
} from '../preview/timeline.js';

const slot = (start, frames, more = {}) => ({
  start,
  frames,
  media: 0,
  source_us: 0,
  speed: [1, 1],
  fit: 'crop',
  focus: [500, 500],
  ...more,
});
const film = { rate: [30, 1], width: 160, height: 90, slots: [slot(0, 30), slot(30, 1), slot(31, 20)] };
const bounds = { least: 2, most: 4, ahead: 40 };

test('every frame has its slot', () => {
  for (let frame = 0; frame < 60; frame += 1) {
    const expected = film.slots.findIndex((s) => frame >= s.start && frame < s.start + s.frames);
    assert.equal(slotAt(film, frame), expected, `frame ${frame}`);
  }
  assert.equal(slotAt({ ...film, slots: [] }, 0), -1);
});

/** The pictures that a film shows, as the renderer's frame rate filter chooses them. */
function filtered(ticks, resolution, s, rate, frames) {
  const [num, den] = s.speed;
  const scaled = ticks.map((t) => Math.trunc((t * den) / num));
  const near = (t) => Math.round((t * rate[0]) / (resolution * rate[1]));
  const shown = [];
  let held = 0;
  for (let next = 0; next < frames; next += 1) {
    while (held + 1 < scaled.length && near(scaled[held + 1]) <= next) held += 1;
    shown.push(held);
  }
  return shown;
}

test('of several pictures for a frame the last is shown, as in the film', () => {
  for (const rate of [[30, 1], [25, 1], [30000, 1001], [24000, 1001]]) {
    for (const speed of [[1, 1], [2, 1], [1, 2], [3, 4]]) {
      for (const [resolution, step] of [[12800, 512], [90000, 1500], [1000, 33], [600, 20], [30000, 1001]]) {
        const s = slot(0, 40, { speed });
        const ticks = Array.from({ length: 200 }, (_, n) => n * step + 7);
        const expected = filtered(ticks, resolution, s, rate, 40);
        for (let frame = 0; frame < 40; frame += 1) {
          const from = ticks.map((t, n) => (n === 0 ? 0 : frameOf(t, resolution, s, rate)));
          const mine = from.findLastIndex((f) => f <= frame);
          assert.equal(mine, expected[frame], `${rate} ${speed} ${resolution} frame ${frame}`);
        }
      }
    }
  }
});

test('a picture that is due lies before the instant that is sought', () => {
  const s = slot(0, 99, { speed: [3, 4] });
  for (let frame = 0; frame < 50; frame += 1) {
    const end = ticksBefore(frame, 90000, s, [30000, 1001]);
    assert.ok(frameOf(Math.ceil(end) - 3, 90000, s, [30000, 1001]) <= frame);
    assert.ok(frameOf(Math.ceil(end) + 3, 90000, s, [30000, 1001]) > frame);
  }
});

test('the first tick is counted from where the container begins', () => {
  assert.equal(firstTick(slot(0, 9, { source_us: 1_000_001 }), 0, 12800), 12800);
  assert.equal(firstTick(slot(0, 9, { source_us: 500_000 }), 4_661_000, 1000), 5161);
});

test('the clock runs, stands, ends and loops', () => {
  const clock = { playing: true, frame_at: 10, at_ms: 1000, speed: 1, loop: null };
  assert.equal(frameAt(position(clock, 1000, film)), 10);
  assert.equal(frameAt(position(clock, 1500, film)), 25);
  assert.equal(frameAt(position(clock, 9000, film)), 50);
  assert.equal(frameAt(position({ ...clock, playing: false }, 9000, film)), 10);
  assert.equal(frameAt(position({ ...clock, speed: -1 }, 1100, film)), 7);
  const looped = { ...clock, loop: [5, 20] };
  assert.equal(frameAt(position(looped, 1300, film)), 19);
  assert.equal(frameAt(position(looped, 1400, film)), 7);
  assert.equal(frameAt(position({ ...looped, frame_at: 30 }, 1100, film)), 33);
  // A hair before a frame is that frame.
  assert.equal(frameAt(11.999_999_9), 12);
});

test('what comes next is told nearest first, within bounds', () => {
  assert.deepEqual(upcoming(film, 0, 3, null, bounds), [
    { slot: 1, entry: 30 },
    { slot: 2, entry: 31 },
  ]);
  const many = { ...film, slots: Array.from({ length: 20 }, (_, n) => slot(n * 10, 10)) };
  assert.deepEqual(
    upcoming(many, 4, 45, null, bounds).map((due) => due.slot),
    [5, 6, 7, 8],
  );
  assert.deepEqual(
    upcoming(many, 4, 45, null, { ...bounds, ahead: 0 }).map((due) => due.slot),
    [5, 6],
  );
});

test('a loop comes round to its first frame, within a slot too', () => {
  const many = { ...film, slots: Array.from({ length: 20 }, (_, n) => slot(n * 10, 10)) };
  assert.deepEqual(upcoming(many, 5, 55, [45, 60], bounds), [
    { slot: 4, entry: 45 },
    { slot: 5, entry: 50 },
  ]);
  assert.deepEqual(upcoming(many, 4, 43, [42, 48], bounds), [{ slot: 4, entry: 42 }]);
  // Past its end the loop does not count.
  assert.equal(upcoming(many, 7, 70, [42, 48], bounds)[0].slot, 8);
});

test('slots with the same pictures need not be decoded again', () => {
  const a = slot(30, 9, { media: 2, source_us: 7, speed: [1, 2] });
  assert.ok(samePictures(a, { ...a, fit: 'pad', focus: [0, 0], speed: [2, 4] }));
  for (const other of [{ start: 31 }, { frames: 8 }, { media: 1 }, { source_us: 8 }, { speed: [1, 1] }]) {
    assert.ok(!samePictures(a, { ...a, ...other }));
  }
});
