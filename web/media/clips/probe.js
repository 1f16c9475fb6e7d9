// What a clip is, from its container alone.
import { undecodable, withClip } from './file.js';
import { Refused } from './job.js';
import { firstTimes, steadyRate } from './rate.js';
import { allSamples } from './samples.js';

/** Largest picture side that is worked with, as on the command line. */
const LARGEST = 32_768;

/**
 * @param {import('./job.js').Job} job
 * @param {Blob} file
 * @returns {Promise<object>} the body of a `probed` message
 */
export function probe(job, file) {
  return withClip(job, file, async (clip) => {
    const { track, packets, codec, startUs } = clip;
    const times = await firstTimes(job, packets);
    if (times.length === 0) {
      throw new Refused('It holds no picture.');
    }
    const end = await job.step(track.computeDuration(), 'find where it ends');
    const lasts = Math.round((end - Math.max(Math.min(...times), startUs / 1e6)) * 1e6);
    const reason = await job.step(undecodable(clip), 'ask whether it can be decoded');
    const { width, height } = await size(job, clip, reason === null);
    return {
      media: {
        bytes: file.size,
        duration_us: lasts > 0 ? lasts : null,
        video: { width, height, codec, rate: written(steadyRate(times, await track.getTimeResolution())) },
      },
      decodable: reason === null,
      ...(reason === null ? {} : { reason }),
    };
  });
}

/** The size as shown: upright, in square pixels. */
async function size(job, { track, sizeIsSure }, decodable) {
  let [width, height] = [await track.getDisplayWidth(), await track.getDisplayHeight()];
  if (decodable && !sizeIsSure) {
    // A picture itself knows better than what is guessed of it: fields, for instance, are half as
    // high as their picture.
    const samples = allSamples(track);
    try {
      const { value: sample } = await job.step(samples.next(), 'decode its first picture');
      if (sample) {
        [width, height] = [sample.displayWidth, sample.displayHeight];
        sample.close();
      }
    } catch {
      // Then what is guessed has to do.
      job.check();
    } finally {
      await samples.return();
    }
  }
  if (!(width >= 1 && height >= 1 && width <= LARGEST && height <= LARGEST)) {
    throw new Refused('It does not say how large its picture is.');
  }
  return { width: Math.round(width), height: Math.round(height) };
}

/** A rate as plans write it: `25`, `30000/1001`. */
function written(rate) {
  return rate && (rate[1] === 1 ? `${rate[0]}` : `${rate[0]}/${rate[1]}`);
}
