// Writes a net as an ONNX model: as much of the format as that takes.
import { weightsOf } from './nets.mjs';

function varint(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push(value % 128 + 128);
  return Buffer.from([...bytes, value]);
}
const key = (field, type) => varint(field * 8 + type);
const whole = (field, value) => Buffer.concat([key(field, 0), varint(value)]);
const part = (field, ...content) => {
  const bytes = Buffer.concat(content.map((c) => (typeof c === 'string' ? Buffer.from(c) : c)));
  return Buffer.concat([key(field, 2), varint(bytes.length), bytes]);
};

const number = (name, value) => part(5, part(1, name), whole(3, value), whole(20, 2));
const list = (name, values) => part(5, part(1, name), ...values.map((v) => whole(8, v)), whole(20, 7));
const node = (op, inputs, output, ...attributes) => part(1, ...inputs.map((i) => part(1, i)), part(2, output), part(4, op), ...attributes);
const tensor = (name, shape, values) => part(5, ...shape.map((d) => whole(1, d)), whole(2, 1), part(8, name), part(9, Buffer.from(values.buffer)));
const port = (field, name, shape) => part(field, part(1, name), part(2, part(1, whole(1, 1), part(2, ...shape.map((d) => part(1, whole(1, d)))))));

/** The bytes of the model: input `x`, output `y`. @param {object} net @param {number[]} output its shape */
export function onnxOf(net, output) {
  const weights = weightsOf(net);
  const nodes = [];
  const tensors = [];
  let [at, kept, layers] = ['x', 'x', 0];
  const add = (op, inputs, ...attributes) => { nodes.push(node(op, inputs, at = `t${nodes.length}`, ...attributes)); };
  const constant = (shape, values) => {
    tensors.push(tensor(`c${tensors.length}`, shape, Float32Array.from(values)));
    return `c${tensors.length - 1}`;
  };
  for (const layer of net.layers) {
    if (layer.shape) {
      const { weight, bias } = weights[layers++];
      const operands = [at, constant(layer.shape, weight), ...bias ? [constant([bias.length], bias)] : []];
      if (layer.op === 'dense') add(bias ? 'Gemm' : 'MatMul', operands);
      else {
        add('Conv', operands, list('strides', [layer.stride, layer.stride]), list('pads', Array(4).fill(layer.pad)), list('kernel_shape', layer.shape.slice(2)), number('group', layer.groups));
      }
    } else if (layer.op === 'keep') kept = at;
    else if (layer.op === 'addKept') add('Add', [at, kept]);
    else if (layer.op === 'relu') add('Relu', [at]);
    else if (layer.op === 'mean') {
      add('GlobalAveragePool', [at]);
      add('Flatten', [at], number('axis', 1));
    } else {
      add('Mul', [at, constant([], [layer.factor])]);
      add('Add', [at, constant([], [layer.addend])]);
    }
    if (layer.act === 'relu') add('Relu', [at]);
    if (layer.act === 'relu6') add('Clip', [at, constant([], [0]), constant([], [6])]);
  }
  nodes.push(node('Identity', [at], 'y'));
  return Buffer.concat([whole(1, 8), part(7, ...nodes, part(2, net.name), ...tensors, port(11, 'x', net.input), port(12, 'y', output)), part(8, part(1, ''), whole(2, 17))]);
}
