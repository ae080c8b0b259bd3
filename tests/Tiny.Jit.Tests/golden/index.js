// small, compiled by Tiny 0.1.0; weights SHA-256 d8d07be228f8b818469a3dfcb34732da16ad463e69b086e2adc5a35efdaa0bee
// SPDX-License-Identifier: MIT-0

import { loadProgram, TinyError } from './tiny.js';
import * as wgsl from './small.wgsl.js';

export { TinyError };

/** The compiled program: plain data. */
export const program = {
  name: 'small',
  weights: {
    file: 'small.safetensors',
    bytes: 2284,
    block: 8388608,
    sha256: ['d8d07be228f8b818469a3dfcb34732da16ad463e69b086e2adc5a35efdaa0bee'],
    buffers: [2560],
  },
  memory: [1536],
  limits: {},
  wasm: {
    plain: new URL('./small.wasm', import.meta.url),
    relaxed: new URL('./small.relaxed.wasm', import.meta.url),
    hash: '7b8fcaa468c58bb8',
    written: [65536, 66880],
    bytes: 134464,
    places: { image: 65536, output: 65792 },
    states: [],
    constants: [
      [400, 144, 66880], // 'conv.weight'
      [384, 16, 67072], // 'conv.bias'
      [556, 1728, 67136], // 'fc.weight'
      [544, 12, 68864], // 'fc.bias'
    ],
    launches: { forward: 3 },
  },
  buffers: {
    image: { offset: 1024, bytes: 256 }, // float32 [1, 1, 8, 8]
    output: { offset: 1280, bytes: 12 }, // float32 [1, 3]
    conv_conv2d_relu_out: { offset: 0, bytes: 576 }, // float32 [1, 4, 6, 6]
    'conv.weight': { offset: 256, bytes: 144, weights: 0, at: 400 }, // float32 [4, 1, 3, 3]
    'conv.bias': { offset: 0, bytes: 16, weights: 0, at: 384 }, // float32 [4]
    fc_linear_out: { offset: 768, bytes: 12 }, // float32 [1, 3]
    'fc.weight': { offset: 768, bytes: 1728, weights: 0, at: 556 }, // float32 [3, 144]
    'fc.bias': { offset: 512, bytes: 12, weights: 0, at: 544 }, // float32 [3]
  },
  kernels: {
    conv_conv2d_relu: { code: wgsl.conv_conv2d_relu, entry: 'conv_conv2d_relu', access: 'wwrr', groups: [3, 1] },
    fc_linear: { code: wgsl.fc_linear, entry: 'fc_linear', access: 'wwrr', groups: [1, 1] },
    softmax: { code: wgsl.softmax, entry: 'softmax', access: 'ww', groups: [1, 1] },
  },
  entries: {
    forward: {
      work: 3769,
      inputs: {
        image: { buffer: 'image', dtype: 'float32', shape: [1, 1, 8, 8] },
      },
      outputs: {
        output: { buffer: 'output', dtype: 'float32', shape: [1, 3] },
      },
      calls: [
        ['conv_conv2d_relu', 'conv_conv2d_relu_out', 'image', 'conv.weight', 'conv.bias'],
        ['fc_linear', 'fc_linear_out', 'conv_conv2d_relu_out', 'fc.weight', 'fc.bias'],
        ['softmax', 'output', 'fc_linear_out'],
      ],
    },
  },
};

/** Compiles the program and loads its weights, from beside this file unless `options.weights` says otherwise. */
export const load = (options) => loadProgram(program, new URL('./small.safetensors', import.meta.url), options);
export default load;
