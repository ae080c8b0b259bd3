// The nets that are compared, as ONNX models: as much of the format as they take. Weights come from a fixed generator; normalisation is folded into convolutions already.
// `work` is how many float operations a run takes.

const varint = (value) => {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push(value % 128 + 128);
  return Buffer.from([...bytes, value]);
};
const whole = (field, value) => Buffer.concat([varint(field * 8), varint(value)]);
const part = (field, ...content) => {
  const bytes = Buffer.concat(content.map((c) => (typeof c === 'string' ? Buffer.from(c) : c)));
  return Buffer.concat([varint(field * 8 + 2), varint(bytes.length), bytes]);
};
const count = (shape) => shape.reduce((n, d) => n * d, 1);

/** Numbers from -scale to scale. */
export function numbers(length, seed, scale) {
  let state = seed >>> 0;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32 * 2 - 1) * scale;
  });
}

class Net {
  nodes = [];
  tensors = [];
  inputs = [];
  work = 0;

  input(shape) {
    this.inputs.push({ name: `x${this.inputs.length}`, shape });
    return this.inputs.at(-1).name;
  }

  op(type, inputs, attributes = {}) {
    const output = `t${this.nodes.length}`;
    const lists = Object.entries(attributes).map(([name, value]) => (Array.isArray(value)
      ? part(5, part(1, name), ...value.map((v) => whole(8, v)), whole(20, 7))
      : part(5, part(1, name), Buffer.concat([varint(3 * 8), negative(value)]), whole(20, 2))));
    this.nodes.push(part(1, ...inputs.map((i) => part(1, i)), part(2, output), part(4, type), ...lists));
    return output;
  }

  tensor(shape, type, bytes) {
    const name = `w${this.tensors.length}`;
    this.tensors.push(part(5, ...shape.map((d) => whole(1, d)), whole(2, type), part(8, name), part(9, bytes)));
    return name;
  }

  weight(shape, scale) {
    return this.tensor(shape, 1, Buffer.from(numbers(count(shape), 1000 + this.tensors.length, scale).buffer));
  }

  scalar(value) {
    return this.tensor([], 1, Buffer.from(Float32Array.of(value).buffer));
  }

  shape(values) {
    return this.tensor([values.length], 7, Buffer.from(BigInt64Array.from(values, BigInt).buffer));
  }

  dense(x, rows, inputs, outputs) {
    this.work += 2 * rows * inputs * outputs;
    return this.op('Add', [this.op('MatMul', [x, this.weight([inputs, outputs], Math.sqrt(3 / inputs))]), this.weight([outputs], 0.01)]);
  }

  /** A convolution with bias over a square image, and what follows it. */
  conv(x, size, inputs, outputs, kernel, { stride = 1, groups = 1, act = 'Relu', batch = 1 } = {}) {
    const pad = kernel >> 1;
    const side = Math.floor((size + 2 * pad - kernel) / stride) + 1;
    const each = inputs / groups * kernel * kernel;
    this.work += 2 * batch * side * side * outputs * each;
    const weights = [this.weight([outputs, inputs / groups, kernel, kernel], Math.sqrt(3 / each)), this.weight([outputs], 0.01)];
    let y = this.op('Conv', [x, ...weights], { kernel_shape: [kernel, kernel], pads: [pad, pad, pad, pad], strides: [stride, stride], group: groups });
    if (act === 'Relu') y = this.op('Relu', [y]);
    if (act === 'Relu6') y = this.op('Clip', [y, this.zero ??= this.scalar(0), this.six ??= this.scalar(6)]);
    return [y, side];
  }

  file(y, shape) {
    const port = (field, { name, shape: dims }) => part(field, part(1, name), part(2, part(1, whole(1, 1), part(2, ...dims.map((d) => part(1, whole(1, d)))))));
    this.nodes.push(part(1, part(1, y), part(2, 'y'), part(4, 'Identity')));
    const graph = part(7, ...this.nodes, part(2, 'net'), ...this.tensors, ...this.inputs.map((i) => port(11, i)), port(12, { name: 'y', shape }));
    return { bytes: Buffer.concat([whole(1, 7), graph, part(8, part(1, ''), whole(2, 13))]), inputs: this.inputs.map((i) => i.shape), work: this.work };
  }
}

// Two's complement of 64 bits.
function negative(value) {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes = [];
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) + 128);
  return Buffer.from([...bytes, Number(rest)]);
}

/** A matrix times another that is a weight, or an input too. */
function matmul(rows, inner, columns, isWeight = true) {
  const net = new Net();
  net.work = 2 * rows * inner * columns;
  const x = net.input([rows, inner]);
  return net.file(net.op('MatMul', [x, isWeight ? net.weight([inner, columns], 0.1) : net.input([inner, columns])]), [rows, columns]);
}

function oneConv(size, inputs, outputs, kernel, options = {}) {
  const net = new Net();
  const batch = options.batch ?? 1;
  const [y, side] = net.conv(net.input([batch, inputs, size, size]), size, inputs, outputs, kernel, { act: '', ...options });
  return net.file(y, [batch, outputs, side, side]);
}

function classifier(net, x, channels) {
  const flat = net.op('Flatten', [net.op('GlobalAveragePool', [x])], { axis: 1 });
  return net.file(net.dense(flat, 1, channels, 1000), [1, 1000]);
}

function resNet18() {
  const net = new Net();
  let [x] = net.conv(net.input([1, 3, 224, 224]), 224, 3, 64, 7, { stride: 2 });
  x = net.op('MaxPool', [x], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [2, 2] });
  let [size, channels] = [56, 64];
  for (const [outputs, first] of [[64, 1], [128, 2], [256, 2], [512, 2]]) {
    for (const stride of [first, 1]) {
      let [y, side] = net.conv(x, size, channels, outputs, 3, { stride });
      [y] = net.conv(y, side, outputs, outputs, 3, { act: '' });
      if (stride !== 1 || channels !== outputs) [x] = net.conv(x, size, channels, outputs, 1, { stride, act: '' });
      x = net.op('Relu', [net.op('Add', [y, x])]);
      [size, channels] = [side, outputs];
    }
  }
  return classifier(net, x, 512);
}

function mobileNetV2() {
  const net = new Net();
  let [x, size] = net.conv(net.input([1, 3, 224, 224]), 224, 3, 32, 3, { stride: 2, act: 'Relu6' });
  let channels = 32;
  for (const [expand, outputs, repeats, first] of [[1, 16, 1, 1], [6, 24, 2, 2], [6, 32, 3, 2], [6, 64, 4, 2], [6, 96, 3, 1], [6, 160, 3, 2], [6, 320, 1, 1]]) {
    for (let i = 0; i < repeats; i++) {
      const stride = i ? 1 : first;
      const hidden = channels * expand;
      let y = x;
      if (expand > 1) [y] = net.conv(y, size, channels, hidden, 1, { act: 'Relu6' });
      const [z, side] = net.conv(y, size, hidden, hidden, 3, { stride, groups: hidden, act: 'Relu6' });
      [y] = net.conv(z, side, hidden, outputs, 1, { act: '' });
      x = stride === 1 && channels === outputs ? net.op('Add', [x, y]) : y;
      [size, channels] = [side, outputs];
    }
  }
  [x] = net.conv(x, size, 320, 1280, 1, { act: 'Relu6' });
  return classifier(net, x, 1280);
}

/** A transformer layer that normalises first: 128 tokens of 768, 12 heads. */
function transformer() {
  const [tokens, width, heads] = [128, 768, 12];
  const net = new Net();
  const last = { axes: [2], keepdims: 1 };
  const norm = (x) => {
    const centred = net.op('Sub', [x, net.op('ReduceMean', [x], last)]);
    const variance = net.op('ReduceMean', [net.op('Mul', [centred, centred])], last);
    const scaled = net.op('Div', [centred, net.op('Sqrt', [net.op('Add', [variance, net.scalar(1e-5)])])]);
    return net.op('Add', [net.op('Mul', [scaled, net.weight([width], 1)]), net.weight([width], 1)]);
  };
  const x = net.input([1, tokens, width]);
  const normed = norm(x);
  const split = () => net.op('Transpose', [net.op('Reshape', [net.dense(normed, tokens, width, width), net.shape([1, tokens, heads, width / heads])])], { perm: [0, 2, 1, 3] });
  const [q, k, v] = [split(), split(), split()];
  const scores = net.op('Mul', [net.op('MatMul', [q, net.op('Transpose', [k], { perm: [0, 1, 3, 2] })]), net.scalar(Math.sqrt(heads / width))]);
  const mixed = net.op('MatMul', [net.op('Softmax', [scores], { axis: -1 }), v]);
  net.work += 4 * tokens * tokens * width;
  const joined = net.op('Reshape', [net.op('Transpose', [mixed], { perm: [0, 2, 1, 3] }), net.shape([1, tokens, width])]);
  const attended = net.op('Add', [x, net.dense(joined, tokens, width, width)]);
  const hidden = net.dense(norm(attended), tokens, width, 4 * width);
  const gelu = net.op('Mul', [net.op('Mul', [hidden, net.scalar(0.5)]), net.op('Add', [net.op('Erf', [net.op('Mul', [hidden, net.scalar(Math.SQRT1_2)])]), net.scalar(1)])]);
  return net.file(net.op('Add', [attended, net.dense(gelu, tokens, 4 * width, width)]), [1, tokens, width]);
}

/** By name: makes the model. */
export const nets = {
  'matmul 512': () => matmul(512, 512, 512),
  'matmul 1024': () => matmul(1024, 1024, 1024),
  'matmul 1024, two inputs': () => matmul(1024, 1024, 1024, false),
  'conv 3x3 64->64 56x56': () => oneConv(56, 64, 64, 3),
  'ResNet-18': resNet18,
  'MobileNetV2': mobileNetV2,
  'transformer layer 128x768': transformer,
  'matmul 300x700x1100': () => matmul(300, 700, 1100),
  'matmul 256x33x256': () => matmul(256, 33, 256),
  'conv 5x5 stride 2 on 53x53': () => oneConv(53, 32, 48, 5, { stride: 2 }),
  'depthwise 7x7': () => oneConv(56, 96, 96, 7, { groups: 96 }),
  'conv 3x3, batch 3': () => oneConv(28, 64, 64, 3, { batch: 3 }),
};

/** Those that are timed on several threads too. */
export const models = ['ResNet-18', 'MobileNetV2', 'transformer layer 128x768'];
