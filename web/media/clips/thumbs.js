// A few small pictures of a clip, to be recognised by.
import { VideoSampleSink } from 'mediabunny';

import { keyTimes, undecodable, withClip } from './file.js';
import { counted, evenInstants } from './instants.js';
import { Cancelled, Refused } from './job.js';
import { Painter } from './painter.js';
import { allSamples, trustFile } from './samples.js';
import { HEIGHT, WIDTH } from './shrink.js';

/** Most pictures of one clip, and their least and largest height in pixels. */
const MOST = 240;
const LOWEST = 8;
const HIGHEST = 720;
/** No picture is wider than so many times its height. */
const WIDEST = 4;

/**
 * The key pictures nearest before the middles of `count` equal parts; fewer if there are fewer.
 *
 * @param {import('./job.js').Job} job
 * @param {Blob} file
 * @param {number} count how many are wanted
 * @param {number} height of each, in pixels; the width follows from the clip's shape
 * @returns {Promise<{ at_us: number, bitmap: ImageBitmap }[]>} in order; they are the caller's
 */
export function thumbs(job, file, count, height) {
  return withClip(job, file, async (clip) => {
    const { track, startUs } = clip;
    const reason = await job.step(undecodable(clip), 'ask whether it can be decoded');
    if (reason !== null) {
      throw new Refused(reason);
    }
    const end = await job.step(track.computeDuration(), 'find where it ends');
    const times = await keyTimes(job, clip, (beginUs) =>
      evenInstants(beginUs, counted(end, startUs), clamp(count, 1, MOST)),
    );
    const tall = clamp(height, LOWEST, HIGHEST);
    const shape = (await track.getDisplayWidth()) / (await track.getDisplayHeight());
    const wide = clamp(tall * shape, 1, tall * WIDEST);
    const canvas = new OffscreenCanvas(wide, tall);
    const context = canvas.getContext('2d', { alpha: false });
    context.imageSmoothingQuality = 'medium';

    // Small ones by way of the planner's pictures: browsers without a graphics card keep a copy in
    // full size of every picture that is drawn, half a gigabyte in all.
    const painter = tall <= HEIGHT ? new Painter(await track.getColorSpace()) : null;
    const small = new OffscreenCanvas(WIDTH, HEIGHT);
    const pen = small.getContext('2d', { alpha: false, willReadFrequently: true });
    const draw = async (sample) => {
      if (painter === null) {
        sample.draw(context, 0, 0, wide, tall);
      } else {
        pen.putImageData(new ImageData(await painter.paint(sample), WIDTH, HEIGHT), 0, 0);
        context.drawImage(small, 0, 0, wide, tall);
      }
      const at_us = Math.max(0, counted(sample.timestamp, startUs));
      return { at_us, bitmap: canvas.transferToImageBitmap() };
    };
    const sink = new VideoSampleSink(track);
    const bitmaps = await drawn(job, sink.samplesAtTimestamps(times), times.length, draw);
    if (bitmaps.length > 0) {
      return bitmaps;
    }
    // What the file calls a key picture may not be one; in the order of all, the first is found.
    for (const trusting of [false, true]) {
      if (trusting) {
        trustFile(track);
      }
      const first = await drawn(job, allSamples(track), 1, draw);
      if (first.length > 0) {
        return first;
      }
    }
    throw new Refused('No picture can be decoded from it.');
  });
}

/** What `draw` makes, in time, of the first `most` samples, or of those before the decoder dies. */
async function drawn(job, samples, most, draw) {
  const bitmaps = [];
  try {
    while (bitmaps.length < most) {
      const { value: sample, done } = await job.step(samples.next(), 'decode a picture');
      if (done) {
        break;
      }
      if (sample) {
        try {
          bitmaps.push(await draw(sample));
        } finally {
          sample.close();
        }
      }
    }
  } catch (error) {
    // What came before the damage is good enough to be recognised by, unless nobody waits for it.
    if (bitmaps.length === 0 || error instanceof Cancelled) {
      bitmaps.forEach(({ bitmap }) => bitmap.close());
      throw error;
    }
  } finally {
    await samples.return();
  }
  return bitmaps;
}

function clamp(value, least, most) {
  const whole = Math.round(Number(value));
  return Number.isFinite(whole) ? Math.min(Math.max(whole, least), most) : least;
}
