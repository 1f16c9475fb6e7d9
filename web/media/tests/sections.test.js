import assert from 'node:assert/strict';
import { test } from 'node:test';

import { withoutNotes } from '../build/sections.mjs';

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const TYPES = [1, 4, 1, 0x60, 0, 0];

/** A custom section of this name, `length` bytes long behind it. */
function custom(name, length) {
  const body = [name.length, ...new TextEncoder().encode(name), ...new Array(length).fill(7)];
  const size = body.length < 128 ? [body.length] : [(body.length & 127) | 128, body.length >> 7];
  return [0, ...size, ...body];
}

test('only notes for tools leave a module', () => {
  const kept = custom('linking', 3);
  const wasm = [...HEADER, ...custom('producers', 200), ...TYPES, ...kept, ...custom('name', 9)];
  const left = withoutNotes(Uint8Array.from(wasm));
  assert.deepEqual([...left], [...HEADER, ...TYPES, ...kept]);
  assert.ok(WebAssembly.validate(withoutNotes(Uint8Array.from([...HEADER, ...TYPES]))));
});

test('what is no whole module is refused', () => {
  for (const wasm of [[], HEADER.slice(1), [...HEADER, 1], [...HEADER, 1, 9, 0], [...HEADER, 1, 255, 255]]) {
    assert.throws(() => withoutNotes(Uint8Array.from(wasm)), /WebAssembly/);
  }
});
