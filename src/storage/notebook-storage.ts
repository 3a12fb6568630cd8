/**
 * IndexedDB: the current dataset and its current run. Typed arrays are stored as they are.
 * Enters: records. Leaves: records that were checked on the way out, or a failure in words.
 */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import { err, type Failure, ok, type Result } from '../base/result.ts';
import { type DatasetRecord, type RunRecord, readDatasetRecord, readRunRecord } from './records.ts';

const DATABASE = 'tracevae-notebook';
const DATABASE_VERSION = 1;
/** One dataset and one run are current at a time; the key leaves room for more. */
const CURRENT = 'current';

interface NotebookSchema extends DBSchema {
  datasets: { key: string; value: unknown };
  runs: { key: string; value: unknown };
}

export interface StoredNotebook {
  readonly dataset: DatasetRecord | null;
  readonly run: RunRecord | null;
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
  /** Saves the dataset; with `keepRun` false, removes the run of the dataset before it. */
  saveDataset(record: DatasetRecord, keepRun: boolean): Promise<Result<null, Failure>>;
  saveRun(record: RunRecord): Promise<Result<null, Failure>>;
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
    opened ??= openDB<NotebookSchema>(DATABASE, DATABASE_VERSION, {
      upgrade(db, oldVersion) {
        if (oldVersion < 1) {
          db.createObjectStore('datasets');
          db.createObjectStore('runs');
        }
      },
    });
    return opened;
  };

  return {
    async load() {
      try {
        const db = await database();
        const [storedDataset, storedRun] = await Promise.all([
          db.get('datasets', CURRENT),
          db.get('runs', CURRENT),
        ]);
        if (storedDataset === undefined) return { dataset: null, run: null, failures: [] };
        const dataset = readDatasetRecord(storedDataset);
        if (!dataset.ok) return { dataset: null, run: null, failures: [dataset.error] };
        if (storedRun === undefined) return { dataset: dataset.value, run: null, failures: [] };
        const run = readRunRecord(storedRun);
        if (!run.ok) return { dataset: dataset.value, run: null, failures: [run.error] };
        const matches = run.value.datasetId === dataset.value.id;
        return { dataset: dataset.value, run: matches ? run.value : null, failures: [] };
      } catch (cause) {
        return { dataset: null, run: null, failures: [storageFailure(cause)] };
      }
    },

    saveDataset: (record, keepRun) =>
      guarded(async () => {
        const db = await database();
        const transaction = db.transaction(['datasets', 'runs'], 'readwrite');
        await Promise.all([
          transaction.objectStore('datasets').put(record, CURRENT),
          ...(keepRun ? [] : [transaction.objectStore('runs').delete(CURRENT)]),
          transaction.done,
        ]);
        // Asked for once something worth keeping is there; a refusal is shown, not an error.
        await navigator.storage?.persist?.();
      }),

    saveRun: (record) =>
      guarded(async () => {
        await (await database()).put('runs', record, CURRENT);
      }),

    deleteAll: () =>
      guarded(async () => {
        const db = await database();
        await Promise.all([db.clear('datasets'), db.clear('runs')]);
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
