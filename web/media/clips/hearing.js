// Listens to a clip: its decoded sound, mixed to one channel at the planner's rate, goes to the planner.
// It never costs the clip: where nothing can be heard, that is noted.
import { AudioSampleSink } from 'mediabunny';

import { plain } from './file.js';
import { counted } from './instants.js';
import { Cancelled } from './job.js';
import { Mono } from './mono.js';

/**
 * Listens to a stretch of a clip.
 *
 * @param {import('./job.js').Job} job
 * @param {import('./file.js').Clip} clip
 * @param {{ startUs: number, endUs: number }} stretch counted from the container's start
 * @param {import('./analyst.js').Viewing} viewing whom it is told to
 * @param {(doneUs: number) => void} tell how much of it was heard
 * @returns {Promise<string | undefined>} what was odd, for people
 */
export async function hear(job, clip, { startUs, endUs }, viewing, tell) {
  const track = clip.sound;
  if (track === undefined) {
    return undefined;
  }
  try {
    if (!(await job.step(track.canDecode(), 'ask whether its sound can be decoded'))) {
      return 'This browser cannot decode its sound, so nothing is heard of it.';
    }
    const seconds = (us) => (us + clip.startUs) / 1e6;
    const samples = new AudioSampleSink(track).samples(seconds(startUs), seconds(endUs));
    const mono = new Mono(endUs - startUs);
    const told = async (blocks) => {
      for (const block of blocks) {
        await job.step(viewing.hear(block, startUs), 'tell the planner what is heard');
      }
    };
    try {
      for (;;) {
        const { value: sample, done } = await job.step(samples.next(), 'decode its sound');
        if (done) {
          break;
        }
        const atUs = counted(sample.timestamp, clip.startUs) - startUs;
        try {
          await told(mono.until(atUs));
          mono.add(channels(sample), sample.sampleRate, atUs);
        } finally {
          sample.close();
        }
        await told(mono.blocks());
        tell(Math.min(Math.max(atUs, 0), endUs - startUs));
      }
      await told(mono.end());
    } finally {
      await samples.return();
    }
    return undefined;
  } catch (error) {
    if (error instanceof Cancelled) {
      throw error;
    }
    return `Its sound could not be heard, or only in part (${plain(error)}).`;
  }
}

/** The channels of decoded sound. */
function channels(sample) {
  return Array.from({ length: sample.numberOfChannels }, (_, planeIndex) => {
    const plane = new Float32Array(sample.numberOfFrames);
    sample.copyTo(plane, { planeIndex, format: 'f32-planar' });
    return plane;
  });
}
