import assert from 'node:assert/strict';
import { test } from 'node:test';

import { backdrop, contain, cover, place, scaled } from '../preview/geometry.js';

const film = { width: 1280, height: 720 };
const middle = [500, 500];

test('a crop fills the frame and cuts off evenly', () => {
  assert.deepEqual(cover({ width: 640, height: 480 }, film, middle), {
    x: -0,
    y: -120,
    width: 1280,
    height: 960,
  });
  assert.deepEqual(cover({ width: 1080, height: 1920 }, film, middle).height, 2276);
});

test('the focus shares out what stands over', () => {
  const picture = { width: 640, height: 480 };
  assert.equal(cover(picture, film, [500, 0]).y, -0);
  assert.equal(cover(picture, film, [500, 1000]).y, -240);
  const wide = { width: 2560, height: 720 };
  assert.equal(cover(wide, film, [0, 500]).x, -0);
  assert.equal(cover(wide, film, [1000, 500]).x, -1280);
  assert.equal(cover(wide, film, [250, 0]).x, -320);
});

test('padding and blurring show the whole picture in the middle', () => {
  const upright = contain({ width: 1080, height: 1920 }, film);
  assert.deepEqual(upright, { x: 437, y: 0, width: 406, height: 720 });
  assert.deepEqual(place('blur', { width: 1080, height: 1920 }, film, [0, 0]), upright);
  assert.deepEqual(contain({ width: 2000, height: 500 }, film), {
    x: 0,
    y: 200,
    width: 1280,
    height: 320,
  });
});

test('no crop leaves a gap and no padding stands over', () => {
  for (let width = 16; width < 4000; width += 171) {
    for (let height = 16; height < 4000; height += 137) {
      const covered = cover({ width, height }, film, [333, 667]);
      assert.ok(covered.x <= 0 && covered.y <= 0);
      assert.ok(covered.x + covered.width >= film.width, `${width} ${height}`);
      assert.ok(covered.y + covered.height >= film.height, `${width} ${height}`);
      const held = contain({ width, height }, film);
      assert.ok(held.width <= film.width && held.height <= film.height);
      assert.ok(held.x >= 0 && held.y >= 0);
    }
  }
});

test('the backdrop is an eighth, even, and never nothing', () => {
  assert.deepEqual(backdrop(film), { width: 160, height: 90 });
  assert.deepEqual(backdrop({ width: 16, height: 1080 }), { width: 2, height: 136 });
});

test('a canvas of another size shows the same', () => {
  const rect = { x: -100, y: 40, width: 1480, height: 640 };
  assert.deepEqual(scaled(rect, film, { width: 640, height: 360 }), {
    x: -50,
    y: 20,
    width: 740,
    height: 320,
  });
});
