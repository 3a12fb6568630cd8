/**
 * Changed inputs at every door: trace files, labels, model files, notebook files, stored records.
 *   npm run fuzz -- [--minutes N] [--seed S] [--inputs N]
 * Prints what each fault was, and last a line of JSON: inputs, throws, hangs, losses. Exit status 1 where
 * any of the last three is not 0.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

/** Milliseconds that one input may take. */
const LIMIT = 20_000;

if (isMainThread) await main();
else await work();

async function main() {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '5' },
      seed: { type: 'string', default: '1' },
      inputs: { type: 'string', default: 'Infinity' },
    },
  });
  const { bundleSource } = await import('./bundle-for-node.mjs');
  const source = await bundleSource('src/testing/fuzz-doors.ts');
  const until = Date.now() + Number(values.minutes) * 60_000;
  const first = Number(values.seed) * 1_000_000;
  const most = Number(values.inputs);
  const found = { inputs: 0, throws: 0, hangs: 0, losses: 0, byDoor: {} };
  const start = () => new Worker(fileURLToPath(import.meta.url), { workerData: { source } });
  let worker = start();
  while (Date.now() < until && found.inputs < most) {
    const seed = first + found.inputs;
    const answer = await ask(worker, seed);
    found.inputs += 1;
    if (answer === null) {
      found.hangs += 1;
      console.error(`seed ${seed}: no answer within ${LIMIT / 1e3} s`);
      await worker.terminate();
      worker = start();
      continue;
    }
    found.byDoor[answer.door] = (found.byDoor[answer.door] ?? 0) + 1;
    if (answer.thrown !== null) {
      found.throws += 1;
      console.error(`seed ${seed}, ${answer.door}: threw ${answer.thrown}`);
    }
    if (answer.lost !== null) {
      found.losses += 1;
      console.error(`seed ${seed}, ${answer.door}: lost ${answer.lost}`);
    }
  }
  await worker.terminate();
  console.log(JSON.stringify(found));
  process.exit(found.throws + found.hangs + found.losses === 0 ? 0 : 1);
}

/** @returns what came of it; null where nothing came in time */
function ask(worker, seed) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => done(null), LIMIT);
    const done = (answer) => {
      clearTimeout(timer);
      worker.off('message', done);
      worker.off('error', failed);
      resolve(answer);
    };
    const failed = (error) => done({ door: 'any', thrown: String(error.stack), lost: null });
    worker.on('message', done);
    worker.on('error', failed);
    worker.postMessage(seed);
  });
}

async function work() {
  const { createFuzz } = await import(workerData.source);
  const fuzzOne = createFuzz(fileURLToPath(new URL('..', import.meta.url)));
  let escaped = null;
  process.on('unhandledRejection', (cause) => {
    escaped = String(cause?.stack ?? cause);
  });
  parentPort.on('message', async (seed) => {
    const answer = await fuzzOne(seed);
    await new Promise((resolve) => setImmediate(resolve));
    parentPort.postMessage(escaped === null ? answer : { ...answer, thrown: escaped });
    escaped = null;
  });
}
