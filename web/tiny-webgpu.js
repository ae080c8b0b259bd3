// Runs a Tiny program on WebGPU.
// SPDX-License-Identifier: MIT-0

import { isCard } from './tiny-choice.js';
import { TinyError, arrays, bytesOf, kernelsOf, kindOf, textOf, wholeWords } from './tiny-common.js';
import { readWeights } from './tiny-weights.js';

/** @typedef {import('./tiny-common.js').Program} Program */
/** @typedef {import('./tiny-common.js').Place} Place */
/** @typedef {import('./tiny-common.js').Kernel} Kernel */
/** @typedef {import('./tiny-common.js').Timings} Timings */
/** @typedef {import('./tiny-common.js').TypedArray} TypedArray */
/** @typedef {import('./tiny-common.js').SizedPort} SizedPort */
/** @typedef {import('./tiny-common.js').LoadOptions} LoadOptions */

const threadsPerGroup = 64;
const mostGroups = 65535; // of one dimension, by WebGPU's limits: beyond, rows of that many
const sizesPlace = 256; // bytes between the sizes of two launches, by WebGPU's alignment
/** @param {number} threads @returns {[number, number]} */
function groupsFor(threads) {
  const groups = Math.ceil(threads / threadsPerGroup);
  return groups <= mostGroups ? [groups, 1] : [mostGroups, Math.ceil(groups / mostGroups)];
}

/** The browser's GPU, or why there is none. */
export async function openAdapter() {
  if (!globalThis.navigator?.gpu) {
    throw new TinyError('no-webgpu', globalThis.isSecureContext === false
      ? 'WebGPU is not available because this page is not secure. Serve it over https, or from localhost.'
      : 'WebGPU is not available in this browser. Use a current Chrome, Edge, Safari or Firefox, and see that WebGPU is turned on.');
  }
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) {
    throw new TinyError('no-adapter', 'WebGPU found no GPU. Update the graphics driver, or turn on hardware acceleration in the browser.');
  }
  return adapter;
}

/** Whether the program has kernels for the adapter's subgroups. @param {Program} program @param {GPUAdapter} adapter */
const hasSubgroups = (program, adapter) => program.subgroups && adapter.features.has(/** @type {any} */ ('subgroups'));

/**
 * The program with the kernels that suit an adapter; those that every device runs, where the file of others cannot be had.
 * @param {Program} program @param {GPUAdapter} adapter @param {boolean} [groups] @returns {Promise<Program>}
 */
export async function suited(program, adapter, groups = isCard(adapter)) {
  const others = groups && await (hasSubgroups(program, adapter) ? program.subgroups : program.groups)?.().catch(() => undefined);
  return others ? { ...program, kernels: { ...program.kernels, ...kernelsOf(others.kernels, others) } } : program;
}

/** @param {Program} program @param {GPUAdapter} adapter */
export async function openDevice(program, adapter) {
  for (const [name, needed] of Object.entries(program.limits)) {
    const has = /** @type {any} */ (adapter.limits)[name];
    if (has < needed) throw new TinyError('limits', `${program.name} needs ${name} = ${needed}, this GPU offers ${has}.`);
  }
  try {
    const requiredFeatures = /** @type {any} */ (hasSubgroups(program, adapter) ? ['subgroups'] : []);
    return await adapter.requestDevice({ label: program.name, requiredLimits: program.limits, requiredFeatures });
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

/** Bytes of numbers that a launch may be given without a buffer, where the browser has that. @param {GPUDevice} device @returns {number} */
const immediateBytes = (device) => (navigator.gpu.wgslLanguageFeatures?.has('immediate_address_space') && 'setImmediates' in GPUComputePassEncoder.prototype
  ? /** @type {any} */ (device.limits).maxImmediateSize : 0);

/** A program on a GPU. */
export class WebGpuBackend {
  /** @param {Program} program @param {GPUDevice} device @param {Timings} ms */
  constructor(program, device, ms) {
    this._program = program;
    this.device = device;
    /** Why the device was lost. @type {string | undefined} */
    this.lost = undefined;
    /** @type {Map<string, { pipeline: GPUComputePipeline, group: GPUBindGroup, groups: Kernel['groups'], sizes: string[], numbers?: number[], isDirect: boolean }[]>} */
    this._steps = new Map();
    this._immediates = 0;
    /** @type {Map<string, GPUBuffer[]>} */
    this._staging = new Map();
    /** @type {Map<string, GPUBuffer>} the sizes of each launch of an entry point that has any */
    this._sizes = new Map();
    /** @type {Map<string, number>} where the numbers of a kernel lie in their buffer */
    this._numbers = new Map();
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
    device.lost.then(({ message }) => { this.lost ??= message; });
  }

  /** Whether a kernel is given its numbers or sizes with each launch, else by a buffer. @param {Kernel} kernel */
  _isDirect({ numbers, sizes }) {
    const { length = 0 } = numbers ?? sizes ?? [];
    return length > 0 && 4 * length <= this._immediates;
  }

  /** Makes the GPU buffers. */
  async allocate() {
    const { device, _program: program } = this;
    this._immediates = immediateBytes(device);
    await checked(device, 'allocating memory', () => {
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
      this._memory = program.memory.map((size, i) => device.createBuffer({ label: `memory ${i}`, size: Math.max(size, 4), usage }));
      for (const [entry, { sizes, calls }] of Object.entries(program.entries)) {
        if (!sizes || calls.every(([label]) => this._isDirect(program.kernels[label]))) continue;
        this._sizes.set(entry, device.createBuffer(
          { label: `${entry} sizes`, size: sizesPlace * Math.max(1, calls.length), usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST }));
      }
      // Kernels that share their code are told apart by numbers, which never change.
      const numbered = Object.entries(program.kernels).filter(([, kernel]) => kernel.numbers && !this._isDirect(kernel));
      if (numbered.length) {
        const values = new Int32Array(numbered.length * sizesPlace / 4);
        numbered.forEach(([label, { numbers = [] }], i) => {
          values.set(numbers, i * sizesPlace / 4);
          this._numbers.set(label, i * sizesPlace);
        });
        this._numberBuffer = device.createBuffer({ label: 'numbers', size: values.byteLength, usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST });
        device.queue.writeBuffer(this._numberBuffer, 0, values);
      }
      this._weights = program.weights.buffers.map((size, i) => device.createBuffer({ label: `weights ${i}`, size, usage }));
    });
  }

  /** Compiles every kernel and binds every launch; kernels of the same access share a layout. */
  async compile() {
    const { device, _program: program } = this;
    /** @type {Map<string, GPUBindGroupLayout>} */
    const layouts = new Map();
    const layoutOf = (/** @type {Kernel} */ kernel) => {
      const access = this._isDirect(kernel) ? kernel.access.replace('u', '') : kernel.access;
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
    /** @type {Record<string, GPUComputePipeline>} by their code: what several kernels share is compiled once */
    const pipelines = {};
    const compiled = new Map(Object.entries(program.kernels).map(([label, kernel]) => [kernel.code, { label, ...kernel }]));
    await Promise.all([...compiled.values()].map(async ({ label, ...kernel }) => {
      const { code } = kernel;
      const isDirect = this._isDirect(kernel);
      /** @type {GPUShaderModule | undefined} */
      let module;
      try {
        pipelines[code] = await checked(device, 'compiling', () => {
          module = device.createShaderModule({ label, code: isDirect ? code.replace(/@group.*<uniform>/, 'var<immediate>') : code });
          const immediateSize = isDirect ? 4 * (kernel.numbers ?? kernel.sizes ?? []).length : 0;
          const layout = device.createPipelineLayout(/** @type {any} */ ({ bindGroupLayouts: [layoutOf(kernel)], immediateSize }));
          return device.createComputePipelineAsync({ label, layout, compute: { module } });
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
          const kernel = program.kernels[label];
          const { code, groups, sizes = [], numbers } = kernel;
          const isDirect = this._isDirect(kernel);
          const entries = buffers.map((b, binding) => ({ binding, resource: this._binding(b) }));
          const buffer = this._sizes.get(name);
          if (buffer && sizes.length && !isDirect) entries.push({ binding: entries.length, resource: { buffer, offset: sizesPlace * call, size: 4 * sizes.length } });
          if (numbers && this._numberBuffer && !isDirect) {
            entries.push({ binding: entries.length, resource: { buffer: this._numberBuffer, offset: /** @type {number} */ (this._numbers.get(label)), size: 4 * numbers.length } });
          }
          return { pipeline: pipelines[code], group: device.createBindGroup({ label, layout: layoutOf(kernel), entries }), groups, sizes, numbers, isDirect };
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

  /** @param {NonNullable<LoadOptions['weights']>} source @param {AbortSignal} signal @param {LoadOptions['onProgress']} [onProgress] */
  async upload(source, signal, onProgress) {
    const tensors = Object.values(this._program.buffers).filter((p) => p.at !== undefined);
    await readWeights(this._program, source, signal, onProgress, (begin, end, space) => {
      for (const place of tensors) {
        const at = /** @type {number} */ (place.at);
        const from = Math.floor(Math.max(begin - at, 0) / 4) * 4;
        const to = at + place.bytes <= end ? wholeWords(place.bytes) : Math.floor(Math.max(end - at, 0) / 4) * 4;
        if (at + place.bytes <= begin || from >= to) continue;
        this.device.queue.writeBuffer(this._home(place), place.offset + from, space, 4 + at + from - begin, to - from);
      }
    });
  }

  /**
   * @param {string} name @param {import('./tiny-common.js').Sizes} sizes @param {import('./tiny-common.js').SizedPorts} given
   * @param {import('./tiny-common.js').SizedPorts} results @param {Record<string, any>} inputs
   */
  async run(name, sizes, given, results, inputs) {
    const entry = this._program.entries[name];
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
        for (const { pipeline, group, groups, isDirect, numbers, sizes: given } of this._steps.get(name) ?? []) {
          if (pipeline !== last) pass.setPipeline(last = pipeline);
          pass.setBindGroup(0, group);
          if (isDirect) /** @type {any} */ (pass).setImmediates(0, Int32Array.from(numbers ?? given.map((size) => sizes[size])));
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

  /** Back to where it was after loading: clears the working memory, and state has its first values again. */
  reset() {
    const encoder = this.device.createCommandEncoder({ label: 'reset' });
    for (const memory of this._memory ?? []) encoder.clearBuffer(memory);
    for (const place of Object.values(this._program.buffers)) {
      if (place.initial === undefined) continue;
      const from = this._program.buffers[place.initial];
      encoder.copyBufferToBuffer(this._home(from), from.offset, this._home(place), place.offset, wholeWords(place.bytes));
    }
    this.device.queue.submit([encoder.finish()]);
  }

  dispose() {
    this.device.destroy();
  }
}
