// What all parts of a Tiny bundle's runtime share: types, errors, arrays.
// SPDX-License-Identifier: MIT-0

/**
 * @typedef {keyof typeof arrays} DType
 * @typedef {InstanceType<typeof arrays[DType]>} TypedArray
 * @typedef {{ offset: number, bytes: number, memory?: number, weights?: number, at?: number, initial?: string }} Place
 *   `bytes` bytes of buffer `memory` (0 unless given) of the working memory from `offset`, or of weight buffer number `weights`, filled from position `at` of the file;
 *   state, which keeps its value between calls, starts as the buffer `initial`
 * @typedef {Record<string, number>} Sizes
 * @typedef {{ min: number, max: number, from?: string, per?: number }} Size
 *   bounds of a number that shapes depend on; the input whose length tells it, and how many values are one more
 * @typedef {{ buffer: string, dtype: DType, shape: number[] | ((sizes: Sizes) => number[]) }} Port
 * @typedef {{ buffer: string, dtype: DType, shape: number[] }} SizedPort
 * @typedef {Record<string, SizedPort>} SizedPorts
 * @typedef {{ code: string, access: string, groups: [number, number] | ((sizes: Sizes) => number), sizes?: string[], numbers?: number[] }} Kernel
 *   WGSL, which kernels may share; one letter a binding, `w` read and written, `r` only read, `u` sizes in their order, or the numbers
 *   of this kernel; workgroups in x and y, or threads by sizes
 * @typedef {{ work?: number, sizes?: Record<string, Size>, inputs: Record<string, Port>, outputs: Record<string, Port>, calls: [kernel: string, ...buffers: string[]][] }} Entry
 *   `work` is how many float operations a call takes
 * @typedef {{ file: string, bytes: number, block: number, sha256: string[], buffers: number[] }} Weights
 *   the file's length, the hash of each `block` bytes of it, and the sizes of the GPU buffers it goes to
 * @typedef {[at: number, bytes: number, to: number, loops?: [extent: number, step: number][]]} Constant
 *   the position in the weights file, the length, and the address; where the elements of 4 bytes lie in another order, how they are taken: by
 *   nested loops, each with its step in the file
 * @typedef {{
 *   plain: URL, relaxed: URL, hash: string, written: [from: number, to: number], bytes: number, places: Record<string, number>,
 *   states: [to: number, from: number, bytes: number][], constants: Constant[], launches: Record<string, number>,
 * }} Wasm
 *   the modules without and with relaxed SIMD, the first one's hash, the part of their memory that calls write, and its length; the addresses of
 *   inputs and results; what states are at first; how many kernels a call runs
 *
 * @typedef {object} Program
 * @property {string} name
 * @property {Weights} weights
 * @property {number[]} memory bytes of each buffer of the working memory
 * @property {Record<string, number>} limits what it needs beyond WebGPU's default limits
 * @property {Record<string, Place>} buffers
 * @property {Record<string, Kernel>} kernels
 * @property {() => Promise<{ kernels: Record<string, any[]> }>} [groups] the kernels that have another form for graphics cards, and its texts
 * @property {Program['groups']} [subgroups] the same for cards with subgroups, where they differ
 * @property {Record<string, Entry>} entries
 * @property {Wasm} [wasm] missing where the program needs more memory than WebAssembly has
 *
 * @typedef {{ from: 'webgpu', to: 'wasm', reason: string, stateLost: boolean }} Fallback
 * @typedef {object} LoadOptions
 * @property {'auto' | 'webgpu' | 'wasm'} [backend]
 * @property {boolean} [groups] whether kernels are used of which the threads of a workgroup share memory; told by the adapter unless given
 * @property {string | URL | ArrayBuffer | ArrayBufferView} [weights] the weights file if it is not beside the module, or its bytes
 * @property {string | URL | ArrayBuffer | ArrayBufferView} [wasm] the WebAssembly module if it is not beside this one, or its bytes
 * @property {(progress: { loaded: number, total: number }) => void} [onProgress]
 * @property {(fallback: Fallback) => void} [onFallback] told once when the GPU is lost and WebAssembly takes over
 * @property {AbortSignal} [signal]
 * @typedef {{ device: number, pipelines: number, weights: number, total: number }} Timings
 */

/** Any error of this runtime. `code` is stable: test it, not the text. */
export class TinyError extends Error {
  /** @param {string} code @param {string} message @param {unknown} [cause] */
  constructor(code, message, cause) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'TinyError';
    this.code = code;
  }
}

/** What holds the values of a dtype: a bool is 0 or 1; floats that JavaScript has no array for are their bits. */
export const arrays = {
  bool: Uint8Array, int8: Int8Array, uint8: Uint8Array, int16: Int16Array, uint16: Uint16Array, int32: Int32Array, uint32: Uint32Array,
  int64: BigInt64Array, uint64: BigUint64Array, float8_e4m3: Uint8Array, float8_e5m2: Uint8Array,
  float16: /** @type {Uint16ArrayConstructor} */ (/** @type {any} */ (globalThis).Float16Array ?? Uint16Array), bfloat16: Uint16Array, float32: Float32Array,
};

export const kindOf = (/** @type {unknown} */ value) => Object.prototype.toString.call(value).slice(8, -1);
export const textOf = (/** @type {unknown} */ e) => (e instanceof Error ? e.message : String(e));
export const countOf = (/** @type {number[]} */ shape) => shape.reduce((n, d) => n * d, 1);
export const bytesOf = (/** @type {SizedPort} */ { dtype, shape }) => arrays[dtype].BYTES_PER_ELEMENT * countOf(shape);
/** WebGPU moves words of 4 bytes; every place has room for its last one. @param {number} bytes */
export const wholeWords = (bytes) => Math.ceil(bytes / 4) * 4;
/** Bytes of a buffer or of the part of one that an array sees. @param {ArrayBuffer | ArrayBufferView} source */
export const viewOf = (source) => (ArrayBuffer.isView(source) ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength) : new Uint8Array(source));
/** Ports with their shapes as numbers. @param {Record<string, Port>} ports @param {Sizes} sizes @returns {SizedPorts} */
export const portsAt = (ports, sizes) => Object.fromEntries(Object.entries(ports).map(([name, port]) =>
  [name, { ...port, shape: typeof port.shape === 'function' ? port.shape(sizes) : port.shape }]));

/**
 * Kernels from their table. A kernel's code is the text of its name unless the table has another one's.
 * @param {Record<string, any[]>} table @param {Record<string, any>} texts @returns {Record<string, Kernel>}
 */
export const kernelsOf = (table, texts) => Object.fromEntries(Object.entries(table).map(([label, [access, groups, numbers, text = label]]) => [label, {
  code: texts[text], access, groups: Number.isInteger(groups) ? [groups, 1] : groups, [typeof numbers?.[0] === 'string' ? 'sizes' : 'numbers']: numbers || undefined,
}]));

/**
 * A program from its bundle's tables. Constants lie one after another in the weights file, and in the GPU's weight buffers at multiples of 256 bytes.
 * @param {any} tables @param {Record<string, string>} texts @returns {Program}
 */
export function unpack({ start, constants, buffers, kernels, wasm, entries, ...program }, texts) {
  /** @type {Record<string, Place>} */
  const places = {};
  /** @type {any[]} position and length in the file */
  const lies = [];
  let [at, weights, offset] = [start, 0, 0];
  for (const [name, bytes, isUnbound] of constants) {
    lies.push([at, bytes]);
    if (!isUnbound) {
      const room = Math.max(Math.ceil(bytes / 256), 1) * 256;
      if (offset + room > program.weights.buffers[weights]) [weights, offset] = [weights + 1, 0];
      places[name] = { offset, bytes, weights, at };
      offset += room;
    }
    at += bytes;
  }
  const names = [...constants, ...buffers].map(([name]) => name);
  for (const [name, bytes, offset, memory, initial] of buffers) places[name] = { offset, bytes, memory, initial: names[initial] };
  const labels = Object.keys(kernels);
  let to = wasm?.written[1];
  return {
    ...program,
    buffers: places,
    kernels: kernelsOf(kernels, texts),
    entries: Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, {
      ...entry, calls: entry.calls.map(([kernel, ...operands]) => [labels[kernel], ...operands.map((i) => names[i])]),
    }])),
    wasm: wasm && {
      ...wasm,
      constants: wasm.constants.map((constant) => {
        const [i, loops] = [constant].flat();
        const place = to;
        to += Math.ceil(lies[i][1] / 64) * 64;
        return [...lies[i], place, loops];
      }),
    },
  };
}
