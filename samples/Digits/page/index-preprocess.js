// Brings a drawing into the form of the MNIST digits that the network was trained on.
// SPDX-License-Identifier: MIT-0

const SIZE = 28; // the network's image
const BOX = 20; // the digit's longer side in it
const FAINT = 8; // of 255: less is no ink

/**
 * Crops to the ink, scales the longer side to 20 pixels by area averaging, and shifts the centre of mass to the middle of 28 x 28.
 * @param {ArrayLike<number>} ink width * height values, 0 for paper and 255 for ink
 * @param {number} width
 * @param {number} height
 * @returns {Float32Array | null} 28 * 28 values from 0 to 255; null for an empty drawing
 */
export function toDigit(ink, width, height) {
  const box = boundsOf(ink, width, height);
  if (!box) return null;
  const step = Math.max(box.width, box.height) / BOX; // drawing pixels to one pixel of the digit
  const columns = Math.min(BOX, Math.ceil(box.width / step));
  const rows = Math.min(BOX, Math.ceil(box.height / step));
  const small = new Float32Array(columns * rows);
  let mass = 0;
  let massX = 0;
  let massY = 0;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const v = meanOf(ink, width, height, box.left + x * step, box.top + y * step, step);
      small[y * columns + x] = v;
      mass += v;
      massX += v * (x + 0.5);
      massY += v * (y + 0.5);
    }
  }
  const left = clamp(Math.round(SIZE / 2 - massX / mass), 0, SIZE - columns);
  const top = clamp(Math.round(SIZE / 2 - massY / mass), 0, SIZE - rows);
  const digit = new Float32Array(SIZE * SIZE);
  for (let y = 0; y < rows; y++) digit.set(small.subarray(y * columns, (y + 1) * columns), (top + y) * SIZE + left);
  return digit;
}

/** What the network takes: the values scaled by the mean and deviation of its training data. @param {Float32Array} digit */
export const normalise = (digit) => digit.map((v) => (v / 255 - 0.1307) / 0.3081);

/** @param {ArrayLike<number>} ink @param {number} width @param {number} height */
function boundsOf(ink, width, height) {
  let left = width;
  let right = -1;
  let top = height;
  let bottom = -1;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (ink[y * width + x] < FAINT) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  return right < 0 ? null : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

/** The mean over a square, of which border pixels count by the part that is inside. Outside of the drawing is paper. */
function meanOf(/** @type {ArrayLike<number>} */ ink, /** @type {number} */ width, /** @type {number} */ height,
  /** @type {number} */ left, /** @type {number} */ top, /** @type {number} */ side) {
  let sum = 0;
  for (let y = Math.floor(top); y < Math.min(top + side, height); y++) {
    const tall = Math.min(y + 1, top + side) - Math.max(y, top);
    for (let x = Math.floor(left); x < Math.min(left + side, width); x++) {
      sum += ink[y * width + x] * tall * (Math.min(x + 1, left + side) - Math.max(x, left));
    }
  }
  return sum / (side * side);
}

/** @param {number} v @param {number} least @param {number} most */
const clamp = (v, least, most) => Math.max(least, Math.min(most, v));
