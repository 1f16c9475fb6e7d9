// Looks at a clip: decoded pictures, made small, go to the planner, which says what they show; and its
// sound beside them.
import { VideoSampleSink } from 'mediabunny';

import { keyTimes, plain, undecodable, withClip } from './file.js';
import { hear } from './hearing.js';
import { counted, quickInstants } from './instants.js';
import { Cancelled, Refused } from './job.js';
import { Painter } from './painter.js';
import { allSamples, trustFile } from './samples.js';
import * as takes from './takes.js';

/** Nothing could be decoded, though nothing was said against it either. */
class NoPicture extends Refused {}

/** How often a job tells how far it is, in milliseconds. */
const TOLD_MS = 200;

/** What hearing a clip takes beside looking at it quickly. */
const SOUND = 0.3;
/** A quick look takes no longer for longer clips, so that their sound waits for a closer one: 20 minutes. */
const QUICKLY_HEARD_US = 1_200e6;

/**
 * Looks at key pictures, about one a second: enough for quality, not for shake, nor for most cuts.
 *
 * @param {import('./job.js').Job} job
 * @param {Blob} file
 * @param {import('./analyst.js').Analyst} analyst
 * @param {(doneUs: number, totalUs: number) => void} tell
 * @returns {Promise<{ footage: string, note?: string }>}
 */
export async function quick(job, file, analyst, tell) {
  const samplesOf = async (clip, endUs) => {
    const pixels = (await clip.track.getCodedWidth()) * (await clip.track.getCodedHeight());
    const instants = (startUs) => quickInstants(startUs, endUs, pixels, file.size);
    return new VideoSampleSink(clip.track).samplesAtTimestamps(
      await keyTimes(job, clip, instants),
    );
  };
  // Key pictures may be far apart, and each stands for all that follows: the first, if it lies before
  // the start, for the start, and the last to the end.
  const keys = { longestUs: Infinity, keys: true };
  try {
    return await look(job, file, analyst, tell, samplesOf, keys);
  } catch (error) {
    if (!(error instanceof NoPicture)) {
      throw error;
    }
    // What the file calls a key picture may not be one; in the order of all, some are found.
    return dense(job, file, analyst, tell);
  }
}

/** Looks at every picture. The parameters and the result are those of [`quick`]. */
export function dense(job, file, analyst, tell) {
  const samplesOf = async (clip) => allSamples(clip.track);
  const all = { longestUs: takes.LONGEST_GAP_US, keys: false };
  return look(job, file, analyst, tell, samplesOf, all);
}

async function look(job, file, analyst, tell, samplesOf, cadence, trusting = false) {
  try {
    return await lookOnce(job, file, analyst, tell, samplesOf, cadence, trusting);
  } catch (error) {
    if (!(error instanceof NoPicture) || trusting) {
      throw error;
    }
    return look(job, file, analyst, tell, samplesOf, cadence, true);
  }
}

function lookOnce(job, file, analyst, tell, samplesOf, cadence, trusting) {
  return withClip(job, file, async (clip) => {
    const { track, startUs } = clip;
    if (trusting) {
      trustFile(track);
    }
    const reason = await job.step(undecodable(clip), 'ask whether it can be decoded');
    if (reason !== null) {
      throw new Refused(reason);
    }
    const end = await job.step(track.computeDuration(), 'find where it ends');
    const endUs = Math.max(0, counted(end, startUs));
    const samples = await samplesOf(clip, endUs);
    const whole = isHeard(clip, cadence, endUs) ? endUs * (1 + SOUND) : endUs;
    let [told, most] = [-Infinity, 0];
    const tellSeldom = (doneUs) => {
      const now = performance.now();
      // Where time jumps, what is heard of one take is told before the pictures of the next.
      most = Math.max(most, doneUs);
      if (now - told > TOLD_MS) {
        told = now;
        tell(Math.round(most), Math.round(whole));
      }
    };
    const shown = new Shown(job, analyst, clip, cadence, endUs, tellSeldom);
    try {
      const painter = new Painter(await track.getColorSpace());
      for (;;) {
        const { value: sample, done } = await next(job, samples, shown);
        if (done) {
          break;
        }
        if (!sample) {
          continue;
        }
        try {
          const countedUs = counted(sample.timestamp, startUs);
          const atUs = cadence.keys ? Math.max(0, countedUs) : countedUs;
          await shown.add(atUs, () => painter.paint(sample));
          tellSeldom(Math.min(Math.max(atUs, 0), endUs));
        } finally {
          sample.close();
        }
      }
      return await shown.footage();
    } finally {
      // What is still decoded is closed, and a planner that waits for more is told that none comes.
      await samples.return();
      shown.cancel();
    }
  });
}

/** The next decoded picture; a decoder that dies after the first has shown all that it can. */
async function next(job, samples, shown) {
  try {
    return await job.step(samples.next(), 'decode a picture');
  } catch (error) {
    if (error instanceof Cancelled || shown.pictures === 0) {
      throw error;
    }
    shown.note = `It could be decoded only in part (${plain(error)}).`;
    return { value: undefined, done: true };
  }
}

/** Whether a stretch so long is listened to. */
function isHeard(clip, cadence, lengthUs) {
  return clip.sound !== undefined && !(cadence.keys && lengthUs > QUICKLY_HEARD_US);
}

/** How often, in words; at least once. */
function times(count) {
  return { 1: 'once', 2: 'twice' }[count] ?? `${count} times`;
}

/** What the planner has been shown of a clip, take by take. */
class Shown {
  #job;
  #analyst;
  #clip;
  #cadence;
  #endUs;
  #tell;
  #take = null;
  /** The longest take that has ended, as a promise of its footage. */
  #best = null;
  #jumps = 0;

  pictures = 0;
  /** What was odd, for people. */
  note;

  constructor(job, analyst, clip, cadence, endUs, tell) {
    this.#tell = tell;
    this.#job = job;
    this.#analyst = analyst;
    this.#clip = clip;
    this.#cadence = cadence;
    this.#endUs = endUs;
  }

  /**
   * @param {number} atUs when the picture is shown
   * @param {() => Promise<Uint8ClampedArray>} paint makes it, if it is wanted
   */
  async add(atUs, paint) {
    const what = takes.next(this.#take, atUs, this.#cadence.longestUs);
    if (what === 'leave') {
      return;
    }
    if (what === 'begin') {
      this.#jumps += this.#take === null ? 0 : 1;
      await this.#end();
      const viewing = await this.#job.step(this.#analyst.viewing(), 'reach the planner');
      this.#take = { viewing, startUs: atUs, lastUs: atUs, stepUs: 0 };
    }
    const take = this.#take;
    take.stepUs = atUs - take.lastUs;
    take.lastUs = atUs;
    this.pictures += 1;
    const pixels = await this.#job.step(paint(), 'make a picture small');
    await this.#job.step(take.viewing.show(pixels, atUs), 'show the planner a picture');
  }

  async #end() {
    const take = this.#take;
    if (take === null) {
      return;
    }
    const toTheEnd = this.#cadence.keys && this.note === undefined;
    const until = Math.max(takes.end(take), toTheEnd ? this.#endUs : 0);
    const stretch = { startUs: take.startUs, endUs: until };
    const lasts = until - take.startUs;
    const isBest = this.#best === null || lasts > this.#best.lasts;
    // Given up by whoever cancels until all of it was told.
    const note = isBest ? await this.#hear(stretch, take.viewing) : undefined;
    this.#take = null;
    const footage = await this.#job.step(take.viewing.end(until), 'sum up what it shows');
    if (isBest) {
      this.#best = { footage, lasts, note };
    }
  }

  async #hear(stretch, viewing) {
    const whole = Math.max(stretch.endUs - stretch.startUs, 1);
    if (!isHeard(this.#clip, this.#cadence, whole)) {
      return this.#clip.sound && 'It is long: its sound is heard when you look closer.';
    }
    return hear(this.#job, this.#clip, stretch, viewing, (doneUs) =>
      this.#tell(this.#endUs * (1 + (SOUND * doneUs) / whole)),
    );
  }

  async footage() {
    await this.#end();
    if (this.#best === null) {
      throw new NoPicture('No picture can be decoded from it.');
    }
    const jumped =
      this.#jumps > 0
        ? `Its time jumps ${times(this.#jumps)}; only the longest stretch is used.`
        : undefined;
    const note = [jumped, this.note, this.#best.note].filter(Boolean).join(' ');
    return { footage: this.#best.footage, ...(note && { note }) };
  }

  cancel() {
    this.#take?.viewing.cancel();
    this.#take = null;
  }
}
