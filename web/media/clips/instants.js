// Which instants of a clip are looked at. All in microseconds.

/** No quick look takes more pictures than one in so long... */
const APART_US = 1_000_000;
/** ... for each so many pixels of a picture, which take about the same time to decode... */
const PIXELS = 1920 * 1080;
/** ... nor more than so many of a clip. */
const MOST = 900;

/**
 * Instants at which a quick look wants a picture; each stands for the key picture at or before it.
 *
 * @param {number} startUs where the pictures begin
 * @param {number} endUs where they end
 * @param {number} pixels of one picture, as coded
 * @returns {number[]} in order, the first at the start; none if there is no time between
 */
export function quickInstants(startUs, endUs, pixels) {
  const lasts = endUs - startUs;
  if (!(lasts > 0)) {
    return [];
  }
  const apart = Math.max(APART_US * Math.max(1, pixels / PIXELS), lasts / MOST);
  return every(startUs, Math.ceil(lasts / apart), apart);
}

/**
 * The middles of `count` equal parts.
 *
 * @param {number} startUs where the pictures begin
 * @param {number} endUs where they end
 * @param {number} count how many are wanted
 * @returns {number[]} in order
 */
export function evenInstants(startUs, endUs, count) {
  const apart = Math.max(0, endUs - startUs) / Math.max(1, count);
  return every(startUs + apart / 2, count, apart);
}

function every(startUs, count, apart) {
  return Array.from({ length: Math.max(0, count) }, (_, at) => Math.floor(startUs + at * apart));
}

/** The container's start is rounded to the microsecond and a picture's time down to it. */
const ROUNDING_US = 2;

/**
 * A picture's time as a plan counts it: whole microseconds from the container's start, rounded
 * down, as the command line has it.
 *
 * @param {number} seconds the container's own time
 * @param {number} startUs where the container's time begins
 * @returns {number} negative if it lies before the start and cannot be reached
 */
export function counted(seconds, startUs) {
  // A multiple of a tick is a little less than itself in binary fractions.
  const at = Math.floor(seconds * 1e6 + 1e-3) - startUs;
  return at < 0 && at >= -ROUNDING_US ? 0 : at;
}
