// Sound of any rate and of any number of channels, as one channel at the planner's rate.

/** Samples a second that the planner hears. */
export const RATE = 16_000;
/** Samples of a block: two seconds. */
const BLOCK = 2 * RATE;
/** More is not heard of any clip: two days. */
const LONGEST_US = 48 * 3_600e6;
/** By so much of a sample time stamps may be rounded. */
const ROUNDED = 0.1;

/**
 * Lays decoded sound on a grid of [`RATE`] samples a second, with a triangle two samples wide: enough to
 * tell how loud it is, and when. Where nothing comes it is silent; what comes twice is taken once.
 */
export class Mono {
  /** The samples of the block that is filled, and of the next, into which it reaches. */
  #sum = new Float32Array(2 * BLOCK);
  /** How many came before those. */
  #before = 0;
  /** Where what was added ends, in samples. */
  #until = 0;
  #length;
  #ready = [];

  /** @param {number} lengthUs how much is wanted, in microseconds */
  constructor(lengthUs) {
    this.#length = Math.ceil((Math.min(lengthUs, LONGEST_US) * RATE) / 1e6);
  }

  /**
   * @param {Float32Array[]} channels one at least, all of one length
   * @param {number} rate samples a second of theirs
   * @param {number} atUs when the first is heard, counted from where all begins
   */
  add(channels, rate, atUs) {
    // What is slower than the grid is held between its samples.
    const copies = Math.ceil(RATE / rate);
    const step = RATE / rate / copies;
    const gain = step / channels.length;
    const first = (atUs * RATE) / 1e6;
    const count = channels[0].length;
    for (let n = 0; n < count; n += 1) {
      let sum = 0;
      for (const channel of channels) {
        sum += channel[n];
      }
      sum *= gain;
      for (let copy = 0; copy < copies; copy += 1) {
        const at = first + (n * copies + copy) * step;
        if (at < this.#until - ROUNDED || at < 0) {
          continue;
        }
        if (at >= this.#length) {
          this.#until = this.#length;
          return;
        }
        this.#reach(Math.floor(at));
        const place = Math.floor(at) - this.#before;
        const share = at - Math.floor(at);
        this.#sum[place] += (1 - share) * sum;
        this.#sum[place + 1] += share * sum;
      }
    }
    this.#until = Math.max(this.#until, first + count * copies * step);
  }

  /**
   * The blocks that are whole before an instant, one after the other: where much is missing they are many.
   *
   * @param {number} atUs when the next sound is heard
   */
  *until(atUs) {
    const sample = Math.min(Math.floor((atUs * RATE) / 1e6), this.#length - 1);
    while (sample >= this.#before + BLOCK) {
      yield this.#shift();
    }
  }

  /** Puts aside what lies more than a block before a sample. */
  #reach(sample) {
    while (sample >= this.#before + BLOCK) {
      this.#ready.push(this.#shift());
    }
  }

  /** The first block, which is whole. */
  #shift() {
    const block = this.#sum.slice(0, BLOCK);
    this.#sum.copyWithin(0, BLOCK);
    this.#sum.fill(0, BLOCK);
    this.#before += BLOCK;
    return block;
  }

  /** The whole blocks since it was asked last. */
  blocks() {
    return this.#ready.splice(0);
  }

  /** What is left, as far as there was sound. */
  end() {
    const left = Math.min(this.#length, Math.ceil(this.#until)) - this.#before;
    if (left > 0) {
      this.#ready.push(this.#sum.slice(0, left));
    }
    return this.blocks();
  }
}
