import assert from 'node:assert/strict';
import { test } from 'node:test';

import { HEIGHT, Shrinker, WIDTH, canShrink } from '../clips/shrink.js';

/** A picture in planes of 4:2:0, whose luma is `luma(x, y)` of places from 0 to 1. */
function i420(width, height, luma, [u, v] = [128, 128]) {
  const [halfWidth, halfHeight] = [Math.ceil(width / 2), Math.ceil(height / 2)];
  const bytes = new Uint8Array(width * height + 2 * halfWidth * halfHeight);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      bytes[y * width + x] = luma((x + 0.5) / width, (y + 0.5) / height);
    }
  }
  const first = width * height;
  const second = first + halfWidth * halfHeight;
  bytes.fill(u, first, second).fill(v, second);
  const layout = [
    { offset: 0, stride: width },
    { offset: first, stride: halfWidth },
    { offset: second, stride: halfWidth },
  ];
  return { buffer: bytes.buffer, layout };
}

const shape = {
  format: 'I420', width: 1920, height: 1080, rotation: 0, flip: false, matrix: 'bt709', fullRange: true,
};

function shrunk(picture, changes = {}) {
  return new Shrinker({ ...shape, ...changes }).shrink(picture.buffer, picture.layout);
}

/** Red at a place from 0 to 1 of the small picture. */
const at = (pixels, x, y) => pixels[4 * (Math.floor(y * HEIGHT) * WIDTH + Math.floor(x * WIDTH))];

test('an even picture stays as it is, at any size', () => {
  for (const [width, height] of [[1920, 1080], [3840, 2160], [427, 241], [64, 36], [1081, 1919], [2, 2]]) {
    const pixels = shrunk(i420(width, height, () => 90), { width, height });
    assert.equal(pixels.length, 4 * WIDTH * HEIGHT);
    pixels.forEach((value, n) => assert.equal(value, n % 4 === 3 ? 255 : 90));
  }
});

test('every pixel is where it was', () => {
  for (const [width, height] of [[1920, 1080], [640, 360], [427, 241]]) {
    const pixels = shrunk(i420(width, height, (x, y) => 200 * x * y), { width, height });
    for (const [x, y] of [[0.1, 0.1], [0.5, 0.9], [0.9, 0.5]]) {
      assert.ok(Math.abs(at(pixels, x, y) - 200 * x * y) < 4, `${width} ${x} ${y}`);
    }
  }
});

test('a picture is turned upright', () => {
  // Bright in the corner at the top left.
  const picture = i420(1920, 1080, (x, y) => (x < 0.4 && y < 0.4 ? 250 : 10));
  const corner = (changes) => {
    const pixels = shrunk(picture, changes);
    return [[0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.1, 0.9]].findIndex(([x, y]) => at(pixels, x, y) > 200);
  };
  assert.deepEqual([0, 90, 180, 270].map((rotation) => corner({ rotation })), [0, 1, 2, 3]);
  assert.deepEqual([0, 90, 180, 270].map((rotation) => corner({ rotation, flip: true })), [1, 0, 3, 2]);
});

test('colours come out as they were coded', () => {
  // Full red in BT.709, limited range.
  const picture = i420(1280, 720, () => 63, [102, 240]);
  const [r, g, b] = shrunk(picture, { width: 1280, height: 720, fullRange: false });
  assert.ok(r > 252 && g < 3 && b < 3, `${r} ${g} ${b}`);
});

test('ten bits and other orders of bytes give the same picture', () => {
  const picture = i420(320, 180, (x, y) => 255 * x * y, [90, 160]);
  const small = { width: 320, height: 180 };
  const wanted = shrunk(picture, small);

  const deep = Uint16Array.from(new Uint8Array(picture.buffer), (value) => value * 4);
  const twice = picture.layout.map(({ offset, stride }) => ({ offset: 2 * offset, stride: 2 * stride }));
  assert.deepEqual(shrunk({ buffer: deep.buffer, layout: twice }, { ...small, format: 'I420P10' }), wanted);

  const planar = new Uint8Array(picture.buffer);
  const paired = planar.slice();
  const chroma = 320 * 180;
  for (let n = 0; n < chroma / 4; n += 1) {
    paired[chroma + 2 * n] = planar[chroma + n];
    paired[chroma + 2 * n + 1] = planar[chroma + chroma / 4 + n];
  }
  const two = [picture.layout[0], { offset: chroma, stride: 320 }];
  assert.deepEqual(shrunk({ buffer: paired.buffer, layout: two }, { ...small, format: 'NV12' }), wanted);

  const bgr = new Uint8Array(320 * 180 * 4).map((_, n) => [30, 20, 10, 0][n % 4]);
  const [r, g, b, a] = shrunk({ buffer: bgr.buffer, layout: [{ offset: 0, stride: 1280 }] }, { ...small, format: 'BGRX' });
  assert.deepEqual([r, g, b, a], [10, 20, 30, 255]);
});

test('a format that nobody knows is left to the browser', () => {
  assert.ok(!canShrink(null) && !canShrink('P010') && canShrink('I422P12'));
});
