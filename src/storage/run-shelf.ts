/**
 * The kept runs of each dataset: an entry to list and compare it by, and the record with weights
 * and scores. Both are written in one transaction, so neither is there without the other.
 */
import { err, type Failure, ok, type Result } from '../base/result.ts';
import type { RunRecord } from '../run/record.ts';
import { readRunRecord } from '../run/record-formats.ts';
import { entryOfRun, nextRunName, type RunEntry, readRunEntry } from '../run/run-entries.ts';
import { keysUnder } from './database.ts';
import type { Database } from './schema.ts';
import { guarded } from './storage-failure.ts';

export type RunEntryChange = Partial<Pick<RunEntry, 'name' | 'trashed'>>;

export interface RunShelf {
  /** Of a dataset, the last saved first. Those that were deleted before go for good. */
  list(datasetId: string): Promise<Result<ListedRuns, Failure>>;
  read(datasetId: string, id: string): Promise<Result<RunRecord, Failure>>;
  change(datasetId: string, id: string, change: RunEntryChange): Promise<Result<RunEntry, Failure>>;
  remove(datasetId: string, id: string): Promise<Result<null, Failure>>;
}

export interface ListedRuns {
  readonly entries: readonly RunEntry[];
  /** Runs that are there and could not be read. */
  readonly failures: readonly Failure[];
}

const STORES = ['runs', 'runEntries'] as const;

const GONE: Failure = {
  what: 'the run is not stored any more',
  where: 'browser storage',
  advice: 'it was deleted, here or in another tab; train again',
};

export function createRunShelf(database: () => Promise<Database>): RunShelf {
  const drop = async (datasetId: string, id: string): Promise<void> => {
    const transaction = (await database()).transaction(STORES, 'readwrite');
    await Promise.all([
      transaction.objectStore('runs').delete([datasetId, id]),
      transaction.objectStore('runEntries').delete([datasetId, id]),
      transaction.done,
    ]);
  };

  return {
    list: (datasetId) =>
      guarded(async () => {
        const db = await database();
        const found = (await db.getAll('runEntries', keysUnder(datasetId))).map(readRunEntry);
        const entries: RunEntry[] = [];
        const failures: Failure[] = [];
        for (const entry of found) {
          if (!entry.ok) failures.push(entry.error);
          else if (entry.value.trashed) await drop(datasetId, entry.value.id);
          else entries.push(entry.value);
        }
        // Records of a format that no entry could be made of.
        const known = new Set(await db.getAllKeys('runEntries', keysUnder(datasetId)).then(ids));
        for (const key of await db.getAllKeys('runs', keysUnder(datasetId))) {
          if (known.has(key[1])) continue;
          const record = readRunRecord(await db.get('runs', key));
          if (!record.ok) failures.push(record.error);
        }
        return { entries: entries.sort((a, b) => b.savedAt - a.savedAt), failures };
      }),

    async read(datasetId, id) {
      const read = await guarded(async () => (await database()).get('runs', [datasetId, id]));
      if (!read.ok) return read;
      return read.value === undefined ? err(GONE) : readRunRecord(read.value);
    },

    async change(datasetId, id, change) {
      const changed = await guarded(async (): Promise<Result<RunEntry, Failure>> => {
        const { store, done } = (await database()).transaction('runEntries', 'readwrite');
        const stored = await store.get([datasetId, id]);
        if (stored === undefined) return err(GONE);
        const entry = readRunEntry(stored);
        if (!entry.ok) return entry;
        const next = { ...entry.value, ...change };
        await store.put(next, [datasetId, id]);
        await done;
        return ok(next);
      });
      return changed.ok ? changed.value : changed;
    },

    remove: (datasetId, id) =>
      guarded(async () => {
        await drop(datasetId, id);
        return null;
      }),
  };
}

const ids = (keys: readonly (readonly [dataset: string, run: string])[]): string[] =>
  keys.map(([, run]) => run);

/** Puts a run under the name that it has, or under the next number. @returns its entry */
export async function putRun(
  record: RunRecord,
  stores: {
    readonly runs: { put(value: unknown, key: [string, string]): Promise<unknown> };
    readonly runEntries: {
      put(value: unknown, key: [string, string]): Promise<unknown>;
      getAll(keys: IDBKeyRange): Promise<readonly unknown[]>;
    };
  },
): Promise<RunEntry> {
  const key: [string, string] = [record.datasetId, record.id];
  const stored = await stores.runEntries.getAll(keysUnder(record.datasetId));
  const entries = stored.map(readRunEntry).flatMap((entry) => (entry.ok ? [entry.value] : []));
  const name = entries.find(({ id }) => id === record.id)?.name ?? nextRunName(entries);
  const entry = entryOfRun(record, name);
  await Promise.all([stores.runs.put(record, key), stores.runEntries.put(entry, key)]);
  return entry;
}
