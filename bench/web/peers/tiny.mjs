// A bundle of ours. @param {object} net @param {'webgpu' | 'wasm' | 'auto'} backend
export async function create(net, backend) {
  const { load } = await import(`/bundles/${net.name}/webgpu/index.js`);
  const model = await load({ backend });
  const run = async (x) => Object.values(await model.forward({ x }))[0];
  return Object.assign(run, { launches: model.stats.dispatches.forward });
}
