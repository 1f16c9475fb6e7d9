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
 * @returns {Promise<string | undefined>} what was odd, for people
 */
export async function hear(job, clip, { startUs, endUs }, viewing) {
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
    try {
      for (;;) {
        const { value: sample, done } = await job.step(samples.next(), 'decode its sound');
        if (done) {
          break;
        }
        try {
          const atUs = counted(sample.timestamp, clip.startUs) - startUs;
          mono.add(channels(sample), sample.sampleRate, atUs);
        } finally {
          sample.close();
        }
        for (const block of mono.blocks()) {
          await job.step(viewing.hear(block, startUs), 'tell the planner what is heard');
        }
      }
      for (const block of mono.end()) {
        await job.step(viewing.hear(block, startUs), 'tell the planner what is heard');
      }
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
