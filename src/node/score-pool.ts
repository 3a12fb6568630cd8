/**
 * Batches of traces scored one after another here, or by several threads at once. Scored batches come
 * back in the order in which they were added, however many threads there are.
 */
import { Worker } from 'node:worker_threads';
import type { DetectorId } from '../detectors/catalog.ts';
import type { KeptModel } from '../model/kept-model.ts';
import { openKeptScorer } from '../model/score-kept.ts';
import type { SpanColumns } from '../trace/span-columns.ts';
import { restoreDetector, type ScoredBatch, scoreBatch } from './score-batch.ts';

/** The detector whose score is written. */
export interface ShownDetector {
  readonly detector: DetectorId;
  /** As it is typed: what the model was kept with. */
  readonly threshold: string;
  /** [V] scores of the validation traces, ascending */
  readonly val: Float64Array;
}

export interface ScorePool {
  readonly shown: ShownDetector;
  /** Resolves once there is room for another batch. */
  add(columns: SpanColumns): Promise<void>;
  /** Resolves once all batches have been given. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

/** What a thread is started with. */
export interface ThreadSetup {
  /** Path. */
  readonly model: string;
  readonly detector: DetectorId | null;
  readonly minute: boolean;
}

export type ThreadMessage =
  | { readonly kind: 'open'; readonly shown: ShownDetector }
  | { readonly kind: 'scored'; readonly number: number; readonly batch: ScoredBatch };

export interface ThreadQuestion {
  readonly number: number;
  readonly columns: SpanColumns;
}

type Give = (batch: ScoredBatch) => Promise<void>;

/** The caller has started the backend. */
export async function openHere(
  model: KeptModel,
  { detector, minute }: Pick<ThreadSetup, 'detector' | 'minute'>,
  give: Give,
): Promise<ScorePool> {
  const scorer = await openKeptScorer(model, restoreDetector, {
    minute,
    ...(detector === null ? {} : { detector }),
  });
  const { shown, val } = scorer;
  return {
    shown: { detector: shown.detector, threshold: shown.threshold, val },
    add: async (columns) => give(await scoreBatch(model, scorer, columns)),
    finish: async () => {},
    close: async () => scorer.dispose(),
  };
}

interface Thread {
  readonly worker: Worker;
  open: number;
}

/** Batches that a thread has: one that is scored and one that waits, so that it never does. */
const PER_THREAD = 2;

/** @param entry of the bundle of {@link file://./score-thread.ts} */
export async function openThreads(
  entry: URL,
  setup: ThreadSetup,
  most: number,
  give: Give,
): Promise<ScorePool> {
  const threads: Thread[] = [];
  const scored = new Map<number, ScoredBatch>();
  let [added, given] = [0, 0];
  let delivery = Promise.resolve();
  let failure: Error | null = null;
  let wake: () => void = () => {};
  let opened: (shown: ShownDetector) => void = () => {};

  const fail = (error: Error): void => {
    failure ??= error;
    wake();
  };
  const deliver = async (): Promise<void> => {
    for (let next = scored.get(given); next !== undefined; next = scored.get(given)) {
      scored.delete(given);
      await give(next);
      given += 1;
    }
    wake();
  };
  const start = (): Thread => {
    const thread: Thread = { worker: new Worker(entry, { workerData: setup }), open: 0 };
    thread.worker.on('message', (message: ThreadMessage) => {
      if (message.kind === 'open') return opened(message.shown);
      thread.open -= 1;
      scored.set(message.number, message.batch);
      delivery = delivery.then(deliver).catch(fail);
      wake();
    });
    thread.worker.on('error', fail);
    thread.worker.on('exit', (code) => {
      if (code !== 0) fail(new Error(`a thread ended with status ${code}`));
    });
    threads.push(thread);
    return thread;
  };
  /** Resolves once something has changed. */
  const change = (): Promise<void> =>
    new Promise((resolve) => {
      wake = resolve;
    });
  const until = async (holds: () => boolean): Promise<void> => {
    while (failure === null && !holds()) await change();
    if (failure !== null) throw failure;
  };

  let shown: ShownDetector | null = null;
  opened = (of) => {
    shown ??= of;
    wake();
  };
  start();
  await until(() => shown !== null);

  const room = (): boolean =>
    added - given < 2 * PER_THREAD * most &&
    (threads.length < most || threads.some(({ open }) => open < PER_THREAD));
  return {
    shown: shown!,
    async add(columns) {
      await until(room);
      const idle = threads.find(({ open }) => open === 0);
      const least = threads.reduce((a, b) => (b.open < a.open ? b : a));
      const thread = idle ?? (threads.length < most ? start() : least);
      thread.open += 1;
      const question: ThreadQuestion = { number: added, columns };
      added += 1;
      thread.worker.postMessage(question, buffersOf(columns));
    },
    finish: () => until(() => given === added),
    close: async () => {
      await Promise.all(threads.map(({ worker }) => worker.terminate()));
    },
  };
}

function buffersOf(columns: SpanColumns): ArrayBuffer[] {
  const arrays = [
    ...Object.values(columns),
    columns.traceIds.bytes,
    columns.traceIds.offset,
    columns.facts?.mark,
  ].filter((value) => ArrayBuffer.isView(value));
  return [...new Set(arrays.map(({ buffer }) => buffer as ArrayBuffer))];
}
