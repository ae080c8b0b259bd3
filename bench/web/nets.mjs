// The nets that are compared, without a framework: layers, weights and inputs from a fixed generator, and what they give, in plain JavaScript with sums of float64.
// Images are NCHW, weights of convolutions OIHW, of dense layers [in, out]; normalisation is folded into weights already.

/** Numbers from -scale to scale. */
export function numbers(count, seed, scale) {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32 * 2 - 1) * scale;
  });
}

const count = (shape) => shape.reduce((n, d) => n * d, 1);
const dense = (inputs, outputs, more = {}) => ({ op: 'dense', shape: [inputs, outputs], ...more });
const matmul = (n) => ({ input: [n, n], layers: [dense(n, n, { bias: false })], work: 2 * n ** 3 });

function mobileNetV2(size = 224) {
  const layers = [];
  let channels = 3;
  let work = 0;
  const conv = (outputs, kernel, stride, groups, act) => {
    size = Math.ceil(size / stride);
    layers.push({ op: 'conv', shape: [outputs, channels / groups, kernel, kernel], stride, pad: kernel >> 1, groups, act });
    work += 2 * size * size * outputs * (channels / groups) * kernel * kernel;
    channels = outputs;
  };
  conv(32, 3, 2, 1, 'relu6');
  for (const [expand, outputs, repeats, first] of [[1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 3, 2], [6, 64, 4, 2], [6, 96, 3, 1], [6, 160, 3, 2], [6, 320, 1, 1]]) {
    for (let i = 0; i < repeats; i++) {
      const stride = i ? 1 : first;
      const residual = stride === 1 && channels === outputs;
      if (residual) layers.push({ op: 'keep' });
      if (expand > 1) conv(channels * expand, 1, 1, 1, 'relu6');
      conv(channels, 3, stride, channels, 'relu6');
      conv(outputs, 1, 1, 1);
      if (residual) layers.push({ op: 'addKept' });
    }
  }
  conv(1280, 1, 1, 1, 'relu6');
  layers.push({ op: 'mean' }, dense(1280, 1000));
  return { input: [1, 3, 224, 224], layers, work: work + 2 * 1280 * 1000 };
}

function resBlock() {
  const conv = (act) => ({ op: 'conv', shape: [64, 64, 3, 3], stride: 1, pad: 1, groups: 1, act });
  return { input: [1, 64, 56, 56], layers: [{ op: 'keep' }, conv('relu'), conv(), { op: 'addKept' }, { op: 'relu' }], work: 4 * 64 * 64 * 9 * 56 * 56 };
}

/** By name. `work` is how many float operations a run takes, where arithmetic is what it takes. */
export const nets = Object.fromEntries(Object.entries({
  mm512: matmul(512),
  mm1024: matmul(1024),
  resblock: resBlock(),
  mobilenetv2: mobileNetV2(),
  gemv: { input: [1, 2048], layers: [dense(2048, 8192, { bias: false })], work: 2 * 2048 * 8192 },
  // One pass over memory for a compiler that fuses.
  ewchain: { input: [1024, 1024], layers: Array.from({ length: 16 }, (_, i) => ({ op: 'mulAdd', factor: 0.9 + i * 0.01, addend: 0.1 })) },
  // Launches, and next to no arithmetic.
  deepmlp: { input: [1, 64], layers: Array.from({ length: 64 }, () => dense(64, 64, { act: 'relu' })) },
  floor: { input: [1, 256], layers: [{ op: 'mulAdd', factor: 0.9, addend: 0.1 }] },
}).map(([name, net]) => [name, { name, ...net }]));

export const inputOf = (net) => numbers(count(net.input), 7, 1);

/** Weight and bias (null for none) of each layer that has any, in their order. */
export function weightsOf(net) {
  return net.layers.filter((layer) => layer.shape).map((layer, i) => {
    const inputs = layer.op === 'conv' ? count(layer.shape.slice(1)) : layer.shape[0];
    const outputs = layer.op === 'conv' ? layer.shape[0] : layer.shape[1];
    return {
      weight: numbers(count(layer.shape), 1000 + i, Math.sqrt(6 / inputs)),
      bias: layer.bias === false ? null : numbers(outputs, 2000 + i, 0.05),
    };
  });
}

const activations = { relu: (v) => Math.max(v, 0), relu6: (v) => Math.min(Math.max(v, 0), 6) };

function convolution(x, [, , height, width], layer, { weight, bias }) {
  const { shape: [outputs, inputs, kernel], stride, pad, groups } = layer;
  const [rows, columns] = [height, width].map((n) => Math.floor((n + 2 * pad - kernel) / stride) + 1);
  const y = new Float32Array(outputs * rows * columns);
  for (let o = 0; o < outputs; o++) {
    const first = Math.floor(o / (outputs / groups)) * inputs;
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        let sum = bias?.[o] ?? 0;
        for (let c = 0; c < inputs; c++) {
          for (let p = 0; p < kernel; p++) {
            const row = i * stride + p - pad;
            if (row < 0 || row >= height) continue;
            for (let q = 0; q < kernel; q++) {
              const column = j * stride + q - pad;
              if (column >= 0 && column < width) sum += x[((first + c) * height + row) * width + column] * weight[((o * inputs + c) * kernel + p) * kernel + q];
            }
          }
        }
        y[(o * rows + i) * columns + j] = sum;
      }
    }
  }
  return [y, [1, outputs, rows, columns]];
}

function product(x, [rows], { shape: [inputs, outputs] }, { weight, bias }) {
  const y = new Float32Array(rows * outputs);
  for (let m = 0; m < rows; m++) {
    const row = new Float64Array(outputs);
    if (bias) row.set(bias);
    for (let k = 0; k < inputs; k++) for (let n = 0; n < outputs; n++) row[n] += x[m * inputs + k] * weight[k * outputs + n];
    y.set(row, m * outputs);
  }
  return [y, [rows, outputs]];
}

/** What a net gives for its input. */
export function expectedOf(net) {
  const weights = weightsOf(net);
  let [x, shape, kept] = [inputOf(net), net.input];
  for (const layer of net.layers) {
    if (layer.op === 'conv') [x, shape] = convolution(x, shape, layer, weights.shift());
    else if (layer.op === 'dense') [x, shape] = product(x, shape, layer, weights.shift());
    else if (layer.op === 'keep') kept = x;
    else if (layer.op === 'addKept') x = x.map((v, i) => v + kept[i]);
    else if (layer.op === 'relu') x = x.map(activations.relu);
    else if (layer.op === 'mulAdd') x = x.map((v) => v * layer.factor + layer.addend);
    else if (layer.op === 'mean') {
      const [, channels, height, width] = shape;
      const size = height * width;
      x = Float32Array.from({ length: channels }, (_, c) => x.subarray(c * size, (c + 1) * size).reduce((a, b) => a + b, 0) / size);
      shape = [1, channels];
    }
    if (layer.act) x = x.map(activations[layer.act]);
  }
  return { values: x, shape };
}
