// A bundle as the exporter writes it, but by hand. The weights come in two blocks that part in the middle of a tensor.

import { loadProgram, TinyError } from './tiny.js';
import * as wgsl from './hand.wgsl.js';

export { TinyError };

export const program = {
  name: 'hand',
  weights: {
    file: 'hand.safetensors',
    bytes: 152,
    block: 132,
    sha256: [
      '2b7587ecd060cfeabc3986e58c3d5ab785cb1d1a9ad2b8d4ea859d37dec6c748',
      'ce484db6b2054c43cfee6d5c5e2d3d715b343ce2c853b4f2a5988173b2f6d9cd',
    ],
    buffers: [512],
  },
  memory: [1280],
  limits: {},
  buffers: {
    h: { offset: 0, bytes: 16 },
    x: { offset: 256, bytes: 16 },
    k: { offset: 512, bytes: 16 },
    total: { offset: 768, bytes: 4 },
    counts: { offset: 1024, bytes: 16 },
    w: { offset: 0, bytes: 16, weights: 0, at: 120 },
    b: { offset: 256, bytes: 16, weights: 0, at: 136 },
  },
  kernels: {
    mix: { code: wgsl.mix, entry: 'mix', access: 'wwrr', groups: [1, 1] },
    tally: { code: wgsl.tally, entry: 'tally', access: 'wwww', groups: [1, 1] },
  },
  entries: {
    forward: {
      inputs: {
        x: { buffer: 'x', dtype: 'float32', shape: [2, 2] },
        k: { buffer: 'k', dtype: 'int32', shape: [4] },
      },
      outputs: {
        total: { buffer: 'total', dtype: 'float32', shape: [] },
        counts: { buffer: 'counts', dtype: 'int32', shape: [4] },
      },
      calls: [
        ['mix', 'h', 'x', 'w', 'b'],
        ['tally', 'total', 'counts', 'h', 'k'],
      ],
    },
    scale: {
      inputs: {},
      outputs: { w: { buffer: 'w', dtype: 'float32', shape: [4] } },
      calls: [],
    },
  },
};

export const load = (options) => loadProgram(program, new URL('./hand.safetensors', import.meta.url), options);
export default load;
