// Reads the weights file of a Tiny bundle, block by block, each checked by its hash.
// SPDX-License-Identifier: MIT-0

import { TinyError, textOf, viewOf, wholeWords } from './tiny-common.js';

/** @typedef {import('./tiny-common.js').Program} Program */
/** @typedef {import('./tiny-common.js').LoadOptions} LoadOptions */

/**
 * Reads a file to its end. A block is handed on once its hash is right, so no more than one is held: `write` is given its first byte's position in
 * the file, the position behind its last one, and the bytes from index 4 on; the four in front are those before.
 * @param {Program} program @param {string | URL | ArrayBuffer | ArrayBufferView} source @param {AbortSignal} signal @param {LoadOptions['onProgress']} onProgress
 * @param {(begin: number, end: number, space: Uint8Array) => void | Promise<void>} write
 */
export async function readWeights({ weights: { file, bytes: total, block: blockBytes, sha256 } }, source, signal, onProgress, write) {
  let loaded = 0;
  let filled = 0;
  // Words of a tensor may begin in the block before, whose last one is kept in front, and end behind their tensor.
  const space = new Uint8Array(4 + wholeWords(Math.min(blockBytes, total)) + 4);
  let block = space.subarray(4, 4 + Math.min(blockBytes, total));
  onProgress?.({ loaded, total });
  for await (const part of partsOf(source, file, signal)) {
    for (let used = 0; used < part.length;) {
      const take = Math.min(part.length - used, block.length - filled);
      if (take === 0) throw wrongLength(file, loaded + part.length - used, total);
      block.set(part.subarray(used, used + take), filled);
      filled += take;
      used += take;
      loaded += take;
      if (filled < block.length) continue;
      const begin = loaded - filled;
      await check(block, sha256[Math.floor(begin / blockBytes)], () => `${file} is not the file that this program was built with: `
        + `bytes ${begin} to ${loaded} have another SHA-256. Copy the whole bundle again.`);
      signal.throwIfAborted();
      await write(begin, loaded, space);
      space.copyWithin(0, block.length, 4 + block.length);
      block = block.subarray(0, Math.min(blockBytes, total - loaded));
      filled = 0;
    }
    onProgress?.({ loaded, total });
  }
  if (loaded < total) throw wrongLength(file, loaded, total);
}

/** Pages that are not secure have no hashes, and no WebGPU either. @param {Uint8Array} block @param {string} expected @param {() => string} message */
async function check(block, expected, message) {
  if (!globalThis.crypto?.subtle) return;
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', /** @type {any} */ (block)));
  if (Array.from(hash, (b) => b.toString(16).padStart(2, '0')).join('') !== expected) throw new TinyError('weights-altered', message());
}

/** @param {string} file @param {number} got @param {number} total */
function wrongLength(file, got, total) {
  const [has, is] = got < total ? ['only', 'truncated'] : ['at least', 'another one'];
  return new TinyError('weights-length',
    `${file} has ${has} ${got} bytes, the program was built with ${total}: the file is ${is}. Copy the whole bundle again.`);
}

/**
 * The bytes of a weights file as they arrive.
 * @param {string | URL | ArrayBuffer | ArrayBufferView} source @param {string} file @param {AbortSignal} signal
 * @returns {AsyncGenerator<Uint8Array>}
 */
async function* partsOf(source, file, signal) {
  if (typeof source !== 'string' && !(source instanceof URL)) {
    yield viewOf(source);
    return;
  }
  try {
    const response = await fetch(source, { signal });
    if (!response.ok || !response.body) throw new Error(`the server answered ${response.status}`);
    const reader = response.body.getReader();
    for (let part; !(part = await reader.read()).done;) yield part.value;
  } catch (e) {
    if (signal.aborted) throw e;
    throw new TinyError('weights-fetch', `cannot read ${file} from ${source}: ${textOf(e)}`, e);
  }
}
