// One job of the worker: it can be given up at any instant, and no step of it lasts for ever.

/** The longest that one step may take: opening a file, the next picture. In milliseconds. */
const STEP_MS = 30_000;

/** The job was given up, as asked. */
export class Cancelled extends Error {}

/** The job cannot be done; the message is a sentence for the person who gave the file. */
export class Refused extends Error {}

export class Job {
  /** @type {((why: Error) => void) | null} ends the step that is awaited */
  #end = null;
  #cancelled = false;

  /** Gives the job up: the step that is awaited ends at once, and every later one. */
  cancel() {
    this.#cancelled = true;
    this.#end?.(new Cancelled());
  }

  /** @throws {Cancelled} if the job was given up */
  check() {
    if (this.#cancelled) {
      throw new Cancelled();
    }
  }

  /**
   * Waits for one step.
   *
   * @template T
   * @param {Promise<T>} step what is awaited; it goes on unheard when the wait ends before
   * @param {string} what it does, as the end of "it took too long to ..."
   * @param {number} [ms] how long it may take
   * @returns {Promise<T>}
   * @throws {Cancelled} when the job is given up
   * @throws {Refused} when time is up
   */
  async step(step, what, ms = STEP_MS) {
    // Whatever becomes of it later, nobody waits for it any more.
    step.catch(() => {});
    this.check();
    let timer;
    try {
      return await new Promise((resolve, reject) => {
        this.#end = reject;
        timer = setTimeout(() => reject(new Refused(`it took too long to ${what}`)), ms);
        step.then(resolve, reject);
      });
    } finally {
      clearTimeout(timer);
      this.#end = null;
    }
  }
}
