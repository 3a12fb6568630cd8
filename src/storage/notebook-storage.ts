/**
 * The browser's storage as the page uses it: several datasets, of each its runs, its notes and the
 * checkpoint of a run that is not finished. Enters: datasets and records. Leaves: the same, checked on the way
 * out, or a failure in words.
 */
import type { Failure, Result } from '../base/result.ts';
import type { InterruptedRun, RunRecord } from '../run/record.ts';
import type { RunEntry } from '../run/run-entries.ts';
import { type CheckpointSlots, createCheckpointSlots, runOf } from './checkpoint-slots.ts';
import { createConnection, keysUnder } from './database.ts';
import { createDatasetRecords, type DatasetRecords } from './dataset-records.ts';
import { createDatasetShelf, type DatasetShelf } from './dataset-shelf.ts';
import { createModelShelf, type ModelShelf } from './model-shelf.ts';
import { createNoteShelf, type NoteShelf } from './notes.ts';
import { createRunShelf, putRun, type Revisions, type RunShelf } from './run-shelf.ts';
import { guarded } from './storage-failure.ts';
import type { Unreadable } from './unreadable.ts';

export interface StoredRuns {
  /** The one to show: that of the interrupted training, or else the last saved. */
  readonly run: RunRecord | null;
  /** All kept runs, the last saved first. */
  readonly entries: readonly RunEntry[];
  /** Training that was under way when the page went. */
  readonly interrupted: InterruptedRun | null;
  /** Runs that are there and could not be read. */
  readonly unreadable: readonly Unreadable[];
  /** What else could not be read: all runs, the one to show, the checkpoint. */
  readonly failures: readonly Failure[];
}

export interface StorageUse {
  readonly usedBytes: number | null;
  readonly quotaBytes: number | null;
  /** Whether the browser promised not to evict it. */
  readonly persistent: boolean;
}

/** Chromium alone tells the parts. */
interface DetailedEstimate extends StorageEstimate {
  readonly usageDetails?: { readonly indexedDB?: number };
}

export interface NotebookStorage {
  readonly datasets: DatasetShelf;
  readonly runs: RunShelf;
  readonly notes: NoteShelf;
  readonly models: ModelShelf;
  /** All of a dataset, to be carried to another browser. */
  readonly records: DatasetRecords;
  /** What belongs to a dataset. */
  runsOf(datasetId: string): Promise<StoredRuns>;
  /** Saves a run of finished detectors, and removes the checkpoint that it no longer needs. */
  saveRun(record: RunRecord): Promise<Result<RunEntry, Failure>>;
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

  const revisions: Revisions = new Map();
  const runs = createRunShelf(database, revisions);
  return {
    datasets: createDatasetShelf(database),
    runs,
    notes: createNoteShelf(database),
    models: createModelShelf(database),
    records: createDatasetRecords(database),

    async runsOf(datasetId) {
      const [listed, found] = await Promise.all([
        runs.list(datasetId),
        guarded(async () => slotsOf(datasetId).newest()),
      ]);
      const newest = found.ok ? found.value : found;
      const interrupted = newest.ok ? newest.value : null;
      const entries = listed.ok ? listed.value.entries : [];
      const own = entries.filter(({ id }) => id === interrupted?.runId);
      let run: RunRecord | null = null;
      const faults: Failure[] = [];
      for (const { id } of [...own, ...entries.filter((entry) => !own.includes(entry))]) {
        const read = await runs.read(datasetId, id);
        if (read.ok) run = read.value;
        else faults.push(read.error);
        // of an interrupted training no other run stands in
        if (run !== null || own.length > 0) break;
      }
      return {
        run,
        entries,
        interrupted,
        unreadable: listed.ok ? listed.value.unreadable : [],
        failures: [
          ...(listed.ok ? [] : [listed.error]),
          ...faults,
          ...(newest.ok ? [] : [newest.error]),
        ],
      };
    },

    async saveRun(record) {
      const { datasetId } = record;
      const saved = await guarded(async () => {
        const transaction = (await database()).transaction(
          ['runs', 'runEntries', 'checkpoints'],
          'readwrite',
        );
        const checkpoints = transaction.objectStore('checkpoints');
        const put = async (): Promise<Result<RunEntry, Failure>> => {
          const entry = await putRun(
            record,
            {
              runs: transaction.objectStore('runs'),
              runEntries: transaction.objectStore('runEntries'),
            },
            revisions,
          );
          if (!entry.ok) return entry;
          // Another tab may train another run on this dataset: its checkpoint stays.
          for (const key of await checkpoints.getAllKeys(keysUnder(datasetId))) {
            const of = runOf(await checkpoints.get(key));
            if (of === null || of === record.id) await checkpoints.delete(key);
          }
          return entry;
        };
        const [entry] = await Promise.all([put(), transaction.done]);
        slotsOf(datasetId).forget();
        return entry;
      });
      return saved.ok ? saved.value : saved;
    },

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
      const estimate: DetailedEstimate | undefined = await told(() =>
        navigator.storage?.estimate?.(),
      );
      return {
        // without the copy of the page itself, where the browser tells them apart
        usedBytes: estimate?.usageDetails?.indexedDB ?? estimate?.usage ?? null,
        quotaBytes: estimate?.quota ?? null,
        persistent: (await told(() => navigator.storage?.persisted?.())) ?? false,
      };
    },

    persist: async () => (await told(() => navigator.storage?.persist?.())) ?? false,
  };
}

/** What the browser says; undefined where it does not, as where site data are blocked. */
async function told<T>(ask: () => Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await ask();
  } catch {
    return undefined;
  }
}
