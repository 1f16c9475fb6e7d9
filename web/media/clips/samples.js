// All pictures of a clip, decoded in order and not too far ahead.
import { VideoSampleSink } from 'mediabunny';

import { Pace } from './pace.js';

/**
 * A sink whose decoder is fed at a pace. It overrides a method that is the library's own affair; a
 * version that has none of that name decodes at its own pace, and takes more memory.
 */
class PacedSink extends VideoSampleSink {
  #pace;

  constructor(track, pace) {
    super(track);
    this.#pace = pace;
  }

  _createPacketSink() {
    const sink = super._createPacketSink();
    const packets = sink.packets.bind(sink);
    sink.packets = (...parameters) => paced(packets(...parameters), this.#pace);
    return sink;
  }
}

/** The same packets, each when it may be fed. */
function paced(packets, pace) {
  return {
    async next() {
      const next = await packets.next();
      if (!next.done) {
        await pace.feed(next.value.timestamp);
      }
      return next;
    },
    return: () => packets.return(),
  };
}

/**
 * Every picture of a track, in the order in which they are shown.
 *
 * @param {import('mediabunny').InputVideoTrack} track
 * @returns {{ next: () => Promise<IteratorResult<import('mediabunny').VideoSample>>,
 *   return: () => Promise<unknown> }} each picture is the caller's to close; `return` ends it early
 */
export function allSamples(track) {
  const pace = new Pace();
  const samples = new PacedSink(track, pace).samples();
  return {
    async next() {
      const next = await samples.next();
      if (next.value) {
        pace.take(next.value.timestamp);
      }
      return next;
    },
    return() {
      pace.end();
      return samples.return();
    },
  };
}

/**
 * From now on takes for key pictures what the file says are. Some cameras begin with a picture that
 * is decoded well, but by its own marks is not one to begin with.
 *
 * @param {import('mediabunny').InputVideoTrack} track
 */
export function trustFile(track) {
  track.determinePacketType = async () => null;
}
