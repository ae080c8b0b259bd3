// jax-js on WebGPU, the whole net in one jit.
import { defaultDevice, init, jit, lax, nn, numpy as np } from '@jax-js/jax';
import { weightsOf } from '../nets.mjs';

export async function create(net) {
  await init('webgpu');
  defaultDevice('webgpu');
  const shapes = net.layers.filter((layer) => layer.shape);
  const arrays = weightsOf(net).flatMap(({ weight, bias }, i) => {
    const { op, shape } = shapes[i];
    return [np.array(weight, { shape }), ...bias ? [np.array(bias, { shape: op === 'conv' ? [1, shape[0], 1, 1] : [shape[1]] })] : []];
  });
  const forward = jit((x, ...w) => {
    let [at, kept] = [0, null];
    for (const layer of net.layers) {
      if (layer.op === 'conv') {
        x = lax.convGeneralDilated(x, w[at++], [layer.stride, layer.stride], [[layer.pad, layer.pad], [layer.pad, layer.pad]], { featureGroupCount: layer.groups });
      } else if (layer.op === 'dense') x = np.matmul(x, w[at++]);
      else if (layer.op === 'keep') kept = x.ref;
      else if (layer.op === 'addKept') x = x.add(kept);
      else if (layer.op === 'relu') x = nn.relu(x);
      else if (layer.op === 'mean') x = np.mean(x, [2, 3]);
      else x = x.mul(layer.factor).add(layer.addend);
      if (layer.shape && layer.bias !== false) x = x.add(w[at++]);
      if (layer.act) x = nn[layer.act](x);
    }
    return x;
  });
  return async (values) => forward(np.array(values, { shape: net.input }), ...arrays.map((a) => a.ref)).data();
}
