// small, compiled by Tiny 0.1.0; weights SHA-256 b002c283603d4e4a05408b6625bba58145df0e81b5e74cb6384f1e3fe403cd34
// SPDX-License-Identifier: MIT-0

import { loadProgram, unpack, TinyError } from './tiny.js';
import * as wgsl from './small.wgsl.js';

export { TinyError };

export const program = unpack({
name: 'small',
weights: {
file: 'small.safetensors',
bytes: 2284,
block: 8388608,
sha256: ['b002c283603d4e4a05408b6625bba58145df0e81b5e74cb6384f1e3fe403cd34'],
buffers: [2560],
},
memory: [1536],
limits: {},
start: 384,
constants: [
['conv.bias', 16],
['conv.weight', 144],
['fc.bias', 12],
['fc.weight', 1728],
],
buffers: [
['image', 256, 1024],
['output', 12, 1280],
['conv_conv2d_relu_out', 576, 0],
['fc_linear_out', 12, 768],
],
wasm: {
plain: new URL('./small.wasm', import.meta.url),
relaxed: new URL('./small.relaxed.wasm', import.meta.url),
hash: '01e29e00ac99df4d',
written: [65536, 66880],
bytes: 134464,
places: { image: 65536, output: 65792 },
states: [],
constants: [
1,
0,
3,
2,
],
launches: { forward: 3 },
},
kernels: {
conv_conv2d_relu: ['wwrr', 3],
fc_linear: ['wwrr', 1],
softmax: ['ww', 1],
},
entries: {
forward: {
work: 3769,
inputs: { image: { buffer: 'image', dtype: 'float32', shape: [1, 1, 8, 8] } },
outputs: { output: { buffer: 'output', dtype: 'float32', shape: [1, 3] } },
calls: [[0, 6, 4, 1, 0], [1, 7, 6, 3, 2], [2, 5, 7]],
},
},
}, wgsl);

export const load = (options) => loadProgram(program, new URL('./small.safetensors', import.meta.url), options);
export default load;
