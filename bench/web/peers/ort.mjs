// ONNX Runtime Web, all optimisations. @param {object} net @param {'webgpu' | 'wasm'} backend
export async function create(net, backend) {
  const ort = await import(`/ort/ort.${backend}.bundle.min.mjs`);
  ort.env.wasm.wasmPaths = '/ort/';
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create(`/models/${net.name}.onnx`, { executionProviders: [backend], graphOptimizationLevel: 'all' });
  return async (x) => (await session.run({ x: new ort.Tensor('float32', x, net.input) })).y.data;
}
