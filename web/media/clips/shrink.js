// Makes a decoded picture as small as the planner looks at it, from its planes: several times
// quicker than a canvas, and with the very samples that the command line's scaler takes.
//
// A large picture is looked at in part: bilinear samples at twice the small size, of which four are
// averaged. A small one is averaged as a whole.

/** Size of the small pictures; the whole picture is squeezed into them. */
export const WIDTH = 160;
export const HEIGHT = 90;

/** Pictures with a longer side than this are looked at in part. */
const LARGE = 640;

/** How each format lies in memory: bits of a sample, and by which power of two colour is coarser. */
const FORMATS = new Map();
for (const [bits, suffix] of [
  [8, ''],
  [10, 'P10'],
  [12, 'P12'],
]) {
  for (const alpha of ['', 'A']) {
    FORMATS.set(`I420${alpha}${suffix}`, { bits, across: 1, down: 1 });
    FORMATS.set(`I422${alpha}${suffix}`, { bits, across: 1, down: 0 });
    FORMATS.set(`I444${alpha}${suffix}`, { bits, across: 0, down: 0 });
  }
}
FORMATS.set('NV12', { bits: 8, across: 1, down: 1, paired: true });
for (const [format, order] of Object.entries({ RGBA: [0, 1, 2], RGBX: [0, 1, 2], BGRA: [2, 1, 0], BGRX: [2, 1, 0] })) {
  FORMATS.set(format, { bits: 8, order });
}

/** Weights of red and blue in luma, by the name of the matrix. */
const WEIGHTS = {
  bt709: [0.2126, 0.0722],
  'bt2020-ncl': [0.2627, 0.0593],
};
/** Of files that do not say, as ffmpeg takes them, and of older ones. */
const OTHERS = [0.299, 0.114];

/**
 * Whether pictures of this format can be made small here.
 *
 * @param {string | null} format as a browser names it
 */
export function canShrink(format) {
  return format !== null && FORMATS.has(format);
}

/** Makes pictures of one shape small. */
export class Shrinker {
  #format;
  #channels;
  #place;
  #matrix;
  #size;

  /**
   * @param {object} shape
   * @param {string} shape.format one that [`canShrink`]
   * @param {number} shape.width of the picture as decoded, in pixels
   * @param {number} shape.height of the same
   * @param {0 | 90 | 180 | 270} shape.rotation clockwise turn that shows it upright, in degrees
   * @param {boolean} shape.flip whether it is mirrored sideways after that
   * @param {string | null} shape.matrix how colours are coded, as a browser names it
   * @param {boolean} shape.fullRange whether black is 0
   */
  constructor({ format, width, height, rotation, flip, matrix, fullRange }) {
    this.#format = FORMATS.get(format);
    const turned = rotation % 180 === 90;
    // Before it is turned upright.
    const [wide, high] = turned ? [HEIGHT, WIDTH] : [WIDTH, HEIGHT];
    this.#size = wide * high;
    const inPart = Math.max(width, height) > LARGE;
    const channel = (across, down) => ({
      columns: taps(Math.ceil(width / 2 ** across), wide, inPart, across),
      rows: taps(Math.ceil(height / 2 ** down), high, inPart, down),
      out: new Float32Array(wide * high),
    });
    const { across = 0, down = 0 } = this.#format;
    this.#channels = [channel(0, 0), channel(across, down), channel(across, down)];
    this.#place = places(wide, high, rotation, flip);
    this.#matrix = this.#format.order ? null : toRgb(matrix, fullRange, this.#format.bits);
  }

  /**
   * @param {ArrayBuffer} buffer the picture's planes
   * @param {{ offset: number, stride: number }[]} layout where each begins, and how long its rows
   *   are, in bytes
   * @returns {Uint8ClampedArray} red, green, blue and alpha of each pixel, by rows
   */
  shrink(buffer, layout) {
    const { bits, paired, order } = this.#format;
    const bytes = bits > 8 ? 2 : 1;
    const samples = bytes === 2 ? new Uint16Array(buffer) : new Uint8Array(buffer);
    this.#channels.forEach((channel, at) => {
      const plane = layout[order ? 0 : paired ? Math.min(at, 1) : at];
      const [first, step] = order ? [order[at], 4] : paired && at > 0 ? [at - 1, 2] : [0, 1];
      const start = plane.offset / bytes + first;
      gather(samples, start, plane.stride / bytes, step, channel);
    });
    return this.#coloured();
  }

  #coloured() {
    const [a, b, c] = this.#channels.map(({ out }) => out);
    const out = new Uint8ClampedArray(4 * this.#size);
    const place = this.#place;
    if (this.#matrix === null) {
      for (let at = 0; at < this.#size; at += 1) {
        const to = place[at];
        out[to] = a[at];
        out[to + 1] = b[at];
        out[to + 2] = c[at];
        out[to + 3] = 255;
      }
      return out;
    }
    const { black, luma, middle, rv, gu, gv, bu } = this.#matrix;
    for (let at = 0; at < this.#size; at += 1) {
      const to = place[at];
      const y = (a[at] - black) * luma;
      const u = b[at] - middle;
      const v = c[at] - middle;
      out[to] = y + rv * v;
      out[to + 1] = y - gu * u - gv * v;
      out[to + 2] = y + bu * u;
      out[to + 3] = 255;
    }
    return out;
  }
}

/** Weighs samples of a plane: for each small row and column those of its taps. */
function gather(samples, start, stride, step, { columns, rows, out }) {
  const across = columns.count;
  const wide = columns.index.length / across;
  const high = rows.index.length / rows.count;
  out.fill(0);
  for (let y = 0; y < high; y += 1) {
    const to = y * wide;
    for (let tap = y * rows.count; tap < (y + 1) * rows.count; tap += 1) {
      const weight = rows.weight[tap];
      if (weight === 0) {
        continue;
      }
      const row = start + rows.index[tap] * stride;
      for (let x = 0, from = 0; x < wide; x += 1) {
        let sum = 0;
        for (const end = from + across; from < end; from += 1) {
          sum += columns.weight[from] * samples[row + columns.index[from] * step];
        }
        out[to + x] += weight * sum;
      }
    }
  }
}

/**
 * Which samples of a row or column make up each of fewer, and by which weights: the same number
 * for each, some of no weight.
 *
 * @param {number} from how many samples there are
 * @param {number} to how many are wanted
 * @param {boolean} inPart whether only some are looked at
 * @param {number} coarser by which power of two they are coarser than the picture
 */
function taps(from, to, inPart, coarser) {
  return inPart ? someTaps(from, to, coarser > 0 ? 1 : 2) : allTaps(from, to);
}

/** `points` bilinear samples for each. */
function someTaps(from, to, points) {
  const index = new Int32Array(2 * points * to);
  const weight = new Float32Array(2 * points * to);
  for (let at = 0; at < points * to; at += 1) {
    const centre = ((at + 0.5) * from) / (points * to) - 0.5;
    const low = Math.floor(centre);
    const inside = (sample) => Math.min(Math.max(sample, 0), from - 1);
    index[2 * at] = inside(low);
    index[2 * at + 1] = inside(low + 1);
    weight[2 * at] = (1 - (centre - low)) / points;
    weight[2 * at + 1] = (centre - low) / points;
  }
  return { index, weight, count: 2 * points };
}

/** All samples, by how much of each lies under it. */
function allTaps(from, to) {
  const under = from / to;
  const count = Math.ceil(under) + 1;
  const index = new Int32Array(count * to);
  const weight = new Float32Array(count * to);
  for (let at = 0; at < to; at += 1) {
    const first = Math.floor(at * under);
    for (let tap = 0; tap < count; tap += 1) {
      const sample = first + tap;
      const covered = Math.min(sample + 1, (at + 1) * under) - Math.max(sample, at * under);
      index[count * at + tap] = Math.min(sample, from - 1);
      weight[count * at + tap] = Math.max(0, covered) / under;
    }
  }
  return { index, weight, count };
}

/** Where in the upright picture each small pixel of the decoded one goes, in bytes. */
function places(wide, high, rotation, flip) {
  const out = new Int32Array(wide * high);
  for (let y = 0; y < high; y += 1) {
    for (let x = 0; x < wide; x += 1) {
      const [tx, ty] = {
        0: [x, y],
        90: [high - 1 - y, x],
        180: [wide - 1 - x, high - 1 - y],
        270: [y, wide - 1 - x],
      }[rotation];
      out[y * wide + x] = 4 * (ty * WIDTH + (flip ? WIDTH - 1 - tx : tx));
    }
  }
  return out;
}

/** The numbers that make red, green and blue of luma and two differences of colour. */
function toRgb(matrix, fullRange, bits) {
  const [kr, kb] = Object.hasOwn(WEIGHTS, matrix) ? WEIGHTS[matrix] : OTHERS;
  const kg = 1 - kr - kb;
  const one = 2 ** (bits - 8);
  const luma = (fullRange ? 1 : 255 / 219) / one;
  const colour = (fullRange ? 1 : 255 / 224) / one;
  return {
    black: (fullRange ? 0 : 16) * one,
    luma,
    middle: 128 * one,
    rv: 2 * (1 - kr) * colour,
    gu: ((2 * (1 - kb) * kb) / kg) * colour,
    gv: ((2 * (1 - kr) * kr) / kg) * colour,
    bu: 2 * (1 - kb) * colour,
  };
}
