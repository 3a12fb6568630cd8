/**
 * IndexedDB: the current dataset, its current run, and the checkpoint of a run that is not
 * finished. Typed arrays are stored as they are.
 * Enters: records. Leaves: records that were checked on the way out, or a failure in words.
 */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import { err, type Failure, ok, type Result } from '../base/result.ts';
import { type CheckpointRecord, createCheckpointSlots } from './checkpoint-slots.ts';
import {
  type DatasetRecord,
  type InterruptedRun,
  type RunRecord,
  readDatasetRecord,
  readRunRecord,
} from './records.ts';

const DATABASE = 'tracevae-notebook';
const DATABASE_VERSION = 2;
/** One dataset and one run are current at a time; the key leaves room for more. */
const CURRENT = 'current';

interface NotebookSchema extends DBSchema {
  datasets: { key: string; value: unknown };
  runs: { key: string; value: unknown };
  /** Two slots; since version 2. */
  checkpoints: { key: string; value: unknown };
}

export interface StoredNotebook {
  readonly dataset: DatasetRecord | null;
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
  load(): Promise<StoredNotebook>;
  /** Saves the dataset; with `keepRun` false, removes run and checkpoint of the one before it. */
  saveDataset(record: DatasetRecord, keepRun: boolean): Promise<Result<null, Failure>>;
  /** Saves a run of finished detectors, and removes the checkpoint that it no longer needs. */
  saveRun(record: RunRecord): Promise<Result<null, Failure>>;
  saveCheckpoint(run: InterruptedRun): Promise<Result<null, Failure>>;
  discardCheckpoint(): Promise<Result<null, Failure>>;
  deleteAll(): Promise<Result<null, Failure>>;
  use(): Promise<StorageUse>;
}

function storageFailure(cause: unknown): Failure {
  const name = cause instanceof DOMException ? cause.name : '';
  if (name === 'QuotaExceededError') {
    return {
      what: 'the browser has no room left for this page; what was stored before is kept',
      where: 'browser storage',
      advice: 'free disk space or delete the stored dataset, then try again',
    };
  }
  return {
    what: `storing failed: ${cause instanceof Error ? cause.message : String(cause)}`,
    where: 'browser storage',
    advice: 'work goes on in memory and is lost on reload; private windows often forbid storage',
  };
}

async function guarded(work: () => Promise<void>): Promise<Result<null, Failure>> {
  try {
    await work();
    return ok(null);
  } catch (cause) {
    return err(storageFailure(cause));
  }
}

export function createNotebookStorage(): NotebookStorage {
  let opened: Promise<IDBPDatabase<NotebookSchema>> | null = null;
  const database = (): Promise<IDBPDatabase<NotebookSchema>> => {
    opened ??= open();
    return opened;
  };
  const open = (): Promise<IDBPDatabase<NotebookSchema>> =>
    new Promise((resolve, reject) => {
      openDB<NotebookSchema>(DATABASE, DATABASE_VERSION, {
        upgrade(db, oldVersion) {
          if (oldVersion < 1) {
            db.createObjectStore('datasets');
            db.createObjectStore('runs');
          }
          if (oldVersion < 2) db.createObjectStore('checkpoints');
        },
        blocked() {
          opened = null;
          reject(
            new Error(
              'the notebook is open in another tab, from an older version of this page; close it and reload',
            ),
          );
        },
        // A page of a newer build wants to upgrade: let it; this one opens it again when it saves.
        blocking(_current, _next, event) {
          (event.target as IDBDatabase).close();
          opened = null;
        },
      }).then(resolve, reject);
    });

  const slots = createCheckpointSlots({
    read: async (slot) => (await database()).get('checkpoints', slot),
    write: async (slot, record: CheckpointRecord) => {
      await (await database()).put('checkpoints', record, slot);
    },
  });

  return {
    async load() {
      const nothing: StoredNotebook = { dataset: null, run: null, interrupted: null, failures: [] };
      try {
        const db = await database();
        const storedDataset = await db.get('datasets', CURRENT);
        if (storedDataset === undefined) return nothing;
        const dataset = readDatasetRecord(storedDataset);
        if (!dataset.ok) return { ...nothing, failures: [dataset.error] };
        const storedRun = await db.get('runs', CURRENT);
        const run = storedRun === undefined ? ok(null) : readRunRecord(storedRun);
        const interrupted = await slots.newest();
        const { id } = dataset.value;
        const ofDataset = <T extends { datasetId: string }>(found: Result<T | null, Failure>) =>
          found.ok && found.value?.datasetId === id ? found.value : null;
        return {
          dataset: dataset.value,
          run: ofDataset(run),
          interrupted: ofDataset(interrupted),
          failures: [run, interrupted].flatMap((found) => (found.ok ? [] : [found.error])),
        };
      } catch (cause) {
        return { ...nothing, failures: [storageFailure(cause)] };
      }
    },

    saveDataset: (record, keepRun) =>
      guarded(async () => {
        const db = await database();
        const transaction = db.transaction(['datasets', 'runs', 'checkpoints'], 'readwrite');
        await Promise.all([
          transaction.objectStore('datasets').put(record, CURRENT),
          ...(keepRun
            ? []
            : [
                transaction.objectStore('runs').delete(CURRENT),
                transaction.objectStore('checkpoints').clear(),
              ]),
          transaction.done,
        ]);
        if (!keepRun) slots.forget();
        // Asked for once something worth keeping is there; a refusal is shown, not an error.
        await navigator.storage?.persist?.();
      }),

    saveRun: (record) =>
      guarded(async () => {
        const transaction = (await database()).transaction(['runs', 'checkpoints'], 'readwrite');
        await Promise.all([
          transaction.objectStore('runs').put(record, CURRENT),
          transaction.objectStore('checkpoints').clear(),
          transaction.done,
        ]);
        slots.forget();
      }),

    saveCheckpoint: (run) => guarded(() => slots.save(run)),

    discardCheckpoint: () =>
      guarded(async () => {
        await (await database()).clear('checkpoints');
        slots.forget();
      }),

    deleteAll: () =>
      guarded(async () => {
        const db = await database();
        await Promise.all([db.clear('datasets'), db.clear('runs'), db.clear('checkpoints')]);
        slots.forget();
      }),

    async use() {
      const estimate = await navigator.storage?.estimate?.();
      return {
        usedBytes: estimate?.usage ?? null,
        quotaBytes: estimate?.quota ?? null,
        persistent: (await navigator.storage?.persisted?.()) ?? false,
      };
    },
  };
}
