// A decoded picture, made as small as the planner looks at it.
import { HEIGHT, Shrinker, WIDTH, canShrink } from './shrink.js';

/** Makes the pictures of one clip small. */
export class Painter {
  #colours;
  #bytes = new ArrayBuffer(0);
  #shape = '';
  #shrinker = null;
  #canvases = null;

  /**
   * @param {VideoColorSpaceInit} colours how the clip's colours are coded, as far as it says
   */
  constructor(colours) {
    this.#colours = colours;
  }

  /**
   * @param {import('mediabunny').VideoSample} sample a decoded picture; it stays open
   * @returns {Promise<Uint8ClampedArray>} red, green, blue and alpha of each pixel, by rows
   */
  async paint(sample) {
    if (this.#canvases === null && canShrink(sample.format)) {
      try {
        return await this.#shrunk(sample);
      } catch {
        // Some pictures live where no program can read them; they can still be drawn.
      }
    }
    return this.#drawn(sample);
  }

  async #shrunk(sample) {
    const { format, rotation, flip, visibleRect } = sample;
    const { width, height } = visibleRect;
    const size = sample.allocationSize();
    if (size > this.#bytes.byteLength) {
      this.#bytes = new ArrayBuffer(size + (size % 2));
    }
    const layout = await sample.copyTo(this.#bytes);
    const shape = [format, width, height, rotation, flip].join();
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#shrinker = new Shrinker({
        format,
        width,
        height,
        rotation,
        flip,
        matrix: this.#colours.matrix ?? null,
        fullRange: this.#colours.fullRange ?? sample.colorSpace.fullRange ?? false,
      });
    }
    return this.#shrinker.shrink(this.#bytes, layout);
  }

  /** The slow way, with what comes nearest to the other's samples. */
  #drawn(sample) {
    this.#canvases ??= [context(2 * WIDTH, 2 * HEIGHT), context(WIDTH, HEIGHT)];
    const [first, second] = this.#canvases;
    sample.draw(first, 0, 0, 2 * WIDTH, 2 * HEIGHT);
    second.drawImage(first.canvas, 0, 0, WIDTH, HEIGHT);
    return second.getImageData(0, 0, WIDTH, HEIGHT).data;
  }
}

/** A canvas in main memory, since every picture is read back. */
function context(width, height) {
  const context = new OffscreenCanvas(width, height).getContext('2d', {
    alpha: false,
    willReadFrequently: true,
  });
  context.imageSmoothingQuality = 'low';
  return context;
}
