// small, compiled by Tiny 0.1.0; weights SHA-256 b002c283603d4e4a05408b6625bba58145df0e81b5e74cb6384f1e3fe403cd34
// SPDX-License-Identifier: MIT-0

/** What forward() takes. */
export interface ForwardInputs {
  /** float32, shape [1, 1, 8, 8], 64 values */
  image: Float32Array | GPUBuffer;
}

/** What forward() gives. */
export interface ForwardOutputs {
  /** float32, shape [1, 3], 3 values */
  output: Float32Array;
}

/** Any error of the runtime. Test `code`; the text is for people. */
export declare class TinyError extends Error {
  readonly code:
    | 'backend' | 'no-webgpu' | 'no-adapter' | 'limits' | 'gpu' | 'device-lost' | 'wasm' | 'disposed'
    | 'weights-fetch' | 'weights-length' | 'weights-altered'
    | 'input-missing' | 'input-unknown' | 'input-dtype' | 'input-length' | 'input-size';
}

export interface LoadOptions {
  /**
   * 'auto', the default: WebAssembly where there is no GPU or only one in software, else what a try of at most 100 ms finds faster, which
   * localStorage keeps if there is one. WebAssembly needs `'wasm-unsafe-eval'` in a content-security-policy's script-src; where that is missing 'auto' stays on WebGPU.
   */
  backend?: 'auto' | 'webgpu' | 'wasm';
  /** Whether kernels are used of which the threads of a workgroup share memory. On graphics cards they are unless this is given. */
  groups?: boolean;
  /** The weights file if it is not beside the module, or its bytes. */
  weights?: string | URL | ArrayBuffer | ArrayBufferView;
  /** The WebAssembly module if it is not beside this one, or its bytes. */
  wasm?: string | URL | ArrayBuffer | ArrayBufferView;
  /**
   * Told once when the GPU of a model loaded with 'auto' was lost and WebAssembly takes over. What state had become on the GPU is gone
   * (`stateLost`): a model with state only goes on where this is given, else its calls fail with 'device-lost'.
   */
  onFallback?: (fallback: { from: 'webgpu'; to: 'wasm'; reason: string; stateLost: boolean }) => void;
  /** Told as the weights arrive, in bytes. */
  onProgress?: (progress: { loaded: number; total: number }) => void;
  /** Gives up loading. */
  signal?: AbortSignal;
}

export interface Stats {
  readonly backend: 'webgpu' | 'wasm';
  /** On WebGPU. */
  readonly adapter?: { vendor: string; architecture: string; device: string; description: string };
  /** Launches of one call, by entry point. */
  readonly dispatches: Record<string, number>;
  /** Launches made so far. */
  readonly dispatched: number;
  /** Length of the weights file. */
  readonly weightBytes: number;
  readonly memoryBytes: number;
  /** How long loading took, in milliseconds; pipelines and weights load at the same time. */
  readonly ms: { device: number; pipelines: number; weights: number; total: number };
}

export interface Port {
  readonly dtype: 'bool' | 'int8' | 'uint8' | 'int16' | 'uint16' | 'int32' | 'uint32' | 'int64' | 'uint64'
    | 'float8_e4m3' | 'float8_e5m2' | 'float16' | 'bfloat16' | 'float32';
  /** The extents, or what they are for given sizes. */
  readonly shape: readonly number[] | ((sizes: Readonly<Record<string, number>>) => readonly number[]);
}

/** A number that shapes depend on. */
export interface Size {
  readonly min: number;
  readonly max: number;
}

/** The compiled program as plain data: the part of it that a page may want to look at. */
export declare const program: {
  readonly name: string;
  readonly entries: Readonly<Record<string, { sizes?: Readonly<Record<string, Size>>; inputs: Readonly<Record<string, Port>>; outputs: Readonly<Record<string, Port>> }>>;
};

/** Compiles the program and loads its weights. */
export declare function load(options?: LoadOptions): Promise<Model>;
export default load;

/** The loaded model. A `GPUBuffer` given as an input must be of the model's device, with the usage COPY_SRC; WebAssembly takes none. */
export interface Model {
  /** 3 launches. Calls may overlap; they run in the order in which they were made. */
  forward(inputs: ForwardInputs): Promise<ForwardOutputs>;
  /** The GPU device that the model runs on; WebAssembly has none. */
  readonly device: GPUDevice | undefined;
  readonly stats: Stats;
  /** Brings the model back to where it was after loading. */
  reset(): void;
  /** Frees memory. Calls still under way fail. */
  dispose(): void;
}
