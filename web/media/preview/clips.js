// Clips that are open for reading. Few at a time: the table of a long clip's pictures is large.
import { EncodedPacketSink } from 'mediabunny';
import { ffmpegName, spoken } from '../clips/codec.js';
import { input, picture, startUs } from '../container.js';

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
  /** @type {Map<number, File>} */
  #files = new Map();
  /**
   * Last used last.
   * @type {Map<number, {container: import('mediabunny').Input, clip: Promise<Clip>}>}
   */
  #open = new Map();

  /**
   * Takes note of files; `null` forgets one. Returns the media whose file changed.
   * @param {{media: number, file: File|null}[]} files
   */
  update(files) {
    /** @type {Set<number>} */
    const changed = new Set();
    for (const { media, file } of files) {
      if (this.file(media) === file) continue;
      this.#close(media);
      if (file) this.#files.set(media, file);
      else this.#files.delete(media);
      changed.add(media);
    }
    return changed;
  }

  /** @param {number} media */
  file(media) {
    return this.#files.get(media) ?? null;
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
    const file = this.#files.get(media);
    if (!file) {
      const lost = new Unseen('The file is not here. Drop it on the page again.', false);
      return Promise.reject(lost);
    }
    const container = input(file, CACHE_BYTES);
    const clip = open(container, codec);
    // Whoever waits for it hears of a failure; nobody may be waiting any more.
    clip.catch(() => {});
    this.#open.set(media, { container, clip });
    for (const oldest of this.#open.keys()) {
      if (this.#open.size <= KEPT) break;
      this.#close(oldest);
    }
    return clip;
  }

  #close(media) {
    this.#open.get(media)?.container.dispose();
    this.#open.delete(media);
  }
}

/** @returns {Promise<Clip>} */
async function open(container, codec) {
  let tracks;
  try {
    tracks = await container.getTracks();
  } catch {
    throw new Unseen(sentence(codec, 'this browser cannot read its container'), true);
  }
  const track = picture(tracks);
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
    startUs: await startUs(container, tracks),
    width: upright ? wide : high,
    height: upright ? high : wide,
    rotation,
    flip,
  };
}

/** @param {string|undefined} codec by ffmpeg's name */
function sentence(codec, what) {
  const name = codec && codec !== 'unknown' ? `${spoken(codec)}: ` : '';
  const said = `${name}${what}`;
  return `${said[0].toUpperCase()}${said.slice(1)}. It will be rendered all the same.`;
}
