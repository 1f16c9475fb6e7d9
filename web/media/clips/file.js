// Opening a clip: its container is read in parts, as they are needed, and never as a whole.
import {
  BlobSource,
  EncodedPacketSink,
  Input,
  InputDisposedError,
  IsobmffInputFormat,
  MATROSKA,
  MP4,
  MPEG_TS,
  QTFF,
  UnsupportedInputFormatError,
  WEBM,
} from 'mediabunny';

import { ffmpegName, spoken } from './codec.js';
import { counted } from './instants.js';
import { Cancelled, Refused } from './job.js';

/** Bytes of one file that are kept in memory. */
const CACHE = 8 * 2 ** 20;
/** Where the way round a file that the page cannot look at begins. */
export const ELSEWHERE =
  'Run `render-native inspect --json` on it and drop the result here; it can then take part.';

/**
 * An open clip.
 *
 * @typedef {object} Clip
 * @property {import('mediabunny').InputVideoTrack} track its picture
 * @property {EncodedPacketSink} packets of the picture
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
    throw new Refused('there is no file');
  }
  if (file.size === 0) {
    throw new Refused('the file is empty');
  }
  const input = new Input({
    formats: [MP4, QTFF, MATROSKA, WEBM, MPEG_TS],
    source: new BlobSource(file, { maxCacheSize: CACHE, handleUnhandledError: () => {} }),
  });
  try {
    return await use(await opened(job, input));
  } catch (error) {
    throw refusal(error);
  } finally {
    input.dispose();
  }
}

async function opened(job, input) {
  const tracks = await job.step(input.getTracks(), 'read its table of contents');
  const heard = tracks.filter((track) => track.isVideoTrack() || track.isAudioTrack());
  const track = heard.find((track) => track.isVideoTrack());
  const format = await input.getFormat();
  if (!track) {
    // Of a transport stream only those streams are told that the reader knows.
    const sound = heard.length > 0 && format !== MPEG_TS;
    throw new Refused(sound ? 'it holds sound and no picture' : `it holds no picture that the page knows. ${ELSEWHERE}`);
  }
  // What an edit list leaves out of an MP4 lies before 0, and time begins at what it leaves.
  const earliest = format instanceof IsobmffInputFormat ? 0 : -Infinity;
  let start = Infinity;
  for (const track of heard) {
    const first = await job.step(
      new EncodedPacketSink(track).getFirstPacket({ metadataOnly: true }),
      'find where it begins',
    );
    start = Math.min(start, Math.max(first?.timestamp ?? Infinity, earliest));
  }
  return {
    track,
    packets: new EncodedPacketSink(track),
    codec: ffmpegName(await track.getCodec(), await track.getInternalCodecId()),
    startUs: Number.isFinite(start) ? Math.round(start * 1e6) : 0,
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
 * The times of the key pictures at or before some instants, and of the first.
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
    throw new Refused('none of its pictures can be decoded by itself');
  }
  const times = [first.timestamp];
  for (const atUs of instants(Math.max(0, counted(first.timestamp, startUs)))) {
    const seconds = (atUs + startUs) / 1e6;
    const key = await job.step(packets.getKeyPacket(seconds, { metadataOnly: true }), what);
    if (key && key.timestamp > times[times.length - 1]) {
      times.push(key.timestamp);
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
    return new Refused('the file can no longer be read; was it moved, changed or removed?');
  }
  return new Refused(`The file seems to be damaged (${plain(error)}). ${ELSEWHERE}`);
}

/** An error's own words, cut to what a person would read. */
export function plain(error) {
  const words = String(error?.message ?? error).split(/\n|\. /)[0];
  return words.length > 160 ? `${words.slice(0, 159)}…` : words;
}
