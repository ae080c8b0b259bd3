// A fresh headless Chromium for each measurement, WebGPU on SwiftShader unless the machine has a graphics card, and a server for its page.
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { chromium } from 'playwright-core';

const here = import.meta.dirname;
const types = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.wasm': 'application/wasm', '.json': 'application/json' };

/** Serves this folder, what is generated, and ONNX Runtime's package. @param {string} generated */
export async function serve(generated) {
  const folders = { '/models/': path.join(generated, 'models'), '/bundles/': path.join(generated, 'bundles'), '/built/': path.join(generated, 'built'),
    '/ort/': path.join(here, 'node_modules/onnxruntime-web/dist'), '/': here };
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const [prefix, folder] = Object.entries(folders).find(([p]) => pathname.startsWith(p));
    const file = path.join(folder, pathname.slice(prefix.length));
    if (!file.startsWith(folder) || !fs.existsSync(file)) return response.writeHead(404).end();
    const { size } = fs.statSync(file);
    response.writeHead(200, { 'content-type': types[path.extname(file)] ?? 'application/octet-stream', 'content-length': size });
    return fs.createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

// Milliseconds of processor time of all processes below this one: other work on the machine hardly changes it. Linux only.
function processorTime() {
  if (!fs.existsSync('/proc/self/stat')) return 0;
  const children = new Map();
  const ticks = new Map();
  for (const pid of fs.readdirSync('/proc').filter((p) => /^\d+$/.test(p))) {
    try {
      const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      children.set(fields[1], [...children.get(fields[1]) ?? [], pid]);
      ticks.set(pid, Number(fields[11]) + Number(fields[12]));
    } catch { /* a process that has ended */ }
  }
  let sum = 0;
  for (const work = [...children.get(String(process.pid)) ?? []]; work.length;) {
    const pid = work.pop();
    sum += ticks.get(pid);
    work.push(...children.get(pid) ?? []);
  }
  return sum * 10;
}

/** What the page measured, with the processor time of a run. @param {number} port @param {Record<string, string>} query */
export async function measure(port, query) {
  const browser = await chromium.launch({
    executablePath: process.env.TINY_CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--enable-unsafe-webgpu'],
  });
  try {
    const page = await browser.newPage();
    const marks = {};
    await page.exposeFunction('mark', (name) => { marks[name] = processorTime(); });
    await page.goto(`http://127.0.0.1:${port}/page.html?${new URLSearchParams(query)}`);
    await page.waitForFunction(() => window.result, null, { timeout: 300_000, polling: 100 });
    const result = await page.evaluate(() => window.result);
    return { ...result, processor: (marks.end - marks.begin) / result.runs, browser: browser.version() };
  } finally {
    await browser.close();
  }
}
