// Which backend 'auto' takes: what is known of the adapter, what was found before, or a try of at most a tenth of a second.
// SPDX-License-Identifier: MIT-0

import { arrays, countOf, portsAt } from './tiny-common.js';

/** @typedef {import('./tiny-common.js').Program} Program */
/** @typedef {'webgpu' | 'wasm'} Choice */

const milliseconds = 50; // for each of the two
const software = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|\bwarp\b/i;

/** What names an adapter. @param {GPUAdapter} adapter */
const nameOf = (adapter) => {
  const { vendor = '', architecture = '', device = '', description = '' } = /** @type {any} */ (adapter).info ?? {};
  return [vendor, architecture, device, description].join(' ').trim();
};

/** @param {Program} program @param {GPUAdapter} adapter */
const keyOf = (program, adapter) => `tiny ${program.wasm?.hash} ${nameOf(adapter)}`;

/** Whether an adapter is a processor that stands in for a graphics card. @param {GPUAdapter} adapter */
const isSoftware = (adapter) => {
  const { isFallbackAdapter, info } = /** @type {any} */ (adapter);
  return isFallbackAdapter || info?.isFallbackAdapter || software.test(nameOf(adapter));
};

/** Whether an adapter is a graphics card for sure. @param {GPUAdapter} adapter */
export const isCard = (adapter) => nameOf(adapter) !== '' && !isSoftware(adapter);

/** What is clear without a try. @param {Program} program @param {GPUAdapter} adapter @returns {Choice | undefined} */
export function chosen(program, adapter) {
  if (isSoftware(adapter)) return 'wasm';
  try {
    const known = localStorage.getItem(keyOf(program, adapter));
    return known === 'webgpu' || known === 'wasm' ? known : undefined;
  } catch {
    return undefined; // workers have no storage, and pages may be denied theirs
  }
}

/** @param {Program} program @param {GPUAdapter} adapter @param {Choice} choice */
export function remember(program, adapter, choice) {
  try {
    localStorage.setItem(keyOf(program, adapter), choice);
  } catch { /* tried again next time */ }
}

/**
 * Runs the entry point that has most to do on zeros. One that WebAssembly may need longer for than there is time is not run there: a GPU that takes
 * less than its work takes at eight operations a nanosecond is faster.
 * @param {Program} program @param {import('./tiny-webgpu.js').WebGpuBackend} gpu @param {import('./tiny-wasm.js').WasmBackend} wasm
 * @returns {Promise<Choice>}
 */
export async function faster(program, gpu, wasm) {
  const [name, entry] = Object.entries(program.entries).reduce((a, b) => ((b[1].work ?? 0) > (a[1].work ?? 0) ? b : a));
  const sizes = Object.fromEntries(Object.entries(entry.sizes ?? {}).map(([size, { max }]) => [size, max]));
  const [given, results] = [portsAt(entry.inputs, sizes), portsAt(entry.outputs, sizes)];
  const inputs = Object.fromEntries(Object.entries(given).map(([port, { dtype, shape }]) => [port, new arrays[dtype](countOf(shape))]));
  const work = entry.work ?? 0;
  const estimate = work / 8e6;
  const onWasm = work / 2e6 > milliseconds ? estimate : await bestOf(() => wasm.run(name, sizes, given, results, inputs));
  const onGpu = await Promise.race([
    bestOf(() => gpu.run(name, sizes, given, results, inputs)),
    new Promise((resolve) => setTimeout(resolve, milliseconds, milliseconds)),
  ]);
  gpu.reset();
  gpu.stats.dispatched = 0;
  wasm.stats.dispatched = 0;
  return onGpu <= onWasm ? 'webgpu' : 'wasm';
}

/** The shortest of a few runs, of which the first may compile. @param {() => unknown} run */
async function bestOf(run) {
  const end = performance.now() + milliseconds;
  let best = Infinity;
  for (let i = 0; i < 5 && performance.now() < end; i++) {
    const start = performance.now();
    await run();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}
