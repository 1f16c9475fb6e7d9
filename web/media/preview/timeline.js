// When what is on screen: whole numbers from the plan, and the running clock.

/**
 * A slot as the page sends it.
 * @typedef {object} Slot
 * @property {number} start first film frame
 * @property {number} frames how many frames it fills, at least 1
 * @property {number} media place in the plan's media
 * @property {number} source_us first source instant, in microseconds from the container's start
 * @property {[number, number]} speed source time per film time, as a fraction
 * @property {'crop'|'pad'|'blur'} fit
 * @property {[number, number]} focus which part a crop keeps, in thousandths of what stands over
 */

/**
 * A plan as the page sends it.
 * @typedef {object} Plan
 * @property {[number, number]} rate film frames a second, as a fraction
 * @property {number} width of the film in pixels
 * @property {number} height of the film in pixels
 * @property {Slot[]} slots in order, without gap from frame 0
 * @property {{name: string, codec?: string}[]} [media] what the files are called, for cards
 */

/**
 * Where the film is at an instant.
 * @typedef {object} Clock
 * @property {boolean} playing
 * @property {number} frame_at film frames, with a fraction, at `at_ms`
 * @property {number} at_ms milliseconds since 1970: `performance.timeOrigin + performance.now()`
 * @property {number} [speed] 1 unless told; negative is backwards
 * @property {[number, number]|null} [loop] first film frame of a loop and the first after it
 */

/** A slot that will be on screen, and the first film frame of it that is needed. */
/** @typedef {{slot: number, entry: number}} Due */

/** The first frame after the film. @param {Plan} plan */
function filmEnd(plan) {
  const last = plan.slots.at(-1);
  return last ? last.start + last.frames : 0;
}

/**
 * The slot that shows film frame `frame`; -1 past the film.
 * @param {Plan} plan
 * @param {number} frame
 */
export function slotAt(plan, frame) {
  let low = 0;
  let high = plan.slots.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (plan.slots[middle].start <= frame) low = middle + 1;
    else high = middle;
  }
  const slot = plan.slots[low - 1];
  return slot && frame < slot.start + slot.frames ? low - 1 : -1;
}

/**
 * The source instant of a slot in ticks of its track, rounded as a seek rounds it.
 * @param {Slot} slot
 * @param {number} startUs where the container's time begins, in microseconds
 * @param {number} resolution ticks of the track a second
 */
export function firstTick(slot, startUs, resolution) {
  return Math.round(((slot.source_us + startUs) * resolution) / 1e6);
}

/**
 * From which frame of its slot on a picture is shown. The renderer gives each picture the film
 * frame that is nearest to it, and of several for one frame shows the last; so does this.
 * @param {number} ticks of the picture after the slot's first tick, not negative
 * @param {number} resolution ticks a second
 * @param {Slot} slot
 * @param {[number, number]} rate
 */
export function frameOf(ticks, resolution, slot, rate) {
  const [num, den] = slot.speed;
  // Slowed or hastened time stamps are whole ticks again before they are brought to frames.
  const shown = num === den ? ticks : Math.trunc((ticks * den) / num);
  const unit = rate[1] * resolution;
  return Math.floor((2 * shown * rate[0] + unit) / (2 * unit));
}

/**
 * The instant, in ticks after the slot's first tick, before which every picture lies that is due
 * by the slot's frame `frame`.
 * @param {number} frame
 * @param {number} resolution
 * @param {Slot} slot
 * @param {[number, number]} rate
 */
export function ticksBefore(frame, resolution, slot, rate) {
  const [num, den] = slot.speed;
  return ((2 * frame + 1) * rate[1] * resolution * num) / (2 * rate[0] * den);
}

/**
 * Where the film is at `nowMs`: frames with a fraction, within the film, within the loop once it
 * has been entered.
 * @param {Clock} clock
 * @param {number} nowMs
 * @param {Plan} plan
 */
export function position(clock, nowMs, plan) {
  const speed = clock.playing ? (clock.speed ?? 1) : 0;
  const passed = (((nowMs - clock.at_ms) / 1000) * speed * plan.rate[0]) / plan.rate[1];
  let at = clock.frame_at + passed;
  if (clock.loop && clock.loop[1] > clock.loop[0] && speed > 0) {
    const [first, end] = clock.loop;
    if (clock.frame_at < end && at >= end) at = first + ((at - first) % (end - first));
  }
  // The end of the film is its last frame, not the one after.
  return Math.min(Math.max(at, 0), Math.max(filmEnd(plan) - 0.5, 0));
}

/** The frame on screen at a position; what lies a hair before a frame is that frame. */
export function frameAt(at) {
  return Math.floor(at + 1e-6);
}

/**
 * What comes after frame `frame` of slot `slot`, nearest first: as many slots as begin within
 * `ahead` frames, but at least `least` and at most `most`.
 * @param {Plan} plan
 * @param {number} slot
 * @param {number} frame
 * @param {[number, number]|null|undefined} loop
 * @param {{least: number, most: number, ahead: number}} bounds
 * @returns {Due[]}
 */
export function upcoming(plan, slot, frame, loop, bounds) {
  /** @type {Due[]} */
  const due = [];
  const looped = loop && loop[1] > loop[0] && frame < loop[1] ? loop : null;
  let index = slot;
  let entry = frame;
  let gone = 0;
  while (due.length < bounds.most && plan.slots[index]) {
    const end = plan.slots[index].start + plan.slots[index].frames;
    const wraps = looped !== null && end >= looped[1];
    const next = wraps ? looped[0] : end;
    gone += (wraps ? looped[1] : end) - entry;
    if (due.length >= bounds.least && gone > bounds.ahead) break;
    index = wraps ? slotAt(plan, next) : index + 1;
    entry = next;
    if (!plan.slots[index]) break;
    // A short loop comes round to what is in the list already.
    if (due.some((other) => other.slot === index && other.entry === entry)) break;
    due.push({ slot: index, entry });
  }
  return due;
}

/** Whether two slots show the same pictures at the same frames. @param {Slot} a @param {Slot} b */
export function samePictures(a, b) {
  return (
    a.start === b.start &&
    a.frames === b.frames &&
    a.media === b.media &&
    a.source_us === b.source_us &&
    a.speed[0] * b.speed[1] === b.speed[0] * a.speed[1]
  );
}
