// One slot's pictures, decoded a little ahead of the clock.
//
// A decoder of its own for each slot, fed so slowly that only a few decoded pictures exist at any
// time. Each picture gets the slot's frame from which on it is shown; the screen takes the newest
// that is due.
import { VideoSampleSink } from 'mediabunny';
import { Unseen } from './clips.js';
import { firstTick, frameOf, ticksBefore } from './timeline.js';

/** Decoded pictures held beside the one on screen. */
const HELD = { current: 4, next: 2 };
/** Packets a decoder may have before it: more on the way to what is wanted. */
const QUEUE = { running_up: 6, running: 2 };
/** So many milliseconds behind the clock, and a later key frame is taken where there is one. */
const HOPELESS_MS = 700;
/** Packets between two looks for a later key frame. */
const LOOK_EVERY = 8;
/** A browser may not tell when its decoder has room; it is asked again after so long. */
const ASK_AGAIN_MS = 40;

/**
 * A picture with all that drawing needs.
 * @typedef {object} Picture
 * @property {VideoFrame|ImageBitmap} image
 * @property {number} from the slot's frame from which on it is shown
 * @property {number} width upright, in square pixels
 * @property {number} height
 * @property {number} rotation clockwise
 * @property {boolean} flip
 */

export class Shot {
  /** @type {Picture[]} In order; the first may be on screen. */
  pictures = [];
  /** @type {Picture|null} A key frame before the wanted picture: better than nothing in a pause. */
  coarse = null;
  /** @type {Unseen|null} Why there is no picture. */
  failure = null;
  /** Everything up to the slot's end has been decoded. */
  ended = false;
  closed = false;
  /** Pictures that were decoded and never shown. */
  dropped = 0;
  /** Whether it is the slot on screen. */
  current = false;

  #wanted;
  #shown = -1;
  #begun = false;
  /** Its pictures come from the page's own player. */
  #given = false;
  #caughtUp = false;
  #wake = () => {};

  /**
   * @param {object} what
   * @param {number} what.index the slot's place in the plan
   * @param {import('./timeline.js').Slot} what.slot
   * @param {[number, number]} what.rate
   * @param {number} what.entry the first film frame that is needed
   * @param {() => Promise<import('./clips.js').Clip>} what.clip
   * @param {() => void} what.changed told when there is something new to show
   */
  constructor({ index, slot, rate, entry, clip, changed }) {
    this.index = index;
    this.slot = slot;
    this.rate = rate;
    this.entry = entry;
    this.born = performance.now();
    this.changed = changed;
    this.#wanted = entry - slot.start;
    this.#start(clip);
  }

  /** Whether the first picture that is needed is there, or will never be. */
  get ready() {
    return this.#caughtUp || this.ended || this.failure !== null || this.closed;
  }

  /** Whether no better picture for the wanted frame will come. */
  get exact() {
    const next = this.pictures[1];
    if (this.#given) return this.pictures.length > 0;
    return this.failure !== null || this.ended || (next !== undefined && next.from > this.#wanted);
  }

  /**
   * The picture for film frame `frame`, the best there is; those before it are let go. Until the
   * decoder has reached the frame for the first time there is none.
   * @param {number} frame
   * @returns {Picture|null}
   */
  take(frame) {
    this.#wanted = frame - this.slot.start;
    this.#drop();
    this.#look();
    const picture = this.#caughtUp || this.ended ? (this.pictures[0] ?? null) : null;
    if (picture) {
      this.#shown = Math.max(this.#shown, picture.from);
      this.coarse?.image.close();
      this.coarse = null;
    }
    return picture;
  }

  /** What there is before the decoder has reached the frame. @returns {Picture|null} */
  glimpse() {
    return this.pictures[0] ?? this.coarse;
  }

  close() {
    if (this.closed) return;
    this.closed = true;
    this.#wake();
    for (const picture of this.pictures) picture.image.close();
    this.coarse?.image.close();
    this.pictures = [];
    this.coarse = null;
  }

  /** Lets the decoder go on, after the shot came on screen. */
  nudge() {
    this.#wake();
  }

  /** Notes when the decoder has come as far as the wanted frame. */
  #look() {
    const [first, next] = this.pictures;
    const reached = first?.from >= this.#wanted || next?.from > this.#wanted;
    if (reached || (first && this.ended)) this.#caughtUp = true;
  }

  #drop() {
    let gone = false;
    while (this.pictures[1] && this.pictures[1].from <= this.#wanted) {
      const old = this.pictures.shift();
      if (old.from > this.#shown) this.dropped += 1;
      old.image.close();
      gone = true;
    }
    if (gone) this.#wake();
  }

  async #start(open) {
    try {
      const clip = await open();
      if (this.closed) return;
      this.clip = clip;
      this.first = firstTick(this.slot, clip.startUs, clip.resolution);
      await this.#decode(clip);
      if (!this.closed && this.pictures.length === 0) this.#pastTheEnd();
    } catch (error) {
      if (this.closed) return;
      if (this.pictures.length > 0) {
        // What there is of a damaged clip is shown.
        this.ended = true;
      } else {
        const why = error instanceof Unseen ? error : new Unseen(damaged(error), true);
        this.failure = why;
      }
    }
    if (!this.closed) this.changed();
  }

  /** The clip is over before the slot's first instant: its last picture is held. */
  #pastTheEnd() {
    const last = this.coarse;
    if (!last) throw new Unseen('The clip has no picture at this place.', false);
    this.coarse = null;
    this.insert({ ...last, from: 0 });
  }

  async #decode(clip) {
    // HEVC has pictures that must be left out after some key frames; the library knows which.
    if (clip.codec !== 'hevc') {
      try {
        return await this.#direct(clip);
      } catch (error) {
        if (this.closed || this.pictures.length > 0) throw error;
      }
    }
    return this.#throughLibrary(clip);
  }

  /** The track's tick before which every picture lies that is due by the wanted frame. */
  #target(clip) {
    return this.first + ticksBefore(this.#wanted, clip.resolution, this.slot, this.rate);
  }

  /** The packet to begin with: the last key frame that is not after the wanted picture. */
  async #keyPacket(clip) {
    const seconds = (Math.ceil(this.#target(clip)) - 0.5) / clip.resolution;
    const options = { verifyKeyPackets: true };
    return (
      (await clip.packets.getKeyPacket(seconds, options)) ??
      (await clip.packets.getFirstKeyPacket(options))
    );
  }

  async #direct(clip) {
    let broken = null;
    /** @type {Map<number, number>} Ticks of the packets in the decoder by their microseconds. */
    const ticks = new Map();
    const decoder = new VideoDecoder({
      output: (image) => {
        const tick = ticks.get(image.timestamp) ?? Math.round((image.timestamp / 1e6) * clip.resolution);
        ticks.delete(image.timestamp);
        this.#arrive(image, tick - this.first, clip);
        this.#wake();
      },
      error: (error) => {
        broken = error;
        this.#wake();
      },
    });
    decoder.addEventListener('dequeue', () => this.#wake());
    let packets = null;
    try {
      decoder.configure(configuration(clip.config));
      let packet = await this.#keyPacket(clip);
      if (!packet) throw new Unseen('There is no picture in this file.', true);
      packets = clip.packets.packets(packet, undefined, { verifyKeyPackets: true });
      await packets.next();
      for (let count = 1; packet; count += 1) {
        const runningUp = packet.timestamp * clip.resolution < this.#target(clip);
        const most = runningUp ? QUEUE.running_up : QUEUE.running;
        while (!broken && !this.#over() && (this.#rich || decoder.decodeQueueSize >= most)) {
          await this.#room();
        }
        if (broken) throw broken;
        if (this.#over()) return;
        const chunk = packet.toEncodedVideoChunk();
        ticks.set(chunk.timestamp, Math.round(packet.timestamp * clip.resolution));
        decoder.decode(chunk);
        const later = count % LOOK_EVERY === 0 ? await this.#later(clip, packet) : null;
        if (later) {
          await packets.return();
          packet = later;
          packets = clip.packets.packets(packet, undefined, { verifyKeyPackets: true });
          await packets.next();
        } else {
          const next = await packets.next();
          packet = next.done ? null : next.value;
        }
      }
      await decoder.flush();
      if (broken) throw broken;
      this.ended = true;
    } finally {
      await packets?.return();
      if (decoder.state !== 'closed') decoder.close();
    }
  }

  /** A key frame ahead that is due already, if decoding has fallen far behind. */
  async #later(clip, packet) {
    if (!this.current) return null;
    const behind = this.#wanted - this.#frame(Math.round(packet.timestamp * clip.resolution) - this.first);
    if ((behind * 1000 * this.rate[1]) / this.rate[0] < HOPELESS_MS) return null;
    const key = await this.#keyPacket(clip);
    return key && key.sequenceNumber > packet.sequenceNumber ? key : null;
  }

  /** Slower and with more memory, but with the library's knowledge of odd files. */
  async #throughLibrary(clip) {
    const from = (Math.ceil(this.#target(clip)) - 0.5) / clip.resolution;
    const samples = new VideoSampleSink(clip.track).samples(from);
    try {
      for await (const sample of samples) {
        const image = sample.toVideoFrame();
        const tick = Math.round(sample.timestamp * clip.resolution);
        sample.close();
        this.#arrive(image, tick - this.first, clip);
        while (!this.#over() && this.#rich) await this.#room();
        if (this.#over()) return;
      }
      this.ended = true;
    } finally {
      await samples.return();
    }
  }

  /** @param {VideoFrame|ImageBitmap} image @param {number} ticks after the slot's first */
  #arrive(image, ticks, clip) {
    if (this.closed) {
      image.close();
      return;
    }
    // The first picture is also shown before its time: a slot has no gap at its start.
    const first = ticks >= 0 && !this.#begun;
    this.#begun ||= first;
    const picture = {
      image,
      from: first ? 0 : this.#frame(ticks),
      width: clip.width,
      height: clip.height,
      rotation: clip.rotation,
      flip: clip.flip,
    };
    if (ticks < 0) this.#keepCoarse(picture);
    else this.insert(picture);
  }

  /**
   * A picture from the page's own player.
   * @param {ImageBitmap} image upright
   * @param {number} atUs when, in microseconds from the container's start
   */
  give(image, atUs) {
    const { slot, rate } = this;
    if (this.closed) {
      image.close();
      return;
    }
    const from = frameOf(Math.max(0, Math.round(atUs) - slot.source_us), 1e6, slot, rate);
    this.#caughtUp = true;
    this.#given = true;
    const { width, height } = image;
    this.insert({ image, from, width, height, rotation: 0, flip: false });
  }

  /** Takes a picture in. @param {Picture} picture */
  insert(picture) {
    if (picture.from >= this.slot.frames) {
      picture.image.close();
      this.ended = true;
      this.#wake();
      return;
    }
    const last = this.pictures.at(-1);
    if (last && picture.from < last.from) {
      // Out of order: its time has gone.
      picture.image.close();
      return;
    }
    if (last && picture.from === last.from) {
      // Of several for one frame the last is shown, as in the film.
      this.pictures.pop();
      last.image.close();
    }
    this.pictures.push(picture);
    this.#drop();
    this.#look();
    this.changed();
  }

  #keepCoarse(picture) {
    if (this.pictures.length > 0) {
      picture.image.close();
      return;
    }
    const first = !this.coarse;
    this.coarse?.image.close();
    this.coarse = picture;
    if (first) this.changed();
  }

  #frame(ticks) {
    return frameOf(Math.max(ticks, 0), this.clip.resolution, this.slot, this.rate);
  }

  #over() {
    return this.closed || this.ended;
  }

  /** Enough pictures are decoded. The one on screen stays until its successor is due. */
  get #rich() {
    const held = this.pictures.length - (this.current ? 1 : 0);
    return held >= (this.current ? HELD.current : HELD.next);
  }

  /** Until something changed that may make room. */
  #room() {
    return new Promise((resolve) => {
      const timer = this.#rich ? undefined : setTimeout(done, ASK_AGAIN_MS);
      this.#wake = done;
      function done() {
        clearTimeout(timer);
        resolve();
      }
    });
  }
}

/** The decoder is told all of the colours or none, else some browsers forget those told. */
function configuration(config) {
  const { colorSpace, ...rest } = config;
  const whole =
    colorSpace &&
    ['primaries', 'transfer', 'matrix', 'fullRange'].every((key) => colorSpace[key] != null);
  return whole ? config : rest;
}

function damaged(error) {
  const said = error instanceof Error && error.message ? ` (${error.message})` : '';
  return `No picture of it can be decoded here${said}.`;
}
