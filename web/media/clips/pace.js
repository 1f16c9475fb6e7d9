// How far a decoder may run ahead. A decoded picture of 4K has 12 MB, so few of them should wait; but
// a decoder gives nothing before it has been fed some, and how many those are it does not say.

/** Pictures that may be on their way at first... */
const FIRST = 12;
/** ... and at most. */
const MOST = 48;
/** After so long without a picture one more is let go, and from then on always. In milliseconds. */
const PATIENCE_MS = 100;

/** Counts pictures that are being decoded, by their times. */
export class Pace {
  #limit = FIRST;
  /** Times of the pictures that were fed, of which none is known to have come out. */
  #under = [];
  #latest = -Infinity;
  #wake = () => {};

  /** How many are on their way. */
  get under() {
    return this.#under.length;
  }

  /**
   * Waits until one more may be fed, and counts it.
   *
   * @param {number} time when it is shown
   */
  async feed(time) {
    while (this.#under.length >= this.#limit) {
      const came = await new Promise((resolve) => {
        const timer = setTimeout(() => resolve(false), PATIENCE_MS);
        this.#wake = () => {
          clearTimeout(timer);
          resolve(true);
        };
      });
      if (!came) {
        if (this.#limit >= MOST) {
          break;
        }
        this.#limit += 1;
      }
    }
    // One that is shown before what has come out already will not be missed.
    if (time > this.#latest) {
      this.#under.push(time);
    }
  }

  /**
   * A picture came out, and with it all that are shown before: those never come, if they have not.
   *
   * @param {number} time when it is shown
   */
  take(time) {
    this.#latest = Math.max(this.#latest, time);
    this.#under = this.#under.filter((fed) => fed > time);
    this.#wake();
  }

  /** Nothing is awaited any more. */
  end() {
    this.#under = [];
    this.#limit = Infinity;
    this.#wake();
  }
}
