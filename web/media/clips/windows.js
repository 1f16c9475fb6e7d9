// The parts of a file that its fingerprint covers; the hashing is the planner's.

/** Bytes in each window. */
export const WINDOW = 256 * 1024;

/**
 * The windows of a file, in the order in which they are hashed: head, middle and tail, or all of
 * it if it is small.
 *
 * @param {number} bytes its size
 * @returns {[number, number][]} first byte and first byte after it
 */
export function windows(bytes) {
  if (bytes <= 3 * WINDOW) {
    return [[0, bytes]];
  }
  const middle = Math.floor(bytes / 2) - WINDOW / 2;
  return [
    [0, WINDOW],
    [middle, middle + WINDOW],
    [bytes - WINDOW, bytes],
  ];
}
