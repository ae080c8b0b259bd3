// Runs both benchmarks and measures exports, and prints what was reached of each goal: about 15 minutes on a quiet machine.
//   node goals.mjs [--keep] [-- ARGUMENTS OF THE BROWSER BENCH]
// With --keep the figures of earlier runs (artifacts/bench-native, artifacts/bench-web) are taken where there are any.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { nets } from './native/nets.mjs';

const here = import.meta.dirname;
const artifacts = path.join(here, '../artifacts');
const tiny = path.join(here, '../Tiny.Cli/bin/Release/net10.0/Tiny.Cli.dll');
const split = process.argv.indexOf('--');
const [own, passed] = split < 0 ? [process.argv.slice(2), []] : [process.argv.slice(2, split), process.argv.slice(split + 1)];
const run = (command, args, cwd = here) => execFileSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });

/** The figures of one of the two, which is run if there are none to keep. */
function figures(name, args) {
  const folder = path.join(here, name);
  const results = path.join(artifacts, `bench-${name}`, 'results.json');
  if (!own.includes('--keep') || !fs.existsSync(results)) {
    if (!fs.existsSync(path.join(folder, 'node_modules'))) run('npm', ['ci', '--ignore-scripts', '--silent'], folder);
    run(process.execPath, ['bench.mjs', ...args], folder);
  }
  return JSON.parse(fs.readFileSync(results, 'utf8'));
}

/** Seconds that the command `tiny` takes. */
function seconds(...args) {
  const start = performance.now();
  execFileSync('dotnet', [tiny, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  return (performance.now() - start) / 1000;
}

function exporting() {
  run('dotnet', ['build', path.join(here, '../Tiny.Cli'), '-c', 'Release', '-v', 'q', '-clp:NoSummary']);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tiny-goals-'));
  try {
    const model = path.join(folder, 'resnet18.onnx');
    fs.writeFileSync(model, nets['ResNet-18']().bytes);
    const out = (i) => ['--target', 'c', '--out', path.join(folder, `out${i}`)];
    const plain = [1, 2, 3].map((i) => seconds('export', model, ...out(i))).sort((a, b) => a - b)[1];
    return { plain, searched: seconds('tune', model, '--seconds', '50') + seconds('export', model, ...out(4)) };
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

const native = figures('native', []);
const web = figures('web', passed);
const exported = exporting();

const net = (name) => native.rows.find((r) => r.name === name);
const faster = (name) => net(name).ort / net(name).c;
const two = native.threads.find((r) => r.name === 'ResNet-18');
const bundle = web.bundles.find((b) => b.net === 'mobilenetv2');
const page = (name, peer) => web.results.filter((r) => r.net === name && r.peer === peer && !r.failed).sort((a, b) => a.median - b.median)[0];
const beside = (name, mine, peers) => Math.min(...peers.map((p) => page(name, p)?.median ?? Infinity)) / page(name, mine).median;
const gpu = ['jaxjs-webgpu', 'ort-webgpu', 'tfjs-webgpu', 'tinygrad-webgpu'];
const untuned = ['matmul 300x700x1100', 'conv 5x5 stride 2 on 53x53', 'depthwise 7x7', 'conv 3x3, batch 3', 'matmul 256x33x256'];

// What, what of it, the goal, what was reached.
const least = (what, goal, reached) => ({ what, goal: `>= ${goal}`, reached, part: reached / goal });
const most = (what, goal, reached, unit) => ({ what, goal: `<= ${goal} ${unit}`, reached, unit, part: goal / reached });
const rows = [
  ...['matmul 512', 'matmul 1024', 'conv 3x3 64->64 56x56', 'ResNet-18', 'transformer layer 128x768'].map((name) => least(`C against ORT, 1 thread: ${name}`, 1, faster(name))),
  least('C against ORT, 1 thread: MobileNetV2', 1.3, faster('MobileNetV2')),
  least('ResNet-18, 2 threads against 1', 1.8, two.one / two.two),
  least('ResNet-18, 2 threads beside a busy core against 1', 0.95, two.one / two.beside),
  ...native.rows.filter((r) => !untuned.includes(r.name)).map((r) => least(`live against C: ${r.name}`, 0.9, r.c / r.live)),
  ...untuned.map((name) => least(`C against ORT, 1 thread: ${name}`, 0.8, faster(name))),
  ...['mm1024', 'mobilenetv2', 'resblock'].map((name) => least(`WebAssembly against ORT's: ${name}`, 1, beside(name, 'tiny-wasm', ['ort-wasm']))),
  ...[['mobilenetv2', 1.5], ['resblock', 1.5], ['mm1024', 1.15]].map(([name, goal]) => least(`WebGPU against the best other: ${name}`, goal, beside(name, 'tiny-webgpu', gpu))),
  most('page to first result, MobileNetV2, WebGPU', 1.5, bundle.loaded[0] / 1000, 's'),
  most('page to first result, MobileNetV2, auto', 0.9, bundle.loaded[1] / 1000, 's'),
  most('MobileNetV2 bundle, gzip', 60, (bundle.texts + bundle.wasm) / 1000, 'kB'),
  most('its JavaScript and WGSL', 20, bundle.texts / 1000, 'kB'),
  most('its launches', 45, bundle.launches, ''),
  most('C of MobileNetV2', 300, net('MobileNetV2').bytes / 1000, 'kB'),
  most('compiled', 5, net('MobileNetV2').compiling, 's'),
  most('ResNet-18 to C', 4, exported.plain, 's'),
  most('with search', 60, exported.searched, 's'),
];
console.log(['', '| what | goal | reached | reached / goal |', '|---|---|---|---|',
  ...rows.map((r) => `| ${r.what} | ${r.goal} | ${r.reached.toPrecision(3)} ${r.unit ?? ''} | ${r.part.toFixed(2)}${r.part < 0.7 ? ' far' : r.part < 1 ? ' missed' : ''} |`)].join('\n'));
