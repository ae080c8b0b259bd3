// TensorFlow.js on WebGPU, with its fused operations; images are transposed to its order and back.
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-webgpu';
import { weightsOf } from '../nets.mjs';

export async function create(net) {
  await tf.setBackend('webgpu');
  await tf.ready();
  const shapes = net.layers.filter((layer) => layer.shape);
  const weights = weightsOf(net).map(({ weight, bias }, i) => {
    const { op, shape, groups } = shapes[i];
    const filter = tf.tensor(weight, shape);
    return { filter: op === 'conv' ? tf.transpose(filter, groups > 1 ? [2, 3, 0, 1] : [2, 3, 1, 0]) : filter, bias: bias && tf.tensor1d(bias) };
  });
  const image = net.input.length === 4;
  const forward = (x) => {
    let [at, kept] = [0, x];
    for (const layer of net.layers) {
      const activation = layer.act ?? 'linear';
      if (layer.op === 'conv') {
        const { filter, bias } = weights[at++];
        const { pad } = layer;
        const options = { x, filter, bias, activation, strides: layer.stride, pad: pad ? [[0, 0], [pad, pad], [pad, pad], [0, 0]] : 0, dataFormat: 'NHWC', dilations: [1, 1] };
        x = layer.groups > 1 ? tf.fused.depthwiseConv2d(options) : tf.fused.conv2d(options);
      } else if (layer.op === 'dense') {
        const { filter, bias } = weights[at++];
        x = bias ? tf.fused.matMul({ a: x, b: filter, bias, activation }) : tf.matMul(x, filter);
      } else if (layer.op === 'keep') kept = x;
      else if (layer.op === 'addKept') x = tf.add(x, kept);
      else if (layer.op === 'relu') x = tf.relu(x);
      else if (layer.op === 'mean') x = tf.mean(x, [1, 2]);
      else x = tf.add(tf.mul(x, layer.factor), layer.addend);
    }
    return x;
  };
  return async (values) => {
    const y = tf.tidy(() => {
      const x = tf.tensor(values, net.input);
      const result = forward(image ? tf.transpose(x, [0, 2, 3, 1]) : x);
      return result.rank === 4 ? tf.transpose(result, [0, 3, 1, 2]) : result;
    });
    const result = await y.data();
    y.dispose();
    return result;
  };
}
