// Opening a clip, and saying what is wrong with one that cannot be used.
import {
  EncodedPacketSink,
  InputDisposedError,
  MPEG_TS,
  UnsupportedInputFormatError,
} from 'mediabunny';

import { input, picture, shown, startUs } from '../container.js';
import { ffmpegName, spoken } from './codec.js';
import { counted } from './instants.js';
import { Cancelled, Refused } from './job.js';

/** Bytes of one file that are kept in memory. */
const CACHE = 8 * 2 ** 20;
/** Where the way round a file that the page cannot look at begins. */
const ELSEWHERE =
  'To have it looked at all the same, drop in what `render-native inspect --json` writes of it.';

/**
 * An open clip.
 *
 * @typedef {object} Clip
 * @property {import('mediabunny').InputVideoTrack} track its picture
 * @property {EncodedPacketSink} packets of the picture
 * @property {import('mediabunny').InputAudioTrack} [sound] its sound, if it has any
 * @property {string} codec by ffmpeg's name
 * @property {number} startUs where the container's time begins
 * @property {boolean} sizeIsSure whether the container tells the picture's size
 */

/**
 * Opens a clip, uses it and closes it whatever happens.
 *
 * @template T
 * @param {import('./job.js').Job} job
 * @param {Blob} file
 * @param {(clip: Clip) => Promise<T>} use
 * @returns {Promise<T>}
 * @throws {Refused} if it cannot be read; anything else is turned into that as well
 */
export async function withClip(job, file, use) {
  if (!(file instanceof Blob)) {
    throw new Refused('There is no file.');
  }
  if (file.size === 0) {
    throw new Refused('The file is empty.');
  }
  const container = input(file, CACHE);
  try {
    return await use(await opened(job, container));
  } catch (error) {
    throw refusal(error);
  } finally {
    container.dispose();
  }
}

async function opened(job, container) {
  const tracks = await job.step(container.getTracks(), 'read its table of contents');
  const track = picture(tracks);
  const format = await container.getFormat();
  if (!track) {
    // Of a transport stream only those streams are told that the reader knows.
    const sound = shown(tracks).length > 0 && format !== MPEG_TS;
    throw new Refused(
      sound
        ? 'It holds sound and no picture.'
        : `It holds no picture that the page knows. ${ELSEWHERE}`,
    );
  }
  return {
    track,
    packets: new EncodedPacketSink(track),
    sound: tracks.find((one) => one.isAudioTrack()),
    codec: ffmpegName(await track.getCodec(), await track.getInternalCodecId()),
    startUs: await startUs(container, tracks, (step) => job.step(step, 'find where it begins')),
    sizeIsSure: format !== MPEG_TS,
  };
}

/**
 * Why the picture of a clip cannot be decoded here; null if it can.
 *
 * @param {Clip} clip
 * @returns {Promise<string | null>} a sentence or two for people
 */
export async function undecodable({ track, codec }) {
  if (typeof VideoDecoder === 'undefined') {
    return `This browser gives pages no way to decode video. ${ELSEWHERE}`;
  }
  if (await track.canDecode()) {
    return null;
  }
  return `This browser cannot decode ${spoken(codec)}. ${ELSEWHERE}`;
}

/**
 * The times of the key pictures at or before some instants, or of the first where none is.
 *
 * @param {import('./job.js').Job} job
 * @param {Clip} clip
 * @param {(startUs: number) => number[]} instants in order, in microseconds from the container's
 *   start, by where the pictures begin
 * @returns {Promise<number[]>} in seconds of the container's own time, in order, none twice
 */
export async function keyTimes(job, { packets, startUs }, instants) {
  const what = 'find its key pictures';
  const first = await job.step(packets.getFirstKeyPacket({ metadataOnly: true }), what);
  if (!first) {
    throw new Refused('None of its pictures can be decoded by itself.');
  }
  const times = [];
  for (const atUs of instants(Math.max(0, counted(first.timestamp, startUs)))) {
    const seconds = (atUs + startUs) / 1e6;
    const key = await job.step(packets.getKeyPacket(seconds, { metadataOnly: true }), what);
    const { timestamp } = key ?? first;
    if (times.length === 0 || timestamp > times[times.length - 1]) {
      times.push(timestamp);
    }
  }
  return times;
}

/** Whatever went wrong, as a sentence about the file. */
export function refusal(error) {
  if (error instanceof Refused || error instanceof Cancelled) {
    return error;
  }
  if (error instanceof UnsupportedInputFormatError) {
    return new Refused(`The page cannot read this kind of file. ${ELSEWHERE}`);
  }
  if (error instanceof InputDisposedError) {
    return new Cancelled();
  }
  if (error?.name === 'NotReadableError' || error?.name === 'NotFoundError') {
    return new Refused('The file can no longer be read; was it moved, changed or removed?');
  }
  if (/encrypt/i.test(plain(error))) {
    return new Refused('It is encrypted.');
  }
  return new Refused(`The file seems to be damaged (${plain(error)}). ${ELSEWHERE}`);
}

/** An error's own words, cut to what a person would read. */
export function plain(error) {
  const words = String(error?.message ?? error).split(/\n|\. /)[0];
  return words.length > 160 ? `${words.slice(0, 159)}…` : words;
}
