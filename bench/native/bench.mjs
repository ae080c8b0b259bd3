// Compares exported C, and the same kernels live, with ONNX Runtime on one thread, in one run, on the same inputs; the outputs are compared too.
//   npm ci --ignore-scripts && node bench.mjs [WORD...]      nets whose names contain one of the words; all without any
// Figures are written to artifacts/bench-native/results.json too. CC is the compiler (cc), CFLAGS its flags (-O2). ORT runs with all its optimisations. Packing of weights is done before the clock starts by both.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ort from 'onnxruntime-node';
import { models, nets, numbers } from './nets.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const words = process.argv.slice(2);
const generated = join(here, '../../artifacts/bench-native');
const folder = mkdtempSync(join(tmpdir(), 'tiny-bench-'));
const program = join(folder, 'program');
const source = join(folder, 'export/c');
const median = (times) => times.sort((a, b) => a - b)[times.length >> 1];
const command = [join(here, '../../Tiny.Cli/bin/Release/net10.0/Tiny.Cli.dll')];
execFileSync('dotnet', ['build', join(here, '../../Tiny.Cli'), '-c', 'Release', '-v', 'q', '-clp:NoSummary'], { stdio: 'ignore' });

async function peer(file, feeds, threads = 1) {
  const session = await ort.InferenceSession.create(file, { intraOpNumThreads: threads, interOpNumThreads: 1, graphOptimizationLevel: 'all' });
  let result;
  for (const start = performance.now(); performance.now() - start < 300;) result = await session.run(feeds);
  const times = [];
  for (const start = performance.now(); times.length < 15 || (times.length < 400 && performance.now() - start < 2000);) {
    const at = performance.now();
    result = await session.run(feeds);
    times.push(performance.now() - at);
  }
  await session.release();
  return { time: median(times), values: result.y.data };
}

/** Milliseconds of a call, and its result, of the program that was compiled last. */
function timed(inputs, length, threads = 1) {
  const result = join(folder, 'result');
  const time = Number(execFileSync(program, [join(source, 'net.weights'), result, String(threads), ...inputs]));
  const bytes = readFileSync(result);
  return { time, values: new Float32Array(bytes.buffer, bytes.byteOffset, length) };
}

function ours(file, inputs, length) {
  execFileSync('dotnet', [...command, 'export', file, '--target', 'c', '--name', 'net', '--out', dirname(source)], { stdio: ['ignore', 'ignore', 'inherit'] });
  const flags = (process.env.CFLAGS ?? '-O2').split(' ').filter(Boolean);
  // Written where kernels are long enough to be shared.
  const pool = join(source, 'net_threads.c');
  const threads = existsSync(pool) ? ['-DTHREADS', pool, '-lpthread'] : [];
  const start = performance.now();
  execFileSync(process.env.CC ?? 'cc', [...flags, `-DN_INPUTS=${inputs.length}`, `-DRESULT=${length}`, `-I${source}`, '-o', program, join(here, 'driver.c'), join(source, 'net.c'), ...threads, '-lm']);
  const compiling = (performance.now() - start) / 1000;
  const size = readFileSync(join(source, 'net.c')).length;
  return { ...timed(inputs, length), compiling, size };
}

/** Times on two threads: with both cores quiet, and with another process busy on one of them. */
async function shared(name, file, feeds, inputs, length) {
  const [ort, one, two] = [(await peer(file, feeds, 2)).time, timed(inputs, length).time, timed(inputs, length, 2).time];
  const busy = spawn('taskset', ['-c', '1', process.execPath, '-e', 'for (;;);'], { stdio: 'ignore' });
  try {
    await new Promise((resolve, reject) => { busy.once('spawn', () => setTimeout(resolve, 500)); busy.once('error', reject); });
    return { name, ort, one, two, beside: timed(inputs, length, 2).time };
  } finally {
    busy.kill('SIGKILL');
  }
}

/** An array in NumPy's format. */
function npy(values, shape) {
  const description = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`;
  const header = description.padEnd(Math.ceil((description.length + 11) / 64) * 64 - 11) + '\n';
  return Buffer.concat([Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length & 255, header.length >> 8]), Buffer.from(header), Buffer.from(values.buffer)]);
}

function live(file, inputs, length) {
  const out = join(folder, 'live');
  const given = inputs.flatMap((x, i) => {
    writeFileSync(join(folder, `x${i}.npy`), npy(x.tensor.data, x.tensor.dims));
    return ['--input', `x${i}=${join(folder, `x${i}.npy`)}`];
  });
  const text = execFileSync('dotnet', [...command, 'run', file, ...given, '--out', out, '--repeat', '200'], { env: { ...process.env, TINY_THREADS: '1' }, encoding: 'utf8' });
  const bytes = readFileSync(join(out, 'y.npy'));
  return { time: Number(/median ([0-9.]+) ms/.exec(text)[1]), values: new Float32Array(bytes.buffer.slice(bytes.byteOffset + bytes.length - 4 * length, bytes.byteOffset + bytes.length)) };
}

const [rows, threads] = [[], []];
console.log('| net | ORT ms | C ms | ORT / C | live ms | C / live | C GFLOP/s | difference | C kB | compiled s |');
console.log('|---|---|---|---|---|---|---|---|---|---|');
try {
  for (const [name, make] of Object.entries(nets)) {
    if (words.length && !words.some((w) => name.toLowerCase().includes(w.toLowerCase()))) continue;
    const net = make();
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'net.onnx');
    writeFileSync(file, net.bytes);
    const inputs = net.inputs.map((shape, i) => {
      const values = numbers(shape.reduce((n, d) => n * d, 1), 7 + i, 1);
      writeFileSync(join(folder, `input${i}`), Buffer.from(values.buffer));
      return { path: join(folder, `input${i}`), tensor: new ort.Tensor('float32', values, shape) };
    });
    const feeds = Object.fromEntries(inputs.map((x, i) => [`x${i}`, x.tensor]));
    const other = await peer(file, feeds);
    const own = ours(file, inputs.map((x) => x.path), other.values.length);
    const alive = live(file, inputs, other.values.length);
    // In turns, as machines are faster in one minute and slower in another.
    const turns = [[other.time, own.time, alive.time]];
    for (let i = 0; i < 2; i++) turns.push([(await peer(file, feeds)).time, timed(inputs.map((x) => x.path), other.values.length).time, live(file, inputs, other.values.length).time]);
    [other.time, own.time, alive.time] = [0, 1, 2].map((k) => median(turns.map((t) => t[k])));
    const largest = other.values.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
    const difference = other.values.reduce((m, v, i) => Math.max(m, Math.abs(v - own.values[i]), Math.abs(v - alive.values[i])), 0) / largest;
    rows.push({ name, ort: other.time, c: own.time, live: alive.time, difference, bytes: own.size, compiling: own.compiling });
    console.log(`| ${name} | ${other.time.toFixed(3)} | ${own.time.toFixed(3)} | ${(other.time / own.time).toFixed(2)} | ${alive.time.toFixed(3)} | ${(own.time / alive.time).toFixed(2)} | ${(net.work / own.time / 1e6).toFixed(0)} | ${difference.toExponential(0)} | ${(own.size / 1000).toFixed(0)} | ${own.compiling.toFixed(1)} |`);
    if (!(difference < 1e-4)) throw new Error(`${name}: the outputs differ`);
    if (models.includes(name) && cpus().length > 1) threads.push(await shared(name, file, feeds, inputs.map((x) => x.path), other.values.length));
  }
  if (threads.length) console.log(['', 'Two threads; and two beside a process that is busy on one of two cores', '', '| net | ORT 2 ms | C 2 ms | ORT 2 / C 2 | C 1 ms | C 1 / C 2 | C 2 beside ms | C 1 / C 2 beside |', '|---|---|---|---|---|---|---|---|',
    ...threads.map(({ name, ort, one, two, beside }) => `| ${name} | ${ort.toFixed(3)} | ${two.toFixed(3)} | ${(ort / two).toFixed(2)} | ${one.toFixed(3)} | ${(one / two).toFixed(2)} | ${beside.toFixed(3)} | ${(one / beside).toFixed(2)} |`)].join('\n'));
  mkdirSync(generated, { recursive: true });
  writeFileSync(join(generated, 'results.json'), JSON.stringify({ rows, threads }, null, 1));
} finally {
  rmSync(folder, { recursive: true });
}
