/**
 * The browser's storage as the page uses it: several datasets, of each its run and the checkpoint
 * of a run that is not finished. Enters: datasets and records. Leaves: the same, checked on the way
 * out, or a failure in words.
 */
import { type Failure, ok, type Result } from '../base/result.ts';
import { type CheckpointSlots, createCheckpointSlots } from './checkpoint-slots.ts';
import { createConnection, keysUnder } from './database.ts';
import { createDatasetShelf, type DatasetShelf } from './dataset-shelf.ts';
import { type InterruptedRun, type RunRecord, readRunRecord } from './records.ts';
import { guarded } from './storage-failure.ts';

export interface StoredRuns {
  readonly run: RunRecord | null;
  /** Training that was under way when the page went. */
  readonly interrupted: InterruptedRun | null;
  /** Records that are there and could not be read. */
  readonly failures: readonly Failure[];
}

export interface StorageUse {
  readonly usedBytes: number | null;
  readonly quotaBytes: number | null;
  /** Whether the browser promised not to evict it. */
  readonly persistent: boolean;
}

export interface NotebookStorage {
  readonly datasets: DatasetShelf;
  /** What belongs to a dataset. */
  runsOf(datasetId: string): Promise<StoredRuns>;
  /** Saves a run of finished detectors, and removes the checkpoint that it no longer needs. */
  saveRun(record: RunRecord): Promise<Result<null, Failure>>;
  saveCheckpoint(run: InterruptedRun): Promise<Result<null, Failure>>;
  discardCheckpoint(datasetId: string): Promise<Result<null, Failure>>;
  use(): Promise<StorageUse>;
  /** Asks the browser not to evict what is stored. @returns whether it promised */
  persist(): Promise<boolean>;
}

export function createNotebookStorage(): NotebookStorage {
  const database = createConnection();
  const slots = new Map<string, CheckpointSlots>();
  const slotsOf = (id: string): CheckpointSlots => {
    const known = slots.get(id);
    if (known !== undefined) return known;
    const created = createCheckpointSlots({
      read: async (slot) => (await database()).get('checkpoints', [id, slot]),
      write: async (slot, record) => {
        await (await database()).put('checkpoints', record, [id, slot]);
      },
    });
    slots.set(id, created);
    return created;
  };

  return {
    datasets: createDatasetShelf(database),

    async runsOf(datasetId) {
      const read = await guarded(async () => {
        const stored = await (await database()).get('runs', datasetId);
        const run = stored === undefined ? ok(null) : readRunRecord(stored);
        return { run, interrupted: await slotsOf(datasetId).newest() };
      });
      if (!read.ok) return { run: null, interrupted: null, failures: [read.error] };
      const { run, interrupted } = read.value;
      return {
        run: run.ok ? run.value : null,
        interrupted: interrupted.ok ? interrupted.value : null,
        failures: [run, interrupted].flatMap((found) => (found.ok ? [] : [found.error])),
      };
    },

    saveRun: (record) =>
      guarded(async () => {
        const { datasetId } = record;
        const transaction = (await database()).transaction(['runs', 'checkpoints'], 'readwrite');
        await Promise.all([
          transaction.objectStore('runs').put(record, datasetId),
          transaction.objectStore('checkpoints').delete(keysUnder(datasetId)),
          transaction.done,
        ]);
        slotsOf(datasetId).forget();
        return null;
      }),

    saveCheckpoint: (run) =>
      guarded(async () => {
        await slotsOf(run.datasetId).save(run);
        return null;
      }),

    discardCheckpoint: (datasetId) =>
      guarded(async () => {
        await (await database()).delete('checkpoints', keysUnder(datasetId));
        slotsOf(datasetId).forget();
        return null;
      }),

    async use() {
      const estimate = await navigator.storage?.estimate?.();
      return {
        usedBytes: estimate?.usage ?? null,
        quotaBytes: estimate?.quota ?? null,
        persistent: (await navigator.storage?.persisted?.()) ?? false,
      };
    },

    persist: async () => (await navigator.storage?.persist?.()) ?? false,
  };
}
