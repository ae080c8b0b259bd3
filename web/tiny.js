// The runtime of a Tiny bundle: loads a compiled program and runs it on WebGPU. No dependencies, no build step.
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
 * @typedef {{ code: string, entry: string, access: string, groups: [number, number] | ((sizes: Sizes) => number), sizes?: string[] }} Kernel
 *   WGSL and its entry point; one letter a binding, `w` read and written, `r` only read, `u` sizes in their order; workgroups in x and y, or
 *   threads by sizes
 * @typedef {{ sizes?: Record<string, Size>, inputs: Record<string, Port>, outputs: Record<string, Port>, calls: [kernel: string, ...buffers: string[]][] }} Entry
 * @typedef {{ file: string, bytes: number, block: number, sha256: string[], buffers: number[] }} Weights
 *   the file's length, the hash of each `block` bytes of it, and the sizes of the GPU buffers it goes to
 *
 * @typedef {object} Program
 * @property {string} name
 * @property {Weights} weights
 * @property {number[]} memory bytes of each buffer of the working memory
 * @property {Record<string, number>} limits what it needs beyond WebGPU's default limits
 * @property {Record<string, Place>} buffers
 * @property {Record<string, Kernel>} kernels
 * @property {Record<string, Entry>} entries
 *
 * @typedef {object} LoadOptions
 * @property {'auto' | 'webgpu' | 'wasm'} [backend]
 * @property {string | URL | ArrayBuffer | ArrayBufferView} [weights] the weights file if it is not beside the module, or its bytes
 * @property {(progress: { loaded: number, total: number }) => void} [onProgress]
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
const kindOf = (/** @type {unknown} */ value) => Object.prototype.toString.call(value).slice(8, -1);
const textOf = (/** @type {unknown} */ e) => (e instanceof Error ? e.message : String(e));
const countOf = (/** @type {number[]} */ shape) => shape.reduce((n, d) => n * d, 1);
/** WebGPU moves words of 4 bytes; every place has room for its last one. @param {number} bytes */
const wholeWords = (bytes) => Math.ceil(bytes / 4) * 4;
const threadsPerGroup = 64;
const mostGroups = 65535; // of one dimension, by WebGPU's limits: beyond, rows of that many
const sizesPlace = 256; // bytes between the sizes of two launches, by WebGPU's alignment
/** @param {number} threads @returns {[number, number]} */
function groupsFor(threads) {
  const groups = Math.ceil(threads / threadsPerGroup);
  return groups <= mostGroups ? [groups, 1] : [mostGroups, Math.ceil(groups / mostGroups)];
}
/** Ports with their shapes as numbers. @param {Record<string, Port>} ports @param {Sizes} sizes @returns {Record<string, SizedPort>} */
const portsAt = (ports, sizes) => Object.fromEntries(Object.entries(ports).map(([name, port]) =>
  [name, { ...port, shape: typeof port.shape === 'function' ? port.shape(sizes) : port.shape }]));
const bytesOf = (/** @type {SizedPort} */ { dtype, shape }) => arrays[dtype].BYTES_PER_ELEMENT * countOf(shape);

/**
 * Compiles a program and puts its weights on the GPU.
 * @param {Program} program
 * @param {URL} weightsUrl where the weights are unless an option says otherwise
 * @param {LoadOptions} [options]
 */
export async function loadProgram(program, weightsUrl, options = {}) {
  const { backend = 'auto', signal } = options;
  if (backend === 'wasm') throw new TinyError('backend', "backend 'wasm': WebAssembly comes with a later version; use 'webgpu' or 'auto'.");
  if (backend !== 'auto' && backend !== 'webgpu') throw new TinyError('backend', `unknown backend '${backend}'; use 'webgpu' or 'auto'.`);
  signal?.throwIfAborted();

  const start = performance.now();
  const device = await openDevice(program);
  const ms = { device: performance.now() - start, pipelines: 0, weights: 0, total: 0 };
  const stop = new AbortController(); // ends the download when compiling fails
  const onAbort = () => stop.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort);
  try {
    signal?.throwIfAborted();
    const model = new Model(program, device, ms);
    await model._allocate();
    await Promise.all([
      model._compile().then(() => { ms.pipelines = performance.now() - start - ms.device; }),
      model._upload(options.weights ?? weightsUrl, stop.signal, options.onProgress)
        .then(() => { ms.weights = performance.now() - start - ms.device; }),
    ]);
    signal?.throwIfAborted();
    model.reset();
    ms.total = performance.now() - start;
    return model;
  } catch (e) {
    stop.abort();
    device.destroy();
    throw signal?.aborted ? signal.reason : e;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

/** @param {Program} program */
async function openDevice(program) {
  if (!globalThis.navigator?.gpu) {
    throw new TinyError('no-webgpu', globalThis.isSecureContext === false
      ? 'WebGPU is not available because this page is not secure. Serve it over https, or from localhost.'
      : 'WebGPU is not available in this browser. Use a current Chrome, Edge, Safari or Firefox, and see that WebGPU is turned on.');
  }
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) {
    throw new TinyError('no-adapter', 'WebGPU found no GPU. Update the graphics driver, or turn on hardware acceleration in the browser.');
  }
  for (const [name, needed] of Object.entries(program.limits)) {
    const has = /** @type {any} */ (adapter.limits)[name];
    if (has < needed) throw new TinyError('limits', `${program.name} needs ${name} = ${needed}, this GPU offers ${has}.`);
  }
  try {
    return await adapter.requestDevice({ label: program.name, requiredLimits: program.limits });
  } catch (e) {
    throw new TinyError('no-adapter', `WebGPU gave no device: ${textOf(e)}`, e);
  }
}

/**
 * Runs `work`, then throws if WebGPU reported an error from the calls that it made before its first `await`.
 * @template T @param {GPUDevice} device @param {string} what @param {() => T} work @returns {Promise<Awaited<T>>}
 */
async function checked(device, what, work) {
  device.pushErrorScope('out-of-memory');
  device.pushErrorScope('validation');
  const result = new Promise((resolve) => resolve(work())); // runs now; whatever it throws waits until the scopes are closed
  result.catch(() => {});
  for (const error of await Promise.all([device.popErrorScope(), device.popErrorScope()])) {
    if (error) throw new TinyError('gpu', `${what}: ${error.message || 'the GPU is out of memory'}`, error);
  }
  return result;
}

/** A loaded program. Its entry points are methods of the same names. */
export class Model {
  /** @param {Program} program @param {GPUDevice} device @param {Timings} ms */
  constructor(program, device, ms) {
    this._program = program;
    /** The device that the model runs on: make input `GPUBuffer`s here. */
    this.device = device;
    /** @type {'' | 'disposed' | 'lost'} */
    this._ended = '';
    this._endedWhy = '';
    /** @type {Map<string, { pipeline: GPUComputePipeline, group: GPUBindGroup, groups: Kernel['groups'], sizes: string[] }[]>} */
    this._steps = new Map();
    /** @type {Map<string, GPUBuffer[]>} */
    this._staging = new Map();
    /** @type {Map<string, GPUBuffer>} the sizes of each launch of an entry point that has any */
    this._sizes = new Map();
    const { vendor = '', architecture = '', device: name = '', description = '' } = device.adapterInfo ?? {}; // older browsers lack it
    this.stats = {
      backend: 'webgpu',
      adapter: { vendor, architecture, device: name, description },
      /** launches of one call, by entry point */
      dispatches: Object.fromEntries(Object.entries(program.entries).map(([entry, { calls }]) => [entry, calls.length])),
      /** launches made so far */
      dispatched: 0,
      weightBytes: program.weights.bytes,
      memoryBytes: program.memory.reduce((sum, bytes) => sum + bytes, 0),
      ms,
    };
    for (const entry of Object.keys(program.entries)) {
      Object.defineProperty(this, entry, { enumerable: true, value: (/** @type {any} */ inputs) => this._run(entry, inputs) });
    }
    device.lost.then(({ message }) => {
      this._endedWhy = message;
      this._ended ||= 'lost';
    });
  }

  /** Makes the GPU buffers. */
  async _allocate() {
    const { device, _program: program } = this;
    await checked(device, 'allocating memory', () => {
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
      this._memory = program.memory.map((size, i) => device.createBuffer({ label: `memory ${i}`, size: Math.max(size, 4), usage }));
      for (const [entry, { sizes, calls }] of Object.entries(program.entries)) {
        if (!sizes) continue;
        this._sizes.set(entry, device.createBuffer(
          { label: `${entry} sizes`, size: sizesPlace * Math.max(1, calls.length), usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST }));
      }
      this._weights = program.weights.buffers.map((size, i) => device.createBuffer({ label: `weights ${i}`, size, usage }));
    });
  }

  /** Compiles every kernel and binds every launch; kernels of the same access share a layout. */
  async _compile() {
    const { device, _program: program } = this;
    /** @type {Map<string, GPUBindGroupLayout>} */
    const layouts = new Map();
    const layoutOf = (/** @type {string} */ access) => {
      let layout = layouts.get(access);
      if (!layout) {
        layouts.set(access, layout = device.createBindGroupLayout({
          label: access,
          entries: [...access].map((mode, binding) => (
            { binding, visibility: GPUShaderStage.COMPUTE, buffer: { type: mode === 'w' ? 'storage' : mode === 'u' ? 'uniform' : 'read-only-storage' } })),
        }));
      }
      return layout;
    };
    /** @type {Record<string, GPUComputePipeline>} */
    const pipelines = {};
    await Promise.all(Object.entries(program.kernels).map(async ([label, { code, entry, access }]) => {
      /** @type {GPUShaderModule | undefined} */
      let module;
      try {
        pipelines[label] = await checked(device, 'compiling', () => {
          module = device.createShaderModule({ label, code });
          const layout = device.createPipelineLayout({ bindGroupLayouts: [layoutOf(access)] });
          return device.createComputePipelineAsync({ label, layout, compute: { module, entryPoint: entry } });
        });
      } catch (e) {
        const info = await module?.getCompilationInfo().catch(() => null);
        const lines = info?.messages.filter((m) => m.type === 'error').map((m) => `line ${m.lineNum}: ${m.message}`);
        throw new TinyError('gpu', `kernel ${label} does not compile: ${lines?.length ? lines.join('; ') : textOf(e)}`, e);
      }
    }));
    await checked(device, 'binding buffers', () => {
      for (const [name, { calls }] of Object.entries(program.entries)) {
        this._steps.set(name, calls.map(([label, ...buffers], call) => {
          const { access, groups, sizes = [] } = program.kernels[label];
          const entries = buffers.map((b, binding) => ({ binding, resource: this._binding(b) }));
          const buffer = this._sizes.get(name);
          if (buffer && sizes.length) entries.push({ binding: entries.length, resource: { buffer, offset: sizesPlace * call, size: 4 * sizes.length } });
          return { pipeline: pipelines[label], group: device.createBindGroup({ label, layout: layoutOf(access), entries }), groups, sizes };
        }));
      }
    });
  }

  /** The GPU buffer that a place lies in. @param {Place} place @returns {GPUBuffer} */
  _home(place) {
    return /** @type {GPUBuffer} */ (place.weights === undefined ? this._memory?.[place.memory ?? 0] : this._weights?.[place.weights]);
  }

  /** @param {string} name */
  _binding(name) {
    const place = this._program.buffers[name];
    return { buffer: this._home(place), offset: place.offset, size: wholeWords(place.bytes) || 8 }; // a pair of words at least, for 64-bit elements
  }

  /**
   * Reads the weights file block by block; a block goes to the GPU once its hash is right, so no more than one is held.
   * @param {string | URL | ArrayBuffer | ArrayBufferView} source @param {AbortSignal} signal @param {LoadOptions['onProgress']} onProgress
   */
  async _upload(source, signal, onProgress) {
    const { file, bytes: total, block: blockBytes, sha256 } = this._program.weights;
    const tensors = Object.values(this._program.buffers).filter((p) => p.at !== undefined);
    let loaded = 0;
    let filled = 0;
    // Words of a tensor may begin in the block before, whose last one is kept in front, and end behind their tensor.
    const space = new Uint8Array(4 + wholeWords(Math.min(blockBytes, total)) + 4);
    let block = space.subarray(4, 4 + Math.min(blockBytes, total));
    onProgress?.({ loaded, total });
    for await (const part of partsOf(source, file, signal)) {
      for (let used = 0; used < part.length;) {
        const take = Math.min(part.length - used, block.length - filled);
        if (take === 0) throw wrongLength(file, loaded + part.length - used, total);
        block.set(part.subarray(used, used + take), filled);
        filled += take;
        used += take;
        loaded += take;
        if (filled < block.length) continue;
        const begin = loaded - filled;
        const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', block));
        if (Array.from(hash, (b) => b.toString(16).padStart(2, '0')).join('') !== sha256[Math.floor(begin / blockBytes)]) {
          throw new TinyError('weights-altered', `${file} is not the file that this program was built with: `
            + `bytes ${begin} to ${loaded} have another SHA-256. Copy the whole bundle again.`);
        }
        signal.throwIfAborted();
        for (const place of tensors) {
          const at = /** @type {number} */ (place.at);
          const from = Math.floor(Math.max(begin - at, 0) / 4) * 4;
          const to = at + place.bytes <= loaded ? wholeWords(place.bytes) : Math.floor(Math.max(loaded - at, 0) / 4) * 4;
          if (at + place.bytes <= begin || from >= to) continue;
          this.device.queue.writeBuffer(this._home(place), place.offset + from, space, 4 + at + from - begin, to - from);
        }
        space.copyWithin(0, block.length, 4 + block.length);
        block = block.subarray(0, Math.min(blockBytes, total - loaded));
        filled = 0;
      }
      onProgress?.({ loaded, total });
    }
    if (loaded < total) throw wrongLength(file, loaded, total);
  }

  /** @param {string} name @param {Record<string, TypedArray | GPUBuffer | number>} inputs @returns {Promise<Record<string, TypedArray>>} */
  async _run(name, inputs) {
    this._alive(name);
    const entry = this._program.entries[name];
    const sizes = sizesOf(name, entry, inputs);
    const given = portsAt(entry.inputs, sizes);
    const results = portsAt(entry.outputs, sizes);
    checkInputs(name, entry, given, inputs);
    const { device } = this;
    const staging = this._staging.get(name)?.pop() ?? device.createBuffer({
      label: `${name} results`,
      size: Math.max(4, Object.values(entry.outputs).reduce((sum, { buffer }) => sum + wholeWords(this._program.buffers[buffer].bytes), 0)),
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    try {
      // All of this up to `submit` runs without a break, so calls that overlap keep their order on the queue.
      await checked(device, `${name}()`, () => {
        const encoder = device.createCommandEncoder({ label: name });
        const values = new Int32Array((this._sizes.get(name)?.size ?? 0) / 4);
        if (values.length) {
          this._steps.get(name)?.forEach((step, call) => values.set(step.sizes.map((size) => sizes[size]), call * sizesPlace / 4));
          device.queue.writeBuffer(/** @type {GPUBuffer} */ (this._sizes.get(name)), 0, values);
        }
        for (const [port, shaped] of Object.entries(given)) {
          const place = this._program.buffers[shaped.buffer];
          const value = inputs[port];
          if (kindOf(value) === 'GPUBuffer') {
            encoder.copyBufferToBuffer(/** @type {GPUBuffer} */ (value), 0, this._home(place), place.offset, wholeWords(bytesOf(shaped)));
          } else {
            this._write(place, /** @type {TypedArray} */ (value));
          }
        }
        const pass = encoder.beginComputePass({ label: name });
        let last;
        for (const { pipeline, group, groups } of this._steps.get(name) ?? []) {
          if (pipeline !== last) pass.setPipeline(last = pipeline);
          pass.setBindGroup(0, group);
          pass.dispatchWorkgroups(...(typeof groups === 'function' ? groupsFor(groups(sizes)) : groups));
          this.stats.dispatched++;
        }
        pass.end();
        let at = 0;
        for (const port of Object.values(results)) {
          const place = this._program.buffers[port.buffer];
          encoder.copyBufferToBuffer(this._home(place), place.offset, staging, at, wholeWords(bytesOf(port)));
          at += wholeWords(bytesOf(port));
        }
        device.queue.submit([encoder.finish()]);
        return staging.mapAsync(GPUMapMode.READ);
      });
    } catch (e) {
      staging.destroy();
      await Promise.race([device.lost, new Promise((resume) => setTimeout(resume))]); // the news of a lost device may come a moment later
      this._alive(name);
      throw e instanceof TinyError ? e : new TinyError('gpu', `${name}(): ${textOf(e)}`, e);
    }
    const bytes = staging.getMappedRange();
    let at = 0;
    const arrayOf = (/** @type {SizedPort} */ port) => {
      const from = at;
      at += wholeWords(bytesOf(port));
      return new arrays[port.dtype](bytes.slice(from, from + bytesOf(port)));
    };
    const values = Object.fromEntries(Object.entries(results).map(([name, port]) => [name, arrayOf(port)]));
    staging.unmap();
    this._staging.set(name, [...this._staging.get(name) ?? [], staging]);
    return values;
  }

  /** Writes an array to its place, the rest of its last word as zeros. @param {Place} place @param {TypedArray} value */
  _write(place, { buffer, byteOffset, byteLength }) {
    const { queue } = this.device;
    const whole = byteLength - byteLength % 4;
    queue.writeBuffer(this._home(place), place.offset, /** @type {ArrayBuffer} */ (buffer), byteOffset, whole);
    if (whole === byteLength) return;
    const last = new Uint8Array(4);
    last.set(new Uint8Array(buffer, byteOffset + whole, byteLength - whole));
    queue.writeBuffer(this._home(place), place.offset + whole, last);
  }

  /** @param {string} what */
  _alive(what) {
    if (this._ended === 'disposed') throw new TinyError('disposed', `${what}() after dispose(): load the model again.`);
    if (this._ended === 'lost') throw new TinyError('device-lost', `the GPU was lost (${this._endedWhy}): load the model again.`);
  }

  /** Brings the model back to where it was after loading: clears its working memory, and state has its first values again. */
  reset() {
    this._alive('reset');
    const encoder = this.device.createCommandEncoder({ label: 'reset' });
    for (const memory of this._memory ?? []) encoder.clearBuffer(memory);
    for (const place of Object.values(this._program.buffers)) {
      if (place.initial === undefined) continue;
      const from = this._program.buffers[place.initial];
      encoder.copyBufferToBuffer(this._home(from), from.offset, this._home(place), place.offset, wholeWords(place.bytes));
    }
    this.device.queue.submit([encoder.finish()]);
  }

  /** Frees the GPU. Calls still under way fail; a second `dispose` does nothing. */
  dispose() {
    if (this._ended) return;
    this._ended = 'disposed';
    this.device.destroy();
  }
}

/** @param {string} file @param {number} got @param {number} total */
function wrongLength(file, got, total) {
  const [has, is] = got < total ? ['only', 'truncated'] : ['at least', 'another one'];
  return new TinyError('weights-length',
    `${file} has ${has} ${got} bytes, the program was built with ${total}: the file is ${is}. Copy the whole bundle again.`);
}

/**
 * The bytes of a weights file as they arrive.
 * @param {string | URL | ArrayBuffer | ArrayBufferView} source @param {string} file @param {AbortSignal} signal
 * @returns {AsyncGenerator<Uint8Array>}
 */
async function* partsOf(source, file, signal) {
  if (typeof source !== 'string' && !(source instanceof URL)) {
    yield ArrayBuffer.isView(source) ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength) : new Uint8Array(source);
    return;
  }
  try {
    const response = await fetch(source, { signal });
    if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`);
    const reader = response.body.getReader();
    for (let part; !(part = await reader.read()).done;) yield part.value;
  } catch (e) {
    if (signal.aborted) throw e;
    throw new TinyError('weights-fetch', `cannot read ${file} from ${source}: ${textOf(e)}`, e);
  }
}

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
