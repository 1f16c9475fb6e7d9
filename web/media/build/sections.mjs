// The custom sections of a WebAssembly module: they carry names and notes for tools, and a browser
// loads them for nothing.

/** Sections that no browser reads. */
const FOR_TOOLS = new Set(['name', 'producers', 'target_features']);

/** A module begins with its mark and its version, four bytes each. */
const HEADER = 8;

/**
 * The module without the sections that are for tools.
 *
 * @param {Uint8Array} wasm a WebAssembly module
 * @returns {Uint8Array} the same module, shorter
 * @throws {Error} if it is not one, or ends in the middle of a section
 */
export function withoutNotes(wasm) {
  if (wasm.length < HEADER || wasm[0] !== 0 || String.fromCharCode(...wasm.subarray(1, 4)) !== 'asm') {
    throw new Error('this is no WebAssembly module');
  }
  const kept = [wasm.subarray(0, HEADER)];
  let at = HEADER;
  while (at < wasm.length) {
    const start = at;
    const id = wasm[at];
    const size = whole(wasm, at + 1);
    const end = size.next + size.value;
    if (end > wasm.length) {
      throw new Error('this WebAssembly module ends in the middle of a section');
    }
    if (id !== 0 || !FOR_TOOLS.has(name(wasm, size.next))) {
      kept.push(wasm.subarray(start, end));
    }
    at = end;
  }
  const out = new Uint8Array(kept.reduce((sum, part) => sum + part.length, 0));
  let to = 0;
  for (const part of kept) {
    out.set(part, to);
    to += part.length;
  }
  return out;
}

/** The name that a custom section begins with. */
function name(wasm, at) {
  const length = whole(wasm, at);
  return new TextDecoder().decode(wasm.subarray(length.next, length.next + length.value));
}

/** An unsigned LEB128 number of at most 32 bits, and where it ends. */
function whole(wasm, at) {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7, at += 1) {
    const byte = wasm[at];
    if (byte === undefined) {
      break;
    }
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) {
      return { value, next: at + 1 };
    }
  }
  throw new Error('this WebAssembly module holds a number that does not end');
}
