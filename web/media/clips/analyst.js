// The planner's worker, as this one sees it: pictures go there, footage comes back, by a port that
// does not lead through the page.

import { Refused } from './job.js';

/** Pictures of one message. */
const BATCH = 16;
/** Pictures that may be under way, so that a busy planner does not fill the memory. */
const UNDER_WAY = 8 * BATCH;
/** A block of sound costs the planner about as much as so many pictures. */
const BLOCK = 16;

/** The planner cannot do what it was asked. */
class AnalystError extends Refused {}

export class Analyst {
  /** @type {MessagePort | null} */
  #port = null;
  /** @type {Map<number, { resolve: Function, reject: Function }>} */
  #waiting = new Map();
  #next = 1;
  #connected;
  #connect;

  constructor() {
    this.#connected = new Promise((resolve) => {
      this.#connect = resolve;
    });
  }

  /**
   * Speaks through this port. There is one for each worker: a planner that is started anew gets new
   * workers.
   *
   * @param {MessagePort} port to the planner's worker
   */
  connect(port) {
    this.#port = port;
    port.onmessage = ({ data }) => this.#hear(data);
    this.#connect();
  }

  /** @returns {Promise<Viewing>} a clip whose pictures may be shown now */
  async viewing() {
    await this.#connected;
    return new Viewing(this.#next++, (header, bytes) => this.#send(header, bytes), {
      answer: (id) => this.#answer(id),
      // Of nothing it costs nothing, and its answer comes when everything before it was taken.
      caughtUp: () => this.#ask({ kind: 'fingerprint', bytes: 0 }, new Uint8Array(0)),
    });
  }

  #ask(header, bytes) {
    const id = this.#next++;
    const answer = this.#answer(id);
    this.#send({ ...header, id }, bytes);
    return answer;
  }

  #answer(id) {
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #send(header, bytes) {
    const message = { h: JSON.stringify(header) };
    if (bytes === undefined) {
      this.#port.postMessage(message);
    } else {
      this.#port.postMessage({ ...message, b: bytes }, [bytes.buffer]);
    }
  }

  #hear({ h }) {
    const { kind, id, message } = JSON.parse(h);
    const waiting = this.#waiting.get(id);
    if (!waiting || kind === 'progress') {
      return;
    }
    this.#waiting.delete(id);
    if (kind === 'failed' || kind === 'cancelled') {
      waiting.reject(new AnalystError(message ?? 'The planner gave up.'));
    } else {
      waiting.resolve(h);
    }
  }
}

/** One clip that is shown to the planner, picture by picture. */
export class Viewing {
  #id;
  #send;
  #footage;
  #caughtUp;
  #pictures = [];
  #times = [];
  #sent = 0;
  #taken = Promise.resolve();

  constructor(id, send, { answer, caughtUp }) {
    this.#id = id;
    this.#send = send;
    this.#caughtUp = caughtUp;
    this.#footage = answer(id);
    this.#footage.catch(() => {});
    send({ kind: 'footage_begin', id });
  }

  /**
   * Shows a picture.
   *
   * @param {Uint8ClampedArray} pixels 160 × 90, red, green, blue and alpha
   * @param {number} atUs when it is shown, after the one before
   */
  async show(pixels, atUs) {
    this.#pictures.push(pixels);
    this.#times.push(atUs);
    if (this.#pictures.length >= BATCH) {
      await this.#flush();
    }
  }

  /**
   * Lets a block of sound be heard, after those before.
   *
   * @param {Float32Array} samples one channel at the planner's rate; they are given away
   * @param {number} fromUs when the first block begins
   */
  async hear(samples, fromUs) {
    this.#send({ kind: 'footage_sound', id: this.#id, from_us: fromUs }, samples);
    await this.#pace(BLOCK);
  }

  /**
   * @param {number} endUs when the last picture ends
   * @returns {Promise<string>} the footage as JSON text
   */
  async end(endUs) {
    await this.#flush();
    this.#send({ kind: 'footage_end', id: this.#id, end_us: endUs });
    const reply = await this.#footage;
    // Taken out as text: its hashes have 64 bits, and JSON.parse keeps 53 of them.
    const footage = /^\{"kind":"footage","id":\d+,"footage":(\{.*\})\}$/s.exec(reply)?.[1];
    if (footage === undefined) {
      throw new AnalystError('The planner answered with something else than footage.');
    }
    return footage;
  }

  /** Gives the clip up. */
  cancel() {
    this.#pictures = [];
    this.#send({ kind: 'cancel', id: this.#id });
  }

  async #flush() {
    if (this.#pictures.length === 0) {
      return;
    }
    const bytes = new Uint8Array(this.#pictures.reduce((sum, one) => sum + one.length, 0));
    let at = 0;
    for (const picture of this.#pictures) {
      bytes.set(picture, at);
      at += picture.length;
    }
    this.#send({ kind: 'footage_pictures', id: this.#id, at_us: this.#times }, bytes);
    const sent = this.#pictures.length;
    this.#pictures = [];
    this.#times = [];
    await this.#pace(sent);
  }

  /** Waits if too much is under way, of which so many pictures are new. */
  async #pace(sent) {
    this.#sent += sent;
    if (this.#sent >= UNDER_WAY / 2) {
      this.#sent = 0;
      await this.#taken;
      this.#taken = this.#caughtUp();
      // Whoever waits for it hears of it, and else nobody has to.
      this.#taken.catch(() => {});
    }
  }
}
