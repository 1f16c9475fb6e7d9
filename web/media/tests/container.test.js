import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedVideoPacketSource,
  MkvOutputFormat,
  Mp4OutputFormat,
  Output,
} from 'mediabunny';

import { input, picture, shown, startUs } from '../container.js';

/** A file of these tracks, each with pictures or sound from an instant on, in seconds. */
async function file(format, tracks) {
  const output = new Output({ format, target: new BufferTarget() });
  const sources = tracks.map(({ width, disposition = {} }) => {
    const source = width ? new EncodedVideoPacketSource('vp8') : new EncodedAudioPacketSource('pcm-s16');
    if (width) output.addVideoTrack(source, { disposition });
    else output.addAudioTrack(source);
    return source;
  });
  await output.start();
  const video = (width) => ({ codec: 'vp8', codedWidth: width, codedHeight: 32 });
  const audio = { codec: 'pcm-s16', sampleRate: 1000, numberOfChannels: 1 };
  for (const [at, { width, from }] of tracks.entries()) {
    for (let count = 0; count < 4; count += 1) {
      const packet = new EncodedPacket(new Uint8Array(80), 'key', from + 0.04 * count, 0.04);
      const decoderConfig = width ? video(width) : audio;
      await sources[at].add(packet, { decoderConfig });
    }
  }
  await output.finalize();
  return new Blob([output.target.buffer]);
}

async function opened(blob, use) {
  const container = input(blob, 2 ** 20);
  try {
    return await use(container, await container.getTracks());
  } finally {
    container.dispose();
  }
}

const FORMATS = [() => new MkvOutputFormat(), () => new Mp4OutputFormat({ fastStart: 'in-memory' })];

test('the picture is the first one, also where the file likes another better', async () => {
  for (const format of FORMATS) {
    const tracks = [
      { from: 0 },
      { from: 0, width: 32, disposition: { default: false } },
      { from: 0, width: 64, disposition: { default: true } },
    ];
    await opened(await file(format(), tracks), async (container, found) => {
      assert.equal(shown(found).length, 3);
      assert.equal(await picture(found).getCodedWidth(), 32);
      assert.equal(await (await container.getPrimaryVideoTrack()).getCodedWidth(), 64);
    });
  }
});

test('time begins with what is seen or heard first', async () => {
  for (const format of FORMATS) {
    for (const [tracks, begins] of [
      [[{ from: 0, width: 32 }], 0],
      [[{ from: 1.25, width: 32 }], 1_250_000],
      [[{ from: 1.25, width: 32 }, { from: 0.5 }], 500_000],
      [[{ from: 0.5, width: 32 }, { from: 1.25 }], 500_000],
    ]) {
      const blob = await file(format(), tracks);
      assert.equal(await opened(blob, (container, found) => startUs(container, found)), begins);
    }
  }
});

test('every read that tells the beginning is awaited as it is asked', async () => {
  const blob = await file(FORMATS[0](), [{ from: 2, width: 32 }, { from: 3 }]);
  let waited = 0;
  const wait = (step) => {
    waited += 1;
    return step;
  };
  assert.equal(await opened(blob, (container, found) => startUs(container, found, wait)), 2e6);
  assert.equal(waited, 2);
});

test('without a picture there is none', async () => {
  const blob = await file(FORMATS[0](), [{ from: 0 }]);
  assert.equal(await opened(blob, async (_, found) => picture(found)), undefined);
});
