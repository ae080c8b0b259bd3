// A photo's middle square goes in, ImageNet classes come out.
// SPDX-License-Identifier: MIT-0

import load from './index.js';

const SIZE = 224;
const find = (id) => document.getElementById(id);
const seen = find('seen').getContext('2d', { willReadFrequently: true });

const text = async (name) => (await fetch(new URL(name, import.meta.url))).text();
const classes = (await text('./photo-classes.txt')).trim().split('\n');
const model = await load({ onProgress: ({ loaded, total }) => (find('status').textContent = `Loading the network… ${Math.round(100 * loaded / total)} %`) });

/** The middle square as the network takes it: red, green and blue planes from -1 to 1. */
function pixels(image) {
  const side = Math.min(image.width, image.height);
  seen.imageSmoothingQuality = 'high';
  seen.drawImage(image, (image.width - side) / 2, (image.height - side) / 2, side, side, 0, 0, SIZE, SIZE);
  const { data } = seen.getImageData(0, 0, SIZE, SIZE);
  return Float32Array.from({ length: 3 * SIZE * SIZE }, (_, i) => (data[4 * (i % (SIZE * SIZE)) + Math.floor(i / (SIZE * SIZE))] - 128) / 128);
}

async function show(blob) {
  const image = await createImageBitmap(blob);
  const start = performance.now();
  const { probabilities } = await model.forward({ input: pixels(image) });
  const best = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a]).slice(0, 3);
  find('answers').replaceChildren(...best.map((i) => {
    const row = document.createElement('li');
    row.textContent = `${classes[i]}, ${(100 * probabilities[i]).toFixed(1)} %`;
    return row;
  }));
  find('status').textContent = `${(performance.now() - start).toFixed(0)} ms`;
}

find('file').addEventListener('change', (e) => e.target.files[0] && show(e.target.files[0]));
document.addEventListener('dragover', (e) => e.preventDefault());
document.addEventListener('drop', (e) => {
  e.preventDefault();
  if (e.dataTransfer.files[0]) show(e.dataTransfer.files[0]);
});
await show(await (await fetch(new URL('./photo-example.png', import.meta.url))).blob());
