/**
 * Stores checkpoints beside a training run: one at a time, the newest where several wait, and with
 * rests, so that storing takes at most a tenth of the page's time.
 */
import type { Failure, Result } from '../../base/result.ts';
import { createSavePace } from '../../base/save-pace.ts';
import type { InterruptedRun } from '../../run/record.ts';
import type { NotebookStorage } from '../../storage/notebook-storage.ts';

export interface CheckpointWriter {
  offer(run: InterruptedRun): void;
  /** Forgets what waits; resolves when nothing is being written any more. */
  settle(): Promise<void>;
  /** The same, and removes what is stored of this dataset's training. */
  discard(datasetId: string): Promise<void>;
}

export interface CheckpointWriterDeps {
  readonly storage: NotebookStorage;
  /** Milliseconds. */
  readonly now: () => number;
  readonly onSaved: (saved: Result<null, Failure>) => void;
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export function createCheckpointWriter(deps: CheckpointWriterDeps): CheckpointWriter {
  const pace = createSavePace(deps.now);
  let waiting: InterruptedRun | null = null;
  let looping = false;
  let tail: Promise<unknown> = Promise.resolve();
  /** What touches the storage goes one after another. */
  const enqueue = <T>(work: () => Promise<T>): Promise<T> => {
    const done = tail.then(work);
    tail = done;
    return done;
  };

  const writeAll = async (): Promise<void> => {
    while (waiting !== null) {
      if (pace.waitMs() > 0) {
        await sleep(pace.waitMs());
        continue; // something newer may wait by now, or nothing
      }
      const run = waiting;
      waiting = null;
      deps.onSaved(await enqueue(() => pace.timed(() => deps.storage.saveCheckpoint(run))));
    }
    looping = false;
  };

  const settle = async (): Promise<void> => {
    waiting = null;
    await tail;
  };

  return {
    offer(run) {
      waiting = run;
      if (looping) return;
      looping = true;
      void writeAll();
    },
    settle,
    async discard(datasetId) {
      waiting = null;
      await enqueue(() => deps.storage.discardCheckpoint(datasetId));
    },
  };
}
