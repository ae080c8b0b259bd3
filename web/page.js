// A page to try any program: runs each entry point on random input and shows what comes out.

import load, { program } from './index.js';
import { arrays } from './tiny.js';

const SHOWN = 32;
const find = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

/**
 * @param {string} tag @param {string} [className] @param {string} [text]
 * @param {Node[]} children
 */
function element(tag, className = '', text = '', ...children) {
  const e = document.createElement(tag);
  if (className) e.className = className;
  if (text) e.textContent = text;
  e.append(...children);
  return e;
}

/** Random values of a port: below 1 for floats, single digits for integers. @param {{ dtype: keyof typeof arrays, shape: number[] }} port */
function randomFor({ dtype, shape }) {
  const values = new arrays[dtype](shape.reduce((n, d) => n * d, 1));
  const below = (/** @type {number} */ n) => Math.floor(Math.random() * n);
  for (let i = 0; i < values.length; i++) {
    values[i] = dtype === 'bool' ? below(2)
      : values instanceof BigInt64Array || values instanceof BigUint64Array ? BigInt(below(10))
        : !dtype.includes('float') ? below(10)
          : values.constructor.name.startsWith('Float') ? Math.random()
            : below(dtype === 'float8_e4m3' ? 0x38 : dtype === 'float8_e5m2' ? 0x3c : dtype === 'bfloat16' ? 0x3f80 : 0x3c00); // bits below those of 1
  }
  return values;
}

/** @param {number} v */
const short = (v) => (Number.isInteger(v) ? String(v) : v.toPrecision(5));

/** A result as numbers and bars. @param {string} name @param {ArrayLike<number | bigint>} data */
function resultView(name, data) {
  const values = Array.from(data, Number);
  let best = 0;
  let least = 0;
  for (let i = 1; i < values.length; i++) {
    if (values[i] > values[best]) best = i;
    if (values[i] < values[least]) least = i;
  }
  const summary = values.length
    ? `${values.length} values, largest ${short(values[best])} at ${best}, smallest ${short(values[least])} at ${least}`
    : 'no values';
  const scale = Math.max(Math.abs(values[best]), Math.abs(values[least])) || 1;
  const rows = element('div', 'values');
  for (let i = 0; i < Math.min(values.length, SHOWN); i++) {
    const bar = element('i');
    bar.style.width = `${(100 * Math.abs(values[i])) / scale}%`;
    rows.append(element('span', 'index', String(i)), element('span', 'bar', '', bar), element('span', 'number', short(values[i])));
  }
  if (values.length > SHOWN) rows.append(element('span', 'index', '…'));
  const view = element('div', 'result', '', element('h3', '', name), element('p', 'summary', summary), rows);
  view.dataset.output = name;
  return view;
}

/** @param {any} model @param {string} name @param {any} entry */
function entryView(model, name, entry) {
  // Sizes are tried at their largest.
  const sizes = Object.fromEntries(Object.entries(entry.sizes ?? {}).map(([size, { max }]) => [size, max]));
  const inputs = /** @type {[string, { dtype: keyof typeof arrays, shape: number[] }][]} */ (Object.entries(entry.inputs).map(([port, info]) =>
    [port, { ...info, shape: typeof info.shape === 'function' ? info.shape(sizes) : info.shape }]));
  const ports = inputs.map(([port, { dtype, shape }]) =>
    element('li', '', `${port} `, element('span', '', `${dtype} [${shape.join(', ')}]`)));
  const button = /** @type {HTMLButtonElement} */ (element('button', '', inputs.length ? 'Run with random input' : 'Run'));
  const time = element('span', 'time');
  const results = element('div');
  button.addEventListener('click', async () => {
    button.disabled = true;
    try {
      const values = { ...sizes, ...Object.fromEntries(inputs.map(([port, info]) => [port, randomFor(info)])) };
      const start = performance.now();
      const outputs = await model[name](values);
      const ms = performance.now() - start;
      time.textContent = `${ms.toFixed(1)} ms, ${model.stats.dispatches[name]} launches`;
      results.replaceChildren(...Object.entries(outputs).map(([port, data]) => resultView(port, data)));
    } catch (e) {
      time.textContent = '';
      results.replaceChildren(element('p', 'summary', e instanceof Error ? e.message : String(e)));
    }
    button.disabled = false;
  });
  const view = element('section', '', '', element('h2', '', name), element('ul', 'ports', '', ...ports), button, time, results);
  view.dataset.entry = name;
  return view;
}

document.title = `${program.name} · Tiny`;
find('name').textContent = program.name;
try {
  const progress = /** @type {HTMLProgressElement} */ (find('progress'));
  const model = await load({ onProgress: ({ loaded, total }) => { progress.value = loaded / total; } });
  progress.hidden = true;
  const { backend, adapter, ms, weightBytes } = model.stats;
  const gpu = adapter && (adapter.description || [adapter.vendor, adapter.architecture, adapter.device].filter(Boolean).join(' ') || 'unnamed');
  const on = backend === 'wasm' ? 'WebAssembly' : `WebGPU on ${gpu}`;
  find('status').textContent = `${on} · ${(weightBytes / 1e6).toFixed(1)} MB of weights · ready in ${ms.total.toFixed(0)} ms`;
  find('entries').append(...Object.entries(program.entries).map(([name, entry]) => entryView(model, name, entry)));
} catch (e) {
  find('progress').hidden = true;
  find('status').className = 'bad';
  find('status').textContent = e instanceof Error ? e.message : String(e);
}
