/** A thread that scores batches of traces: columns in, rows out, one batch after another. */
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { readModel } from '../model/model-file.ts';
import { openKeptScorer } from '../model/score-kept.ts';
import { startWasm } from './backends.ts';
import { restoreDetector, scoreBatch } from './score-batch.ts';
import type { ThreadMessage, ThreadQuestion, ThreadSetup } from './score-pool.ts';

const { model: path, detector, minute } = workerData as ThreadSetup;
const port = parentPort!;

await startWasm();
const model = readModel(readFileSync(path), path);
if (!model.ok) throw new Error(model.error.what);
const scorer = await openKeptScorer(model.value, restoreDetector, {
  minute,
  ...(detector === null ? {} : { detector }),
});

const say = (message: ThreadMessage): void => port.postMessage(message);
let last: Promise<void> = Promise.resolve();
port.on('message', ({ number, columns }: ThreadQuestion) => {
  last = last.then(async () =>
    say({ kind: 'scored', number, batch: await scoreBatch(model.value, scorer, columns) }),
  );
});
const { shown, val } = scorer;
say({ kind: 'open', shown: { detector: shown.detector, threshold: shown.threshold, val } });
