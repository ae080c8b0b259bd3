// Runs what `tiny verify --browser` gives it: loads a bundle, calls its entry points, and posts their results.

const post = (path, body) => fetch(path, { method: 'POST', body });

/** Typed arrays of an entry point's inputs, whose bytes lie one behind the other. */
function arraysOf(ports, arrays, bytes) {
  let at = 0;
  return Object.fromEntries(Object.entries(ports).map(([name, { dtype, shape }]) => {
    const length = arrays[dtype].BYTES_PER_ELEMENT * shape.reduce((n, d) => n * d, 1);
    return [name, new arrays[dtype](bytes.slice(at, at += length))];
  }));
}

async function run(folder, calls) {
  const { load, program } = await import(`${folder}/index.js`);
  const { arrays } = await import(`${folder}/tiny.js`);
  const model = await load();
  try {
    for (const [i, entry] of calls.entries()) {
      const bytes = await (await fetch(`${folder}/inputs/${i}`)).arrayBuffer();
      const results = await model[entry](arraysOf(program.entries[entry].inputs, arrays, bytes));
      await post(`${folder}/outputs/${i}`, new Blob(Object.keys(program.entries[entry].outputs).map((name) => results[name])));
    }
  } finally {
    model.dispose();
  }
}

let last = -1;
for (;;) {
  const work = await (await fetch(`next?${last}`)).json();
  if (!work) continue;
  last = work.number;
  const folder = `./work/${work.number}`;
  let error = '';
  try {
    await run(folder, work.calls);
  } catch (e) {
    error = `${e.name}: ${e.message}`;
  }
  await post(`${folder}/end`, error);
}
