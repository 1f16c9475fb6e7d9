// Clips that are open for reading. Few at a time: the table of a long clip's pictures is large.
import {
  BlobSource,
  EncodedPacketSink,
  Input,
  MATROSKA,
  MP4,
  MPEG_TS,
  QTFF,
  WEBM,
} from 'mediabunny';
import { ffmpegName, spoken } from '../clips/codec.js';

/** Clips kept open beside those in use. */
const KEPT = 12;
/** Bytes of a clip kept in memory after reading. */
const CACHE_BYTES = 4 << 20;

/**
 * A clip that can be decoded.
 * @typedef {object} Clip
 * @property {import('mediabunny').InputVideoTrack} track
 * @property {import('mediabunny').EncodedPacketSink} packets
 * @property {string} codec the library's name
 * @property {VideoDecoderConfig} config
 * @property {number} resolution ticks a second
 * @property {number} startUs where the container's time begins, in microseconds
 * @property {number} width upright, in square pixels
 * @property {number} height upright, in square pixels
 * @property {0|90|180|270} rotation clockwise
 * @property {boolean} flip left and right change places after the rotation
 */

/** Why a clip is not shown; its message is for a person. */
export class Unseen extends Error {
  /**
   * @param {string} message
   * @param {boolean} elsewhere whether another player of the browser may know better
   */
  constructor(message, elsewhere) {
    super(message);
    this.elsewhere = elsewhere;
  }
}

export class Clips {
  /** @type {Map<number, {file: File, startUs?: number}>} */
  #files = new Map();
  /** @type {Map<number, {input: Input, clip: Promise<Clip>}>} Last used last. */
  #open = new Map();

  /**
   * Takes note of files; `null` forgets one. Returns the media whose file changed.
   * @param {{media: number, file: File|null, start_us?: number}[]} files
   */
  update(files) {
    /** @type {Set<number>} */
    const changed = new Set();
    for (const { media, file, start_us: startUs } of files) {
      const before = this.#files.get(media);
      if (before?.file === file && before?.startUs === startUs) continue;
      this.#close(media);
      if (file) this.#files.set(media, { file, startUs });
      else this.#files.delete(media);
      changed.add(media);
    }
    return changed;
  }

  /** @param {number} media */
  file(media) {
    return this.#files.get(media)?.file ?? null;
  }

  /**
   * The clip, open. It stays so while others are used, up to a number.
   * @param {number} media
   * @param {string} [codec] its codec, if the plan knows it
   * @returns {Promise<Clip>} fails with `Unseen`
   */
  get(media, codec) {
    const known = this.#open.get(media);
    if (known) {
      this.#open.delete(media);
      this.#open.set(media, known);
      return known.clip;
    }
    const entry = this.#files.get(media);
    if (!entry) {
      const lost = new Unseen('The file is not here. Drop it on the page again.', false);
      return Promise.reject(lost);
    }
    const input = new Input({
      source: new BlobSource(entry.file, { maxCacheSize: CACHE_BYTES }),
      formats: [MP4, QTFF, MATROSKA, WEBM, MPEG_TS],
    });
    const clip = open(input, entry.startUs, codec);
    // Whoever waits for it hears of a failure; nobody may be waiting any more.
    clip.catch(() => {});
    this.#open.set(media, { input, clip });
    for (const oldest of this.#open.keys()) {
      if (this.#open.size <= KEPT) break;
      this.#close(oldest);
    }
    return clip;
  }

  #close(media) {
    this.#open.get(media)?.input.dispose();
    this.#open.delete(media);
  }
}

/** @returns {Promise<Clip>} */
async function open(input, startUs, codec) {
  let track;
  try {
    track = await input.getPrimaryVideoTrack();
  } catch {
    throw new Unseen(sentence(codec, 'this browser cannot read its container'), true);
  }
  if (!track) throw new Unseen('There is no picture in this file.', true);
  const name = await track.getCodec();
  if (typeof VideoDecoder === 'undefined' || !(await track.canDecode())) {
    const told = codec ?? ffmpegName(name, await track.getInternalCodecId());
    throw new Unseen(sentence(told, 'this browser cannot decode it'), true);
  }
  const [config, resolution, rotation, flip, wide, high] = await Promise.all([
    track.getDecoderConfig(),
    track.getTimeResolution(),
    track.getRotation(),
    track.getFlip(),
    track.getSquarePixelWidth(),
    track.getSquarePixelHeight(),
  ]);
  const upright = rotation % 180 === 0;
  return {
    track,
    packets: new EncodedPacketSink(track),
    codec: name,
    config,
    resolution,
    startUs: startUs ?? (await containerStart(input)),
    width: upright ? wide : high,
    height: upright ? high : wide,
    rotation,
    flip,
  };
}

/**
 * Where the container's time begins: with its first picture or sound. Sound that begins before zero
 * is the encoder's run-up, and what an edit list leaves out lies before zero too.
 */
async function containerStart(input) {
  const tracks = await input.getTracks();
  const heard = tracks.filter((track) => track.isVideoTrack() || track.isAudioTrack());
  const firsts = await Promise.all(
    heard.map((track) => track.getFirstTimestamp().catch(() => Infinity)),
  );
  const first = Math.min(...firsts);
  return Number.isFinite(first) ? Math.max(0, Math.round(first * 1e6)) : 0;
}

/** @param {string|undefined} codec by ffmpeg's name */
function sentence(codec, what) {
  const name = codec && codec !== 'unknown' ? `${spoken(codec)}: ` : '';
  const said = `${name}${what}`;
  return `${said[0].toUpperCase()}${said.slice(1)}. It will be rendered all the same.`;
}
