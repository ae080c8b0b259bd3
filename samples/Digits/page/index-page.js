// Draw a digit: strokes on a canvas, read by the network as they grow.
// SPDX-License-Identifier: MIT-0

import load from './index.js';
import { normalise, toDigit } from './index-preprocess.js';

const PEN = 22; // of the pad's 280: about two pixels of the 20 that a digit is scaled to
const KEY_STEP = 7;

const find = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const pad = /** @type {HTMLCanvasElement} */ (find('pad'));
const seen = /** @type {HTMLCanvasElement} */ (find('seen'));
// Strokes are kept apart from what is shown, where the keyboard's pen is drawn too.
const strokes = new OffscreenCanvas(pad.width, pad.height);
const ink = /** @type {OffscreenCanvasRenderingContext2D} */ (strokes.getContext('2d', { willReadFrequently: true }));
ink.lineWidth = PEN;
ink.lineCap = ink.lineJoin = 'round';

const bars = Array.from({ length: 10 }, (_, digit) => {
  const row = document.createElement('li');
  const label = document.createElement('b');
  const track = document.createElement('span');
  const bar = document.createElement('i');
  const percent = document.createElement('span');
  label.textContent = String(digit);
  track.className = 'track';
  track.append(bar);
  percent.className = 'percent';
  row.append(label, track, percent);
  find('bars').append(row);
  return { row, bar, percent };
});

/** @type {any} */
let model = null;
let place = '';
let waiting = false;
let busy = false;

/** Shows the pad and has it read; while the network is busy, only the newest drawing waits. */
function changed() {
  show();
  waiting = true;
  if (!busy) requestAnimationFrame(read);
}

async function read() {
  if (busy || !waiting || !model) return;
  busy = true;
  waiting = false;
  try {
    const { data } = ink.getImageData(0, 0, strokes.width, strokes.height);
    const digit = toDigit(Uint8Array.from({ length: data.length / 4 }, (_, i) => data[4 * i + 3]), strokes.width, strokes.height);
    showSeen(digit);
    if (digit) {
      const start = performance.now();
      const [logProbabilities] = /** @type {Float32Array[]} */ (Object.values(await model.forward({ image: normalise(digit) })));
      const ms = performance.now() - start;
      showAnswer(Array.from(logProbabilities, Math.exp));
      find('status').textContent = `${place} · ${ms.toFixed(1)} ms, ${model.stats.dispatches.forward} launches`;
    } else {
      showAnswer(null);
    }
  } catch (e) {
    fail(e);
  }
  busy = false;
  if (waiting) requestAnimationFrame(read);
}

/** @param {number[] | null} probabilities */
function showAnswer(probabilities) {
  const best = probabilities ? probabilities.indexOf(Math.max(...probabilities)) : -1;
  bars.forEach(({ row, bar, percent }, digit) => {
    const p = probabilities?.[digit] ?? 0;
    row.className = digit === best ? 'best' : '';
    bar.style.width = `${100 * p}%`;
    percent.textContent = probabilities ? `${(100 * p).toFixed(1)} %` : '';
  });
  find('digit').textContent = best < 0 ? '–' : String(best);
  find('certainty').textContent = probabilities ? `${(100 * probabilities[best]).toFixed(1)} % sure` : 'Nothing drawn yet';
}

/** @param {Float32Array | null} digit */
function showSeen(digit) {
  const context = /** @type {CanvasRenderingContext2D} */ (seen.getContext('2d'));
  const image = context.createImageData(seen.width, seen.height);
  for (let i = 0; i < seen.width * seen.height; i++) {
    image.data.fill(digit?.[i] ?? 0, 4 * i, 4 * i + 3);
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

/** @type {{ x: number, y: number } | null} where the pen last was, while a pointer is down */
let last = null;
const keyboard = { x: pad.width / 2, y: pad.height / 2, down: false, shown: false };

function show() {
  const context = /** @type {CanvasRenderingContext2D} */ (pad.getContext('2d'));
  context.clearRect(0, 0, pad.width, pad.height);
  context.drawImage(strokes, 0, 0);
  context.globalCompositeOperation = 'source-in';
  context.fillStyle = getComputedStyle(pad).color;
  context.fillRect(0, 0, pad.width, pad.height);
  context.globalCompositeOperation = 'source-over';
  if (!keyboard.shown) return;
  context.strokeStyle = context.fillStyle;
  context.lineWidth = keyboard.down ? 4 : 1.5;
  context.beginPath();
  context.arc(keyboard.x, keyboard.y, PEN / 2 + 3, 0, 2 * Math.PI);
  context.stroke();
}

/** @param {{ x: number, y: number }} from @param {{ x: number, y: number }} to */
function line(from, to) {
  ink.beginPath();
  ink.moveTo(from.x, from.y);
  ink.lineTo(to.x, to.y);
  ink.stroke();
  changed();
}

function clear() {
  ink.clearRect(0, 0, strokes.width, strokes.height);
  changed();
}

/** @param {PointerEvent} event */
function at(event) {
  const box = pad.getBoundingClientRect();
  return { x: ((event.clientX - box.left) / box.width) * pad.width, y: ((event.clientY - box.top) / box.height) * pad.height };
}

pad.addEventListener('pointerdown', (event) => {
  if (event.button !== 0) return;
  pad.setPointerCapture(event.pointerId);
  keyboard.shown = false;
  last = at(event);
  line(last, last);
});
pad.addEventListener('pointermove', (event) => {
  if (!last) return;
  const events = event.getCoalescedEvents?.() ?? [];
  for (const e of events.length ? events : [event]) {
    const next = at(e);
    line(last, next);
    last = next;
  }
});
for (const end of ['pointerup', 'pointercancel']) pad.addEventListener(end, () => { last = null; });

/** @type {Record<string, [number, number]>} */
const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
pad.addEventListener('keydown', (event) => {
  const move = moves[event.key];
  if (move) {
    const from = { x: keyboard.x, y: keyboard.y };
    keyboard.x = Math.max(0, Math.min(pad.width, from.x + KEY_STEP * move[0]));
    keyboard.y = Math.max(0, Math.min(pad.height, from.y + KEY_STEP * move[1]));
    if (keyboard.down) line(from, keyboard);
  } else if (event.key === ' ') {
    keyboard.down = !keyboard.down;
    if (keyboard.down) line(keyboard, keyboard);
  } else if (event.key === 'Delete' || event.key === 'Backspace') {
    clear();
  } else {
    return;
  }
  event.preventDefault();
  keyboard.shown = true;
  show();
});
pad.addEventListener('blur', () => {
  keyboard.shown = keyboard.down = false;
  show();
});
find('clear').addEventListener('click', clear);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', show);

/** @param {unknown} e */
function fail(e) {
  find('progress').hidden = true;
  find('status').className = 'bad';
  find('status').textContent = e instanceof Error ? e.message : String(e);
}

showAnswer(null);
showSeen(null);
try {
  const progress = /** @type {HTMLProgressElement} */ (find('progress'));
  model = await load({ onProgress: ({ loaded, total }) => { progress.value = loaded / total; } });
  progress.hidden = true;
  const info = model.stats.adapter;
  place = info ? `WebGPU on ${info.description || [info.vendor, info.architecture, info.device].filter(Boolean).join(' ') || 'an unnamed GPU'}` : 'WebAssembly';
  find('status').textContent = `${place} · ready in ${model.stats.ms.total.toFixed(0)} ms`;
  changed();
} catch (e) {
  fail(e);
}
