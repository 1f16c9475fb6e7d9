// Frame rates: from the times of some pictures to the exact rate that they keep, if they keep one.

/** Frames a second that cameras and programs write, as exact fractions. */
const USUAL = [
  [12, 1],
  [25, 2],
  [15000, 1001],
  [15, 1],
  [24000, 1001],
  [24, 1],
  [25, 1],
  [30000, 1001],
  [30, 1],
  [48000, 1001],
  [48, 1],
  [50, 1],
  [60000, 1001],
  [60, 1],
  [90, 1],
  [100, 1],
  [120000, 1001],
  [120, 1],
  [240000, 1001],
  [240, 1],
];

/** Packets whose times tell a rate, where they come in order... */
const LOOKED_AT = 300;
/** ... and at most, since one stamp may be far later than all others. */
const MOST = 2 * LOOKED_AT;

/** By how much the mean may miss a rate that it stands for, as the command line has it. */
const NEAR = 0.002;
/** What is closer than this is surely that rate; 30 and 29.97 are a thousandth apart. */
const SURE = 0.0004;
/** An interval is steady if it misses the usual one by no more than this part of it... */
const JITTER = 0.25;
/** ... and so many of all have to be. */
const STEADY = 0.95;

/**
 * When the first pictures are shown.
 *
 * @param {import('./job.js').Job} job
 * @param {import('mediabunny').EncodedPacketSink} packets of the picture
 * @returns {Promise<number[]>} in seconds of the container's time, in the order of decoding
 */
export async function firstTimes(job, packets) {
  const times = [];
  let packet = await job.step(
    packets.getFirstPacket({ metadataOnly: true }),
    'read its first picture',
  );
  let latest = -Infinity;
  // Where a packet is shown before one that came earlier, others are still to come between.
  const isWanted = ({ timestamp }) => times.length < LOOKED_AT || timestamp < latest;
  while (packet && times.length < MOST && isWanted(packet)) {
    times.push(packet.timestamp);
    latest = Math.max(latest, packet.timestamp);
    packet = await job.step(
      packets.getNextPacket(packet, { metadataOnly: true }),
      'read when its pictures are shown',
    );
  }
  return times;
}

/**
 * The rate that pictures keep.
 *
 * @param {number[]} times when they are shown, in seconds, in any order, without gaps that are only
 *   in the sample; the more the surer
 * @param {number} resolution ticks a second of the container's time stamps
 * @returns {[number, number] | null} frames a second as a fraction in lowest terms; null if they
 *   come unevenly, or too few are known
 */
export function steadyRate(times, resolution) {
  const sorted = [...new Set(times)].filter(Number.isFinite).sort((a, b) => a - b);
  const intervals = sorted.slice(1).map((time, at) => time - sorted[at]);
  if (intervals.length < 2) {
    return null;
  }
  const tick = 1 / resolution;
  const usual = [...intervals].sort((a, b) => a - b)[intervals.length >> 1];
  const even = intervals.filter((one) => Math.abs(one - usual) <= usual * JITTER + tick);
  if (even.length < STEADY * intervals.length) {
    return null;
  }
  const mean = even.reduce((sum, one) => sum + one, 0) / even.length;
  const off = ([num, den]) => Math.abs((num / den) * mean - 1);
  const [nearest] = [...USUAL].sort((a, b) => off(a) - off(b));
  // Few pictures with coarse stamps cannot tell 30 from 29.97; the nearer one is taken.
  const doubt = tick / mean / even.length;
  if (off(nearest) < Math.max(SURE, Math.min(NEAR, doubt))) {
    return nearest;
  }
  // A rate that nobody names, but exact in the container's own ticks.
  const ticks = Math.round(mean * resolution);
  const exact = ticks > 0 && Math.abs(mean * resolution - ticks) < 0.01;
  if (exact && ticks <= resolution && resolution <= 1000 * ticks) {
    return lowest(Math.round(resolution), ticks);
  }
  return off(nearest) < NEAR ? nearest : null;
}

/** A fraction in lowest terms. */
function lowest(num, den) {
  let [a, b] = [num, den];
  while (b > 0) {
    [a, b] = [b, a % b];
  }
  return [num / a, den / a];
}
