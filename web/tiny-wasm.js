// Runs a Tiny program as WebAssembly: on the thread that calls, which waits until a call is done.
// SPDX-License-Identifier: MIT-0

import { TinyError, arrays, bytesOf, kindOf, textOf, viewOf } from './tiny-common.js';
import { readWeights } from './tiny-weights.js';

/** @typedef {import('./tiny-common.js').Program} Program */
/** @typedef {import('./tiny-common.js').LoadOptions} LoadOptions */
/** @typedef {import('./tiny-common.js').Timings} Timings */

/** What kernels may ask of JavaScript. */
const math = { exp: Math.exp, exp2: (/** @type {number} */ x) => 2 ** x, log2: Math.log2, sin: Math.sin };

/** A function of one relaxed multiply-add. */
const relaxed = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0, 10, 13, 1, 11, 0, 32, 0, 32, 1, 32, 2, 253, 133, 2, 11);

/** A program as WebAssembly. */
export class WasmBackend {
  /** @param {Program} program @param {Timings} ms */
  constructor(program, ms) {
    this._program = program;
    this.stats = {
      backend: 'wasm',
      dispatches: program.wasm?.launches ?? {},
      dispatched: 0,
      weightBytes: program.weights.bytes,
      memoryBytes: program.wasm?.bytes ?? 0,
      ms,
    };
  }

  /** Begins to read and compile the module, before it is known whether it will run. @param {LoadOptions['wasm']} source @param {AbortSignal} [signal] */
  begin(source, signal) {
    const { wasm } = this._program;
    if (!wasm || typeof WebAssembly === 'undefined') return;
    /** @type {Promise<WebAssembly.Module> | undefined} */
    this._module ??= moduleOf(source ?? (WebAssembly.validate(relaxed) ? wasm.relaxed : wasm.plain), signal);
    this._module.catch(() => {}); // compile() tells
  }

  /** Makes the program ready, which may have no weights yet. @param {LoadOptions['wasm']} source @param {AbortSignal} [signal] */
  compile(source, signal) {
    /** @type {Promise<void> | undefined} */
    this._ready ??= this._compile(source, signal);
    return this._ready;
  }

  /** @param {LoadOptions['wasm']} source @param {AbortSignal} [signal] */
  async _compile(source, signal) {
    const { name, wasm } = this._program;
    if (!wasm) throw new TinyError('wasm', `${name} needs more memory than WebAssembly has; use WebGPU.`);
    if (typeof WebAssembly === 'undefined') throw new TinyError('wasm', 'WebAssembly is not available in this browser. Use a current one.');
    try {
      this.begin(source, signal);
      /** @type {Record<string, any> | undefined} */
      this._exports = (await WebAssembly.instantiate(/** @type {any} */ (await this._module), { math })).exports;
    } catch (e) {
      if (signal?.aborted || e instanceof TinyError) throw e;
      throw new TinyError('wasm', `${name} cannot run as WebAssembly: ${textOf(e)}. A content-security-policy must allow 'wasm-unsafe-eval' in script-src.`, e);
    }
  }

  /** The memory as bytes. */
  _memory() {
    return new Uint8Array(/** @type {any} */ (this._exports).memory.buffer);
  }

  /** Reads the weights while the program is made ready. @param {NonNullable<LoadOptions['weights']>} source @param {AbortSignal} signal @param {LoadOptions['onProgress']} [onProgress] */
  async upload(source, signal, onProgress) {
    /** @type {Map<number, Uint8Array>} what is to be put in another order, until all of it is there */
    const waiting = new Map();
    await readWeights(this._program, source, signal, onProgress, async (begin, end, space) => {
      await this._ready;
      const memory = this._memory();
      for (const [at, bytes, to, loops] of this._program.wasm?.constants ?? []) {
        const [first, last] = [Math.max(at, begin), Math.min(at + bytes, end)];
        if (first >= last) continue;
        if (loops && !waiting.has(to)) waiting.set(to, new Uint8Array(bytes));
        const [target, offset] = loops ? [/** @type {Uint8Array} */ (waiting.get(to)), 0] : [memory, to];
        target.set(space.subarray(4 + first - begin, 4 + last - begin), offset + first - at);
        if (!loops || last < at + bytes) continue;
        reorder(new Uint32Array(target.buffer), new Uint32Array(memory.buffer, to, bytes / 4), loops);
        waiting.delete(to);
      }
    });
  }

  /**
   * @param {string} name @param {import('./tiny-common.js').Sizes} sizes @param {import('./tiny-common.js').SizedPorts} given
   * @param {import('./tiny-common.js').SizedPorts} results @param {Record<string, any>} inputs
   */
  run(name, sizes, given, results, inputs) {
    const { entries, wasm } = this._program;
    const memory = this._memory();
    const addressOf = (/** @type {import('./tiny-common.js').SizedPort} */ { buffer }) => /** @type {import('./tiny-common.js').Wasm} */ (wasm).places[buffer];
    for (const [port, shaped] of Object.entries(given)) {
      if (kindOf(inputs[port]) === 'GPUBuffer') throw new TinyError('input-dtype', `input '${port}' of ${name}() is a GPUBuffer, which WebAssembly cannot read; give an array.`);
      memory.set(viewOf(inputs[port]), addressOf(shaped));
    }
    /** @type {any} */ (this._exports)[`run_${name}`](...Object.keys(entries[name].sizes ?? {}).map((size) => sizes[size]));
    this.stats.dispatched += this.stats.dispatches[name];
    return Object.fromEntries(Object.entries(results).map(([port, shaped]) => {
      const from = addressOf(shaped);
      return [port, new arrays[shaped.dtype](memory.slice(from, from + bytesOf(shaped)).buffer)];
    }));
  }

  /** Back to where it was after loading. */
  reset() {
    const memory = this._memory();
    const { written, states } = /** @type {import('./tiny-common.js').Wasm} */ (this._program.wasm);
    memory.fill(0, ...written);
    for (const [to, from, bytes] of states) memory.copyWithin(to, from, from + bytes);
  }

  dispose() {
    this._exports = undefined;
  }
}

/**
 * Copies words in the order of nested loops, each with its step in the source.
 * @param {Uint32Array} source @param {Uint32Array} target @param {[extent: number, step: number][]} loops
 */
function reorder(source, target, loops) {
  const [[count, step], ...outer] = loops.slice().reverse();
  const at = outer.map(() => 0);
  for (let to = 0, from = 0; to < target.length;) {
    for (let i = 0; i < count; i++) target[to++] = source[from + i * step];
    for (let axis = 0; axis < outer.length; axis++) {
      const [extent, by] = outer[axis];
      from += by;
      if (++at[axis] < extent) break;
      from -= by * extent;
      at[axis] = 0;
    }
  }
}

/** @param {NonNullable<LoadOptions['wasm']>} source @param {AbortSignal} [signal] @returns {Promise<WebAssembly.Module>} */
async function moduleOf(source, signal) {
  if (typeof source !== 'string' && !(source instanceof URL)) return WebAssembly.compile(/** @type {any} */ (viewOf(source)));
  const response = await fetch(source, { signal });
  if (!response.ok) throw new TinyError('wasm', `cannot read ${source}: the server answered ${response.status}`);
  // A server that does not know the type is no reason to fail.
  return response.headers.get('Content-Type')?.startsWith('application/wasm') ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
}
