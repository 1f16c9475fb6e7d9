import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ffmpegName, spoken } from '../clips/codec.js';

test('codecs have the names that ffmpeg gives them', () => {
  for (const [codec, tag, name] of [
    ['avc', 'avc1', 'h264'],
    ['hevc', 'hvc1', 'hevc'],
    ['prores', 'apch', 'prores'],
    [null, 'mp4v', 'mpeg4'],
    [null, 's263', 'h263'],
    [null, 'AVdh', 'dnxhd'],
    [null, 'rle ', 'qtrle'],
    [null, 'V_MPEG2', 'mpeg2video'],
    [null, 'zyxw', 'zyxw'],
  ]) {
    assert.equal(ffmpegName(codec, tag), name);
  }
});

test('what a file says is taken only if it is plain', () => {
  for (const tag of [null, 7, new Uint8Array(4), '', '<b>x', 'a\u202eb', 'x'.repeat(99), '\0\0\0\0']) {
    assert.equal(ffmpegName(null, tag), 'unknown');
  }
  assert.equal(ffmpegName('constructor', null), 'unknown');
});

test('people read the names that they know', () => {
  assert.equal(spoken('hevc'), 'HEVC (H.265)');
  assert.equal(spoken('unknown'), 'its codec');
  assert.equal(spoken('cfhd'), 'cfhd');
});
