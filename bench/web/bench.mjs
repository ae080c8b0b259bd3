// Compares bundles of ours with other runtimes in a browser and prints a table:
//
//   npm ci && npm run bench -- [--nets=mm512,resblock] [--peers=tiny-webgpu,ort-webgpu] [--runs=15] [--budget=4000] [--rounds=1] [--tinygrad=FOLDER]
//
// tinygrad takes part where --tinygrad names a checkout of it; its kernels are made by python3. It builds the command `tiny`, writes the nets as ONNX models, exports them, and measures one after another, each in a browser of its own.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { measure, serve } from './browser.mjs';
import { expectedOf, nets } from './nets.mjs';
import { onnxOf } from './onnx.mjs';

const here = import.meta.dirname;
const root = path.resolve(here, '../..');
const generated = path.join(root, 'artifacts/bench-web');
const options = { nets: Object.keys(nets).join(), peers: '', runs: '15', budget: '4000', rounds: '1', ...Object.fromEntries(process.argv.slice(2).map((a) => a.replace(/^--/, '').split('='))) };

const peers = {
  'tiny-webgpu': { module: '/peers/tiny.mjs', backend: 'webgpu' },
  'jaxjs-webgpu': { module: '/built/jaxjs.mjs', backend: 'webgpu' },
  'ort-webgpu': { module: '/peers/ort.mjs', backend: 'webgpu' },
  'tfjs-webgpu': { module: '/built/tfjs.mjs', backend: 'webgpu' },
  'tinygrad-webgpu': { module: '/peers/tinygrad.mjs', backend: 'webgpu' },
  'tiny-auto': { module: '/peers/tiny.mjs', backend: 'auto' },
  'tiny-wasm': { module: '/peers/tiny.mjs', backend: 'wasm' },
  'ort-wasm': { module: '/peers/ort.mjs', backend: 'wasm' },
};
const chosenNets = options.nets.split(',');
const chosenPeers = options.peers ? options.peers.split(',') : Object.keys(peers).filter((p) => !p.startsWith('tinygrad') || options.tinygrad);

function prepare() {
  const tiny = path.join(generated, 'tiny');
  execFileSync('dotnet', ['build', path.join(root, 'Tiny.Cli'), '-c', 'Release', '-v', 'q', '-clp:NoSummary', '-o', tiny], { stdio: 'inherit' });
  fs.mkdirSync(path.join(generated, 'models'), { recursive: true });
  for (const name of chosenNets) {
    const model = path.join(generated, 'models', `${name}.onnx`);
    const { values, shape } = expectedOf(nets[name]);
    fs.writeFileSync(model, onnxOf(nets[name], shape));
    fs.writeFileSync(path.join(generated, 'models', `${name}.expected`), Buffer.from(values.buffer));
    if (options.tinygrad) {
      const description = path.join(generated, 'models', `${name}.json`);
      fs.writeFileSync(description, JSON.stringify(nets[name]));
      execFileSync('python3', [path.join(here, 'peers/tinygrad_kernels.py'), description, path.join(generated, 'models', `${name}.tinygrad.json`)],
        { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, PYTHONPATH: options.tinygrad, DEV: 'NULL:WGSL' } });
    }
    execFileSync('dotnet', [path.join(tiny, 'Tiny.Cli.dll'), 'export', model, '--target', 'webgpu', '--out', path.join(generated, 'bundles', name)], { stdio: 'ignore' });
  }
  return build({
    entryPoints: ['tfjs', 'jaxjs'].map((p) => path.join(here, `peers/${p}.mjs`)),
    bundle: true, splitting: true, format: 'esm', minify: true, outdir: path.join(generated, 'built'), outExtension: { '.js': '.mjs' }, logLevel: 'error',
  });
}

const round = (n) => (n >= 100 ? n.toFixed(0) : n.toPrecision(2));

function table(results) {
  const lines = [`| net | ${chosenPeers.join(' | ')} |`, `|---|${chosenPeers.map(() => '---').join('|')}|`];
  for (const net of chosenNets) {
    const cells = chosenPeers.map((peer) => {
      const all = results.filter((r) => r.net === net && r.peer === peer);
      const best = all.filter((r) => !r.failed).sort((a, b) => a.median - b.median)[0];
      return best ? `${round(best.median)} / ${round(best.processor)} / ${round(best.firstResult)}${best.error > 1e-3 ? ' WRONG' : ''}` : 'failed';
    });
    lines.push(`| ${net} | ${cells.join(' | ')} |`);
  }
  return lines.join('\n');
}

const kilobytes = (bytes) => (bytes / 1000).toFixed(1);

// What a page downloads of a bundle beside its weights, in bytes by gzip, and what it launches.
function bundle(net, results) {
  const folder = path.join(generated, 'bundles', net, 'webgpu');
  const packed = (file) => gzipSync(fs.readFileSync(path.join(folder, file)), { level: 9 }).length;
  const texts = ['index.js', 'tiny.js', `${net}.wgsl.js`].reduce((sum, file) => sum + packed(file), 0);
  // A page loads one of the two modules: the one that its browser can run.
  const wasm = Math.max(0, ...[`${net}.wasm`, `${net}.relaxed.wasm`].filter((file) => fs.existsSync(path.join(folder, file))).map(packed));
  const loaded = ['tiny-webgpu', 'tiny-auto', 'tiny-wasm'].map((peer) => results.filter((r) => r.net === net && r.peer === peer && !r.failed).map((r) => r.firstResult).sort((a, b) => a - b)).map((t) => t[t.length >> 1]);
  const shaders = fs.readFileSync(path.join(folder, `${net}.wgsl.js`), 'utf8').match(/^export const /gm)?.length ?? 0;
  const { launches } = results.find((r) => r.net === net && r.peer === 'tiny-webgpu' && !r.failed) ?? {};
  return { net, texts, wasm, launches, shaders, loaded };
}

const bundleTable = (bundles) => ['| bundle | JavaScript and WGSL, kB | WebAssembly, kB | together, kB | launches | shaders | first result, WebGPU / auto / WebAssembly |', '|---|---|---|---|---|---|---|',
  ...bundles.map(({ net, texts, wasm, launches = '-', shaders, loaded }) =>
    `| ${net} | ${kilobytes(texts)} | ${kilobytes(wasm)} | ${kilobytes(texts + wasm)} | ${launches} | ${shaders} | ${loaded.map((ms) => (ms === undefined ? '-' : round(ms))).join(' / ')} |`)].join('\n');

await prepare();
const server = await serve(generated);
const results = [];
for (let i = 0; i < Number(options.rounds); i++) {
  for (const net of chosenNets) {
    for (const peer of chosenPeers) {
      const result = await measure(server.address().port, { net, ...peers[peer], runs: options.runs, budget: options.budget }).catch((e) => ({ failed: String(e) }));
      results.push({ net, peer, ...result });
      console.error(net, peer, result.failed ?? `${round(result.median)} ms, processor ${round(result.processor)} ms, first result ${round(result.firstResult)} ms, error ${result.error.toExponential(1)}`);
    }
  }
}
server.close();
const bundles = chosenNets.map((net) => bundle(net, results));
fs.writeFileSync(path.join(generated, 'results.json'), JSON.stringify({ results, bundles }, null, 1));
console.log(`${os.cpus()[0].model}, ${os.cpus().length} cores, Chromium ${results.find((r) => r.browser)?.browser}`);
console.log('milliseconds: median of a call / processor time of a call / from the page to the first result\n');
console.log(table(results));
console.log(`\n${bundleTable(bundles)}`);
