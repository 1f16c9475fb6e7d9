// Counts how late each cut came up, and what that took.

/** Cuts that are remembered. */
const KEPT = 5000;

export class Tally {
  constructor() {
    this.clear();
  }

  clear() {
    /** @type {{slot: number, error_frames: number}[]} */
    this.cuts = [];
    this.dropped = 0;
    this.held = 0;
  }

  /**
   * A cut was passed: the slot's first picture came up `errorFrames` film frames after its time,
   * all of them if it never did.
   */
  cut(slot, errorFrames) {
    if (this.cuts.length >= KEPT) this.cuts.shift();
    this.cuts.push({ slot, error_frames: errorFrames });
  }

  /** A shot is over. @param {import('./shot.js').Shot} shot */
  over(shot) {
    this.dropped += shot.dropped;
  }

  /** @param {number} pictures decoded and not closed */
  holds(pictures) {
    this.held = Math.max(this.held, pictures);
  }

  message() {
    const { cuts, dropped, held } = this;
    return { kind: 'stats', cuts, dropped, held };
  }
}
