// Draws pictures and cards.
import { backdrop, cover, place, scaled } from './geometry.js';

/** Colours of cards and of what is not there, close to the renderer's slate. */
const INK = '#e8e8e8';
const QUIET = '#a8a8a8';
const SLATE = '#141414';

export class Screen {
  #back = new OffscreenCanvas(1, 1);
  #tiny = new OffscreenCanvas(1, 1);

  /** @param {OffscreenCanvas} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext('2d', { alpha: false });
    this.blank();
  }

  /** Another size in pixels; what was drawn is lost. */
  resize(width, height) {
    if (this.canvas.width === width && this.canvas.height === height) return false;
    this.canvas.width = width;
    this.canvas.height = height;
    return true;
  }

  blank() {
    this.pen.fillStyle = SLATE;
    this.pen.fillRect(0, 0, this.canvas.width, this.canvas.height);
  }

  /**
   * @param {import('./shot.js').Picture} picture
   * @param {import('./timeline.js').Slot} slot
   * @param {{width: number, height: number}} film
   */
  show(picture, slot, film) {
    const { pen, canvas } = this;
    if (slot.fit !== 'crop') {
      pen.fillStyle = '#000';
      pen.fillRect(0, 0, canvas.width, canvas.height);
    }
    if (slot.fit === 'blur') this.#blurred(picture, film);
    pen.imageSmoothingEnabled = true;
    pen.imageSmoothingQuality = 'low';
    const where = place(slot.fit, picture, film, slot.focus);
    paint(pen, picture, scaled(where, film, canvas));
  }

  /** What stands behind a picture of another shape: blurred by being made small. */
  #blurred(picture, film) {
    const small = backdrop(film);
    const back = sized(this.#back, small.width, small.height);
    const where = cover(picture, small, [500, 500]);
    back.imageSmoothingQuality = 'low';
    paint(back, picture, where);
    const across = Math.max(2, Math.round(small.width / 6));
    const down = Math.max(2, Math.round(small.height / 6));
    const tiny = sized(this.#tiny, across, down);
    tiny.imageSmoothingQuality = 'medium';
    tiny.drawImage(this.#back, 0, 0, across, down);
    back.drawImage(this.#tiny, 0, 0, small.width, small.height);
    this.pen.imageSmoothingQuality = 'low';
    this.pen.drawImage(this.#back, 0, 0, this.canvas.width, this.canvas.height);
  }

  /**
   * A card in place of a picture.
   * @param {string} name of the clip
   * @param {string} reason why there is no picture
   */
  card(name, reason) {
    const { pen, canvas } = this;
    this.blank();
    const size = Math.max(11, Math.round(Math.min(canvas.width, canvas.height) / 18));
    const width = canvas.width * 0.86;
    pen.textAlign = 'center';
    pen.textBaseline = 'middle';
    pen.font = `600 ${size}px system-ui, sans-serif`;
    const heading = lines(pen, name, width, 2);
    const small = Math.max(10, Math.round(size * 0.72));
    pen.font = `${small}px system-ui, sans-serif`;
    const text = lines(pen, reason, width, 5);
    const tall = heading.length * size * 1.3 + small * 0.6 + text.length * small * 1.4;
    let y = (canvas.height - tall) / 2 + size * 0.65;
    pen.fillStyle = INK;
    pen.font = `600 ${size}px system-ui, sans-serif`;
    for (const line of heading) {
      pen.fillText(line, canvas.width / 2, y);
      y += size * 1.3;
    }
    y += small * 0.6;
    pen.fillStyle = QUIET;
    pen.font = `${small}px system-ui, sans-serif`;
    for (const line of text) {
      pen.fillText(line, canvas.width / 2, y);
      y += small * 1.4;
    }
  }
}

/** Draws the whole picture, upright, into `where`. */
function paint(pen, picture, where) {
  const { image, rotation, flip } = picture;
  if (rotation === 0 && !flip) {
    pen.drawImage(image, where.x, where.y, where.width, where.height);
    return;
  }
  const lying = rotation % 180 !== 0;
  const width = lying ? where.height : where.width;
  const height = lying ? where.width : where.height;
  pen.save();
  pen.translate(where.x + where.width / 2, where.y + where.height / 2);
  if (flip) pen.scale(-1, 1);
  pen.rotate((rotation * Math.PI) / 180);
  pen.drawImage(image, -width / 2, -height / 2, width, height);
  pen.restore();
}

function sized(canvas, width, height) {
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  return canvas.getContext('2d', { alpha: false });
}

/** `text` broken into lines of at most `width` pixels; words that are longer are broken too. */
function lines(pen, text, width, most) {
  /** @type {string[]} */
  const done = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    const longer = line ? `${line} ${word}` : word;
    if (pen.measureText(longer).width <= width) {
      line = longer;
      continue;
    }
    if (line) done.push(line);
    line = '';
    for (const letter of word) {
      if (pen.measureText(line + letter).width > width) {
        done.push(line);
        line = '';
      }
      line += letter;
    }
  }
  if (line) done.push(line);
  if (done.length <= most) return done;
  return [...done.slice(0, most - 1), `${done[most - 1]}…`];
}
