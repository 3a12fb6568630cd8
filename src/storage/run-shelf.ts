/**
 * The kept runs of each dataset: an entry to list and compare it by, and the record with weights
 * and scores. Both are written in one transaction, so neither is there without the other.
 */
import { err, type Failure, ok, type Result } from '../base/result.ts';
import type { RunRecord } from '../run/record.ts';
import { readRunEntry, readRunRecord } from '../run/record-formats.ts';
import { entryOfRun, nextRunName, type RunEntry } from '../run/run-entries.ts';
import { scoresFit } from '../run/score-schemas.ts';
import { keysUnder } from './database.ts';
import { isAlone } from './pages.ts';
import { readDatasetEntry } from './records.ts';
import type { Database } from './schema.ts';
import { guarded } from './storage-failure.ts';
import { nameIn, type Unreadable } from './unreadable.ts';

export type RunEntryChange = Partial<Pick<RunEntry, 'name' | 'trashed'>>;

export interface RunShelf {
  /**
   * Of a dataset, the last saved first. Those that were deleted before go for good, unless another
   * page could undo it.
   */
  list(datasetId: string): Promise<Result<ListedRuns, Failure>>;
  read(datasetId: string, id: string): Promise<Result<RunRecord, Failure>>;
  change(datasetId: string, id: string, change: RunEntryChange): Promise<Result<RunEntry, Failure>>;
  remove(datasetId: string, id: string): Promise<Result<null, Failure>>;
}

export interface ListedRuns {
  readonly entries: readonly RunEntry[];
  /** Runs that are there and could not be read. */
  readonly unreadable: readonly Unreadable[];
}

const STORES = ['runs', 'runEntries'] as const;

const GONE: Failure = {
  what: 'the run is not stored any more',
  where: 'browser storage',
  advice: 'it was deleted, here or in another tab; train again',
};

const WITHOUT_ENTRY: Failure = {
  what: 'the run has no entry, which it is listed by',
  where: 'browser storage',
  advice: 'save it as it is and report it, or delete it and train again',
};

const OTHER_TRACES: Failure = {
  what: 'the run has scores of traces that its dataset does not have',
  where: 'browser storage',
  advice: 'delete it and train again',
};

/** By dataset and run: what this page last read or wrote. */
export type Revisions = Map<string, number>;

/** How often a stored run was written over. */
const revisionOf = (entry: unknown): number => {
  const read = readRunEntry(entry);
  return read.ok ? (read.value.revision ?? 0) : 0;
};

export function createRunShelf(database: () => Promise<Database>, revisions: Revisions): RunShelf {
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
        const keys = keysUnder(datasetId);
        const [stored, storedKeys] = await Promise.all([
          db.getAll('runEntries', keys),
          db.getAllKeys('runEntries', keys),
        ]);
        const alone = await isAlone();
        const entries: RunEntry[] = [];
        const unreadable = new Map<string, Unreadable>();
        const tell = (runId: string, value: unknown, why: Failure): void => {
          const name = nameIn(value, runId);
          unreadable.set(runId, { store: 'runs', datasetId, runId, name, why });
        };
        for (const [i, value] of stored.entries()) {
          const [, id] = storedKeys[i]!;
          const entry = readRunEntry(value);
          if (!entry.ok) tell(id, value, entry.error);
          else if (entry.value.trashed) {
            if (alone) await drop(datasetId, id);
          } else entries.push({ ...entry.value, id, datasetId });
        }
        const known = new Set(ids(storedKeys));
        for (const key of await db.getAllKeys('runs', keys)) {
          const [, id] = key;
          if (known.has(id)) continue;
          const value = await db.get('runs', key);
          const record = readRunRecord(value);
          tell(id, value, record.ok ? WITHOUT_ENTRY : record.error);
        }
        return {
          entries: entries.sort((a, b) => b.savedAt - a.savedAt),
          unreadable: [...unreadable.values()],
        };
      }),

    async read(datasetId, id) {
      const read = await guarded(async () => {
        const db = await database();
        return Promise.all([
          db.get('runs', [datasetId, id]),
          db.get('datasets', datasetId),
          db.get('runEntries', [datasetId, id]),
        ]);
      });
      if (!read.ok) return read;
      const [stored, dataset, of] = read.value;
      revisions.set(`${datasetId} ${id}`, revisionOf(of));
      if (stored === undefined) return err(GONE);
      const run = readRunRecord(stored);
      const entry = readDatasetEntry(dataset);
      if (!run.ok || !entry.ok) return run;
      const traces = entry.value.tables.traces.rows;
      const fits = run.value.detectors.every(({ scores }) => !scores || scoresFit(scores, traces));
      return fits ? ok({ ...run.value, id, datasetId }) : err(OTHER_TRACES);
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

const CHANGED_ELSEWHERE: Failure = {
  what: 'another tab has changed this run since it was opened here',
  where: 'browser storage',
  advice: 'show the run again to see what is stored, or store this one over it',
};

/**
 * Puts a run under the name that it has, or under the next number.
 *
 * @returns its entry; a failure where another page wrote it meanwhile, and not again when it is put
 *          once more
 */
export async function putRun(
  record: RunRecord,
  stores: {
    readonly runs: { put(value: unknown, key: [string, string]): Promise<unknown> };
    readonly runEntries: {
      put(value: unknown, key: [string, string]): Promise<unknown>;
      getAll(keys: IDBKeyRange): Promise<readonly unknown[]>;
    };
  },
  revisions: Revisions,
): Promise<Result<RunEntry, Failure>> {
  const key: [string, string] = [record.datasetId, record.id];
  const stored = await stores.runEntries.getAll(keysUnder(record.datasetId));
  const entries = stored.map(readRunEntry).flatMap((entry) => (entry.ok ? [entry.value] : []));
  const before = entries.find(({ id }) => id === record.id);
  const [known, found] = [revisions.get(key.join(' ')), before?.revision ?? 0];
  if (before !== undefined && known !== undefined && known !== found) {
    revisions.set(key.join(' '), found);
    return err(CHANGED_ELSEWHERE);
  }
  const entry: RunEntry = {
    ...entryOfRun(record, before?.name ?? nextRunName(entries)),
    ...(before === undefined ? {} : { revision: found + 1 }),
  };
  revisions.set(key.join(' '), entry.revision ?? 0);
  await Promise.all([stores.runs.put(record, key), stores.runEntries.put(entry, key)]);
  return ok(entry);
}
