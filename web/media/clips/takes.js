// A clip whose time jumps is several clips to look at: nothing is known of what is on screen
// meanwhile, and it is more often a broken stamp than a slide show. The longest is kept.

/** A longer silence between two pictures splits a clip of which every one is seen, in microseconds. */
export const LONGEST_GAP_US = 2_000_000;
/** A last picture stays as long as the one before it, but no longer than this, in microseconds. */
const LONGEST_LAST_US = 100_000;

/**
 * What is to be done with the next picture.
 *
 * @param {{ lastUs: number } | null} take the take that goes on, if one does
 * @param {number} atUs when the picture is shown
 * @param {number} longestUs the longest silence that is none, in microseconds
 * @returns {'leave' | 'add' | 'begin'} a picture before the start, or out of order by a little, is
 *   left out
 */
export function next(take, atUs, longestUs) {
  if (atUs < 0) {
    return 'leave';
  }
  if (take === null || Math.abs(atUs - take.lastUs) > longestUs) {
    return 'begin';
  }
  return atUs > take.lastUs ? 'add' : 'leave';
}

/**
 * When a take ends.
 *
 * @param {{ lastUs: number, stepUs: number }} take its last picture, and how long the one before
 *   that was shown
 * @returns {number} in microseconds
 */
export function end(take) {
  return take.lastUs + Math.min(take.stepUs, LONGEST_LAST_US);
}
