// The runtime of a Tiny bundle: loads a compiled program and runs it on WebGPU or as WebAssembly. No dependencies, no build step.
// SPDX-License-Identifier: MIT-0

import { TinyError, arrays, countOf, kindOf, portsAt, unpack, wholeWords } from './tiny-common.js';
import { chosen, faster, remember } from './tiny-choice.js';
import { WasmBackend } from './tiny-wasm.js';
import { WebGpuBackend, openAdapter, openDevice, suited } from './tiny-webgpu.js';

export { TinyError, arrays, unpack };

/** @typedef {import('./tiny-common.js').Program} Program */
/** @typedef {import('./tiny-common.js').Entry} Entry */
/** @typedef {import('./tiny-common.js').Sizes} Sizes */
/** @typedef {import('./tiny-common.js').SizedPort} SizedPort */
/** @typedef {import('./tiny-common.js').TypedArray} TypedArray */
/** @typedef {import('./tiny-common.js').LoadOptions} LoadOptions */
/** @typedef {WebGpuBackend | WasmBackend} Backend */

/**
 * Compiles a program and loads its weights.
 * @param {Program} program
 * @param {URL} weightsUrl where the weights are unless an option says otherwise
 * @param {LoadOptions} [options]
 */
export async function loadProgram(program, weightsUrl, options = {}) {
  const { backend = 'auto', signal } = options;
  if (!['auto', 'webgpu', 'wasm'].includes(backend)) throw new TinyError('backend', `unknown backend '${backend}'; use 'auto', 'webgpu' or 'wasm'.`);
  signal?.throwIfAborted();
  const loading = { ...options, weights: options.weights ?? weightsUrl, start: performance.now() };
  const made = backend === 'wasm' ? await openWasm(program, loading)
    : backend === 'webgpu' || !program.wasm ? await openWebGpu(program, loading, await openAdapter())
      : await openBest(program, loading);
  const hasState = Object.values(program.buffers).some((place) => place.initial !== undefined);
  // What a lost GPU held is gone: a program with state goes on without it only where someone is told.
  const mayFallBack = backend === 'auto' && program.wasm && made instanceof WebGpuBackend && (!hasState || options.onFallback);
  return new Model(program, made, mayFallBack ? () => openWasm(program, { ...loading, onProgress: undefined, signal: undefined, start: performance.now() }) : undefined,
    (reason) => {
      if (options.onFallback) options.onFallback({ from: 'webgpu', to: 'wasm', reason, stateLost: hasState });
      else console.warn(`${program.name}: the GPU was lost (${reason}); WebAssembly takes over.`);
    });
}

/** @typedef {LoadOptions & { weights: NonNullable<LoadOptions['weights']>, start: number }} Loading */

/**
 * WebAssembly where there is no GPU or one in software only, else what a first try found faster.
 * @param {Program} program @param {Loading} loading @returns {Promise<Backend>}
 */
async function openBest(program, loading) {
  const wasm = new WasmBackend(program, noTimes());
  wasm.begin(loading.wasm, loading.signal); // while the adapter is looked for
  /** @type {GPUAdapter | undefined} */
  let adapter;
  try {
    adapter = await openAdapter();
  } catch {
    return openWasm(program, loading, wasm);
  }
  const choice = chosen(program, adapter);
  if (choice === 'wasm') {
    try {
      return await openWasm(program, loading, wasm);
    } catch (e) {
      if (!(e instanceof TinyError) || e.code !== 'wasm') throw e;
      return openWebGpu(program, loading, adapter); // a policy may forbid WebAssembly
    }
  }
  let gpu;
  try {
    gpu = await openWebGpu(program, loading, adapter);
  } catch (e) {
    if (!(e instanceof TinyError) || !['no-adapter', 'limits', 'gpu'].includes(e.code)) throw e;
    return openWasm(program, loading, wasm);
  }
  if (choice === 'webgpu') return gpu;
  try {
    await wasm.compile(loading.wasm, loading.signal);
    const best = await faster(program, gpu, wasm);
    remember(program, adapter, best);
    if (best === 'webgpu') return gpu;
    await wasm.upload(loading.weights, loading.signal ?? new AbortController().signal);
    wasm.reset();
    wasm.stats.ms.total = performance.now() - loading.start;
    gpu.dispose();
    return wasm;
  } catch (e) {
    if (!loading.signal?.aborted && e instanceof TinyError && e.code === 'wasm') return gpu;
    gpu.dispose();
    throw e;
  }
}

const noTimes = () => ({ device: 0, pipelines: 0, weights: 0, total: 0 });

/** @param {Program} program @param {Loading} loading @param {GPUAdapter} adapter */
async function openWebGpu(program, loading, adapter) {
  const ms = noTimes();
  const [own, device] = await Promise.all([suited(program, adapter, loading.groups), openDevice(program, adapter)]);
  ms.device = performance.now() - loading.start;
  const backend = new WebGpuBackend(own, device, ms);
  return prepared(backend, loading, async () => {
    await backend.allocate();
    return () => backend.compile();
  });
}

/** @param {Program} program @param {Loading} loading */
async function openWasm(program, loading, backend = new WasmBackend(program, noTimes())) {
  return prepared(backend, loading, async (signal) => () => backend.compile(loading.wasm, signal));
}

/**
 * Compiles and fills a backend; it is disposed of where that fails.
 * @template {Backend} T @param {T} backend @param {Loading} loading @param {(signal: AbortSignal) => Promise<() => Promise<void>>} begin
 *   makes memory, gives what runs beside the download
 */
async function prepared(backend, { weights, onProgress, signal, start }, begin) {
  const { ms } = backend.stats;
  const stop = new AbortController(); // ends the download when compiling fails
  const onAbort = () => stop.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort);
  try {
    signal?.throwIfAborted();
    const compile = await begin(stop.signal);
    const took = () => performance.now() - start - ms.device;
    ms.pipelines = took();
    await Promise.all([
      compile().then(() => { ms.pipelines = took(); }),
      backend.upload(weights, stop.signal, onProgress).then(() => { ms.weights = took(); }),
    ]);
    signal?.throwIfAborted();
    backend.reset();
    ms.total = performance.now() - start;
    return backend;
  } catch (e) {
    stop.abort();
    backend.dispose();
    throw signal?.aborted ? signal.reason : e;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

/** A loaded program. Its entry points are methods of the same names. */
export class Model {
  /**
   * @param {Program} program @param {Backend} backend
   * @param {(() => Promise<Backend>) | undefined} another makes what takes over from a lost GPU, where something does
   * @param {(reason: string) => void} tell
   */
  constructor(program, backend, another, tell) {
    this._program = program;
    this._backend = backend;
    this._another = another;
    this._tell = tell;
    this._disposed = false;
    /** @type {Promise<Backend> | undefined} */
    this._next = undefined;
    for (const entry of Object.keys(program.entries)) {
      Object.defineProperty(this, entry, { enumerable: true, value: (/** @type {any} */ inputs) => this._run(entry, inputs) });
    }
  }

  /** The GPU device that the model runs on: make input `GPUBuffer`s here. WebAssembly has none. @returns {GPUDevice | undefined} */
  get device() {
    return /** @type {any} */ (this._backend).device;
  }

  get stats() {
    return this._backend.stats;
  }

  /** @param {string} name @param {Record<string, TypedArray | GPUBuffer | number>} inputs @returns {Promise<Record<string, TypedArray>>} */
  async _run(name, inputs) {
    this._alive(name);
    const entry = this._program.entries[name];
    const sizes = sizesOf(name, entry, inputs);
    const given = portsAt(entry.inputs, sizes);
    const results = portsAt(entry.outputs, sizes);
    checkInputs(name, entry, given, inputs);
    const backend = this._backend;
    // A call that a lost GPU leaves undone is made again.
    const kept = this._another && Object.fromEntries(Object.keys(given).map((port) => [port, ArrayBuffer.isView(inputs[port]) ? /** @type {any} */ (inputs[port]).slice() : inputs[port]]));
    try {
      if (lostBy(backend) === undefined) return await backend.run(name, sizes, given, results, inputs);
    } catch (e) {
      this._alive(name);
      if (lostBy(backend) === undefined) throw e;
    }
    const next = await this._takeOver(backend);
    this._alive(name);
    return next.run(name, sizes, given, results, kept ?? inputs);
  }

  /** What runs the program once a GPU is lost. @param {Backend} lost @returns {Promise<Backend>} */
  async _takeOver(lost) {
    if (!this._another) throw new TinyError('device-lost', `the GPU was lost (${lostBy(lost)}): load the model again.`);
    this._next ??= this._another().then((next) => {
      this._backend = next;
      if (this._disposed) next.dispose();
      else this._tell(lostBy(lost) ?? '');
      return next;
    });
    return this._next;
  }

  /** @param {string} what */
  _alive(what) {
    if (this._disposed) throw new TinyError('disposed', `${what}() after dispose(): load the model again.`);
  }

  /** Brings the model back to where it was after loading: clears its working memory, and state has its first values again. */
  reset() {
    this._alive('reset');
    if (lostBy(this._backend) === undefined) this._backend.reset();
    else if (!this._another) throw new TinyError('device-lost', `the GPU was lost (${lostBy(this._backend)}): load the model again.`);
  }

  /** Frees memory. Calls still under way fail; a second `dispose` does nothing. */
  dispose() {
    if (this._disposed) return;
    this._disposed = true;
    this._backend.dispose();
  }
}

/** Why the backend's GPU was lost. @param {Backend} backend @returns {string | undefined} */
const lostBy = (backend) => /** @type {any} */ (backend).lost;

/**
 * The sizes of a call: given by name among the inputs, or told by the length of an array.
 * @param {string} name @param {Entry} entry @param {Record<string, unknown>} inputs @returns {Sizes}
 */
function sizesOf(name, entry, inputs) {
  /** @type {Sizes} */
  const sizes = {};
  for (const [size, { min, max, from, per }] of Object.entries(entry.sizes ?? {})) {
    const array = from === undefined ? undefined : inputs?.[from];
    let value = inputs?.[size];
    let what = `size '${size}' of ${name}()`;
    if (value === undefined && from !== undefined && per !== undefined && ArrayBuffer.isView(array)) {
      const { length } = /** @type {TypedArray} */ (array);
      value = length / per;
      what += `, ${length} / ${per} by the length of '${from}'`;
    }
    if (!Number.isInteger(value) || /** @type {number} */ (value) < min || /** @type {number} */ (value) > max) {
      throw new TinyError('input-size', `${what}: a whole number from ${min} to ${max} expected, got ${value === undefined ? 'nothing' : value}.`);
    }
    sizes[size] = /** @type {number} */ (value);
  }
  return sizes;
}

/** @param {string} name @param {Entry} entry @param {Record<string, SizedPort>} ports @param {Record<string, unknown>} inputs */
function checkInputs(name, entry, ports, inputs) {
  const given = inputs === null || typeof inputs !== 'object' ? {} : inputs;
  for (const port of Object.keys(given)) {
    if (!Object.hasOwn(entry.inputs, port) && !Object.hasOwn(entry.sizes ?? {}, port)) {
      throw new TinyError('input-unknown', `${name}() has no input '${port}'; it has: ${Object.keys(entry.inputs).join(', ') || 'none'}.`);
    }
  }
  for (const [port, { dtype, shape }] of Object.entries(ports)) {
    const array = arrays[dtype].name;
    const count = countOf(shape);
    const wants = `input '${port}' of ${name}(): ${array} of ${count} values (shape [${shape.join(', ')}]) expected`;
    const value = given[port];
    if (value === undefined) throw new TinyError('input-missing', `${wants}, got nothing.`);
    const kind = kindOf(value);
    if (kind === 'GPUBuffer') {
      const { size } = /** @type {GPUBuffer} */ (value);
      const bytes = arrays[dtype].BYTES_PER_ELEMENT * count;
      const short = bytes > size ? '' : size < wholeWords(bytes) ? ', which has no whole last word' : null;
      if (short !== null) throw new TinyError('input-length', `${wants}, got a GPUBuffer of ${size} bytes${short}.`);
    } else if (kind !== array) {
      throw new TinyError('input-dtype', `${wants}, got ${kind}.`);
    } else if (/** @type {TypedArray} */ (value).length !== count) {
      throw new TinyError('input-length', `${wants}, got ${/** @type {TypedArray} */ (value).length} values.`);
    }
  }
}
