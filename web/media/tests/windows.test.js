import assert from 'node:assert/strict';
import { test } from 'node:test';

import { WINDOW, windows } from '../clips/windows.js';

test('a small file is covered whole', () => {
  for (const bytes of [0, 1, WINDOW, 3 * WINDOW]) {
    assert.deepEqual(windows(bytes), [[0, bytes]]);
  }
});

test('of a large one head, middle and tail are, which do not overlap', () => {
  for (const bytes of [3 * WINDOW + 1, 10_000_001, 2 ** 40 + 1]) {
    const parts = windows(bytes);
    assert.deepEqual(parts.map(([start, end]) => end - start), [WINDOW, WINDOW, WINDOW]);
    assert.equal(parts[0][0], 0);
    assert.equal(parts[1][0], Math.floor(bytes / 2) - WINDOW / 2);
    assert.equal(parts[2][1], bytes);
    assert.ok(parts[0][1] <= parts[1][0] && parts[1][1] <= parts[2][0]);
  }
});
