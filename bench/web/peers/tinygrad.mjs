// tinygrad's kernels (tinygrad_kernels.py) on WebGPU, all calls in one pass with bind groups made once: what its own export does, with less work around it.
import { weightsOf } from '../nets.mjs';

export async function create(net) {
  const { codes, calls, buffers } = await (await fetch(`/models/${net.name}.tinygrad.json`)).json();
  const adapter = await navigator.gpu.requestAdapter();
  const { maxStorageBufferBindingSize, maxBufferSize, maxComputeInvocationsPerWorkgroup } = adapter.limits;
  const device = await adapter.requestDevice({ requiredLimits: { maxStorageBufferBindingSize, maxBufferSize, maxComputeInvocationsPerWorkgroup } });
  const weights = weightsOf(net).flatMap(({ weight, bias }) => (bias ? [weight, bias] : [weight]));
  const { STORAGE, COPY_SRC, COPY_DST, MAP_READ, UNIFORM } = GPUBufferUsage;
  const memory = buffers.map(([holds, size]) => {
    const buffer = device.createBuffer({ size, usage: STORAGE | COPY_SRC | COPY_DST });
    if (typeof holds === 'number') device.queue.writeBuffer(buffer, 0, weights[holds]);
    return buffer;
  });
  const infinity = device.createBuffer({ size: 4, usage: UNIFORM | COPY_DST });
  device.queue.writeBuffer(infinity, 0, Float32Array.of(Infinity));
  const pipelines = await Promise.all(codes.map((code) => device.createComputePipelineAsync({ layout: 'auto', compute: { module: device.createShaderModule({ code }), entryPoint: 'main' } })));
  const uses = codes.map((code) => code.includes('INFINITY', code.indexOf('fn main')));
  const groups = calls.map(([code, args]) => device.createBindGroup({
    layout: pipelines[code].getBindGroupLayout(0),
    entries: [...uses[code] ? [{ binding: 0, resource: { buffer: infinity } }] : [], ...args.map((b, i) => ({ binding: i + 1, resource: { buffer: memory[b] } }))],
  }));
  const input = memory[buffers.findIndex(([holds]) => holds === 'input')];
  const output = buffers.findIndex(([holds]) => holds === 'output');
  const read = device.createBuffer({ size: buffers[output][1], usage: COPY_DST | MAP_READ });
  return async (x) => {
    device.queue.writeBuffer(input, 0, x);
    const encoder = device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    calls.forEach(([code, , size], i) => {
      pass.setPipeline(pipelines[code]);
      pass.setBindGroup(0, groups[i]);
      pass.dispatchWorkgroups(...size);
    });
    pass.end();
    encoder.copyBufferToBuffer(memory[output], 0, read, 0, buffers[output][1]);
    device.queue.submit([encoder.finish()]);
    await read.mapAsync(GPUMapMode.READ);
    const values = new Float32Array(read.getMappedRange()).slice();
    read.unmap();
    return values;
  };
}
