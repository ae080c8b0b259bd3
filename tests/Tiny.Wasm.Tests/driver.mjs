// Runs a module as run.json says: constants into memory, then call by call inputs in, results out. Arguments: the module, the file of results.
import { readFileSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--experimental-wasm-relaxed-simd'); // on by default in newer engines
const [, , file, out] = process.argv;
const { constants, states, calls, end, guard } = JSON.parse(readFileSync('run.json', 'utf8'));
const data = readFileSync('data');
const code = readFileSync(file);
if (!WebAssembly.validate(code)) throw new Error(await WebAssembly.compile(code).then(() => 'valid after all', (e) => e.message));
const { instance: { exports } } = await WebAssembly.instantiate(code, { math: { exp: Math.exp, exp2: (x) => 2 ** x, log2: Math.log2, sin: Math.sin } });
const memory = new Uint8Array(exports.memory.buffer);
let at = 0;
const take = ([to, bytes]) => {
  memory.set(data.subarray(at, at + bytes), to);
  at += bytes;
};
constants.forEach(take);
for (const [to, from, bytes] of states) memory.copyWithin(to, from, from + bytes);
const results = [];
try {
  for (const { entry, sizes, inputs, outputs } of calls) {
    inputs.forEach(take);
    exports[entry](...sizes);
    for (const [from, bytes] of outputs) results.push(memory.slice(from, from + bytes));
  }
  let from = 0;
  for (const [to, bytes] of constants) {
    if (Buffer.compare(memory.subarray(to, to + bytes), data.subarray(from, from += bytes)) !== 0) throw new Error(`a constant at ${to} was written`);
  }
  if (memory.subarray(0, guard).some((b) => b !== 0) || memory.subarray(end - guard).some((b) => b !== 0)) throw new Error('written outside of all buffers');
} finally {
  writeFileSync(out, Buffer.concat(results));
}
