// Where a picture goes in the frame, as the renderer places it.

/** @typedef {{x: number, y: number, width: number, height: number}} Rect */

/**
 * Where the whole upright picture is drawn in a film of `width` × `height`; what lies outside of
 * the frame is cut off. The same roundings as the renderer's: to even numbers, outwards when
 * cropping, inwards when padding.
 * @param {'crop'|'pad'|'blur'} fit
 * @param {{width: number, height: number}} picture as shown, upright, in square pixels
 * @param {{width: number, height: number}} film
 * @param {[number, number]} focus thousandths of what stands over, from the left and the top
 * @returns {Rect}
 */
export function place(fit, picture, film, focus) {
  return fit === 'crop' ? cover(picture, film, focus) : contain(picture, film);
}

/** The picture fills the frame. @returns {Rect} */
export function cover(picture, film, focus) {
  const { width: w, height: h } = film;
  const shape = shapeOf(picture);
  const wide = shape > w / h;
  const width = wide ? Math.max(w, Math.ceil((h * shape) / 2) * 2) : w;
  const height = wide ? h : Math.max(h, Math.ceil(w / shape / 2) * 2);
  const share = (over, permille) => -Math.round((over * permille) / 1000);
  return { x: share(width - w, focus[0]), y: share(height - h, focus[1]), width, height };
}

/** The frame holds the whole picture. @returns {Rect} */
export function contain(picture, film) {
  const { width: w, height: h } = film;
  const shape = shapeOf(picture);
  const wide = shape > w / h;
  const width = wide ? w : Math.max(2, Math.min(w, Math.round((h * shape) / 2) * 2));
  const height = wide ? Math.max(2, Math.min(h, Math.round(w / shape / 2) * 2)) : h;
  return { x: (w - width) / 2, y: (h - height) / 2, width, height };
}

/** The small picture that a blurred background is made of: an eighth of the film. */
export function backdrop(film) {
  const small = (side) => Math.ceil(Math.max(Math.floor(side / 8), 2) / 2) * 2;
  return { width: small(film.width), height: small(film.height) };
}

/** A rectangle of the film on a canvas of another size. @returns {Rect} */
export function scaled(rect, film, canvas) {
  const across = canvas.width / film.width;
  const down = canvas.height / film.height;
  return {
    x: rect.x * across,
    y: rect.y * down,
    width: rect.width * across,
    height: rect.height * down,
  };
}

function shapeOf(picture) {
  return Math.max(picture.width, 1) / Math.max(picture.height, 1);
}
