// In the browser: one net in one runtime. `mark` is the script's, which reads what processor time the browser has used so far.
import { inputOf, nets } from './nets.mjs';

const { net: name, module, backend, runs, budget } = Object.fromEntries(new URLSearchParams(location.search));
try {
  const net = nets[name];
  const run = await (await import(module)).create(net, backend);
  const x = inputOf(net);
  const first = await run(x);
  const firstResult = performance.now();
  const expected = new Float32Array(await (await fetch(`/models/${name}.expected`)).arrayBuffer());
  const largest = expected.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  const error = expected.reduce((m, v, i) => Math.max(m, Math.abs(v - first[i])), 0) / largest;
  for (let i = 0; i < 2; i++) await run(x);
  await window.mark('begin');
  const times = [];
  for (const start = performance.now(); times.length < runs && (times.length < 3 || performance.now() - start < budget);) {
    const begin = performance.now();
    await run(x);
    times.push(performance.now() - begin);
  }
  await window.mark('end');
  times.sort((a, b) => a - b);
  window.result = { firstResult, error, launches: run.launches, runs: times.length, median: times[times.length >> 1], least: times[0] };
} catch (e) {
  window.result = { failed: String(e?.stack ?? e) };
}
