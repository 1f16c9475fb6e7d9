import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Mono, RATE } from '../clips/mono.js';

/** A tone of so many samples. */
const tone = (hertz, rate, count) =>
  Float32Array.from({ length: count }, (_, n) => Math.sin((2 * Math.PI * hertz * n) / rate));

const joined = (blocks) => Float32Array.from(blocks.flatMap((block) => [...block]));

/** All of a sound, in pieces. */
function heard(sound, rate, piece, lengthUs) {
  const mono = new Mono(lengthUs);
  const blocks = [];
  for (let n = 0; n < sound.length; n += piece) {
    mono.add([sound.subarray(n, n + piece)], rate, Math.round((n * 1e6) / rate));
    blocks.push(...mono.blocks());
  }
  return joined([...blocks, ...mono.end()]);
}

const power = (samples) => samples.reduce((sum, one) => sum + one * one, 0) / samples.length;

test('a tone of any rate stays as loud and as long', () => {
  for (const rate of [8_000, 11_025, 16_000, 44_100, 48_000, 96_000]) {
    const sound = heard(tone(400, rate, 3 * rate), rate, 1024, 3_000_000);
    assert.equal(sound.length, 3 * RATE);
    assert.ok(Math.abs(power(sound.subarray(100, -100)) - 0.5) < 0.02, `${rate}`);
  }
});

test('channels are mixed evenly', () => {
  const mono = new Mono(1e6);
  const one = tone(400, RATE, RATE / 2);
  mono.add([one, one.map((sample) => -sample), one, one], RATE, 0);
  const [sound] = mono.end();
  sound.forEach((sample, n) => assert.ok(Math.abs(sample - one[n] / 2) < 1e-6, `${n}`));
});

test('what holds a level holds it from block to block', () => {
  const sound = heard(new Float32Array(7 * 48_000).fill(1), 48_000, 4_800, 7e6);
  assert.equal(sound.length, 7 * RATE);
  assert.equal(sound.subarray(1, -1).findIndex((sample) => Math.abs(sample - 1) > 1e-3), -1);
});

test('pieces make no difference but for the rounding of their stamps', () => {
  const sound = tone(300, 44_100, 44_100);
  const [one, other] = [heard(sound, 44_100, 44_100, 1e6), heard(sound, 44_100, 1000, 1e6)];
  one.forEach((sample, n) => assert.ok(Math.abs(sample - other[n]) < 0.01));
});

test('a crack is where it was, whatever is missing before it', () => {
  const mono = new Mono(10e6);
  const crack = new Float32Array(480);
  crack[240] = 1;
  mono.add([new Float32Array(480), new Float32Array(480)], 48_000, 0);
  mono.add([crack, crack], 48_000, 7_000_000);
  const sound = joined([...mono.blocks(), ...mono.end()]);
  assert.equal(sound.findIndex((sample) => sample > 0.1), 7 * RATE + 80);
});

test('what goes on beyond the end is heard to the end', () => {
  for (const piece of [2048, 12_000]) {
    const sound = heard(tone(400, 8_000, 12_000), 8_000, piece, 1e6);
    assert.equal(sound.length, RATE);
    assert.ok(power(sound.subarray(100, -100)) > 0.45);
  }
  // By blocks too; and the last sample is one that the end falls into.
  const seconds = tone(400, 8_000, 8 * 8_000);
  assert.equal(heard(seconds, 8_000, 8_000, 3e6).length, 3 * RATE);
  assert.equal(heard(seconds, 8_000, 8_000, 3_000_010).length, 3 * RATE + 1);
});

test('where nothing came there is no block', () => {
  assert.deepEqual(new Mono(1e6).end(), []);
});

test('a long gap comes block by block, and only as far as anything is wanted', () => {
  const mono = new Mono(3_600e6);
  const gap = mono.until(1_800_500_000);
  assert.equal(gap.next().value.length, 2 * RATE);
  assert.equal([...gap].length, 899);
  mono.add([new Float32Array(480).fill(1)], 48_000, 1_800_500_000);
  assert.equal(mono.end()[0].findIndex((sample) => sample > 0.1), RATE / 2);
  assert.ok([...mono.until(1e15)].length <= 900);
});

test('what comes twice, too early or too late is left out', () => {
  const mono = new Mono(1e6);
  const one = new Float32Array(RATE / 2).fill(1);
  mono.add([one], RATE, -250_000);
  mono.add([one], RATE, 100_000);
  mono.add([one], RATE, 500_000);
  mono.add([one.subarray(0, RATE / 10)], RATE, 0);
  mono.add([one], RATE, 250_000);
  mono.add([one], RATE, 900_000);
  const sound = joined([...mono.blocks(), ...mono.end()]);
  assert.equal(sound.length, RATE);
  assert.ok(sound.every((sample) => sample <= 1.5));
  assert.ok(power(sound) > 0.99 && power(sound) < 1.01);
});
