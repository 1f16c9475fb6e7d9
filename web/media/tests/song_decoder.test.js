import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import vm from 'node:vm';

const SCRIPT = readFileSync(new URL('../../song_decoder.js', import.meta.url), 'utf8');

/** What a frame answers to orders, one after the other, whose browser decodes files so. */
async function answers(decodeAudioData, orders) {
  const told = [];
  const page = { postMessage: (data) => told.push(structuredClone(data)) };
  class OfflineAudioContext {
    decodeAudioData = decodeAudioData;
  }
  const frame = vm.createContext({ OfflineAudioContext, Float32Array, setInterval, clearInterval });
  vm.runInContext(SCRIPT, frame);
  frame.onmessage({ ports: [page] });
  for (const data of orders) {
    await page.onmessage({ data });
  }
  return told;
}

const FILE = { file: { arrayBuffer: async () => new ArrayBuffer(8) }, rate: 44_100 };

test('a part that there is no memory for has no samples, and the next may be asked for', async () => {
  let full = true;
  const copyFromChannel = (samples, channel, start) => {
    if (full) {
      full = false;
      throw new RangeError('Array buffer allocation failed');
    }
    samples.fill(channel + start);
  };
  const song = { numberOfChannels: 2, length: 9, copyFromChannel };
  const told = await answers(async () => song, [FILE, { start: 0, end: 4 }, { start: 4, end: 6 }]);
  assert.deepEqual(told.slice(0, 3), ['here', { channels: 2, length: 9 }, [null]]);
  assert.deepEqual(told[3], [Float32Array.of(4, 4), Float32Array.of(5, 5)]);
});

test('a file that cannot be read or decoded is told', async () => {
  const undecodable = () => Promise.reject(new Error('no sound'));
  const gone = { file: { arrayBuffer: () => Promise.reject(new Error('moved')) }, rate: 44_100 };
  assert.deepEqual((await answers(undecodable, [gone]))[1], { failed: 'unreadable' });
  assert.deepEqual((await answers(undecodable, [FILE]))[1], { failed: 'undecodable' });
});
