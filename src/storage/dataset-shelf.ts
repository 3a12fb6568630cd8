/**
 * Several datasets in the database. A dataset exists once its entry does, and the entry is written
 * last: a save that is cut off leaves chunks without an entry, which the next listing sweeps.
 */
import { err, type Failure, ok, type Result } from '../base/result.ts';
import type { SpanChunk } from '../trace/span-chunks.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import type { Columns } from './column-chunks.ts';
import { keysUnder } from './database.ts';
import { chunksOf, createTraceSetJoiner, entryOf } from './dataset-chunks.ts';
import { readSpanChunks, readTraceSpans, SPAN_BYTES, saveSpans } from './dataset-spans.ts';
import { type SpanTableName, TABLE_NAMES, type TableName } from './dataset-tables.ts';
import { isAlone } from './pages.ts';
import { type Dataset, type DatasetEntry, readDatasetEntry } from './records.ts';
import { type Database, STORE_NAMES } from './schema.ts';
import { damaged, guarded } from './storage-failure.ts';
import type { TraceSpans } from './trace-spans.ts';
import { nameIn, type Unreadable } from './unreadable.ts';

export interface StoredDatasets {
  /** The last saved first. */
  readonly entries: readonly DatasetEntry[];
  /** Entries that are there and could not be read. */
  readonly unreadable: readonly Unreadable[];
}

export interface SaveOptions {
  /** Milliseconds since the epoch. */
  readonly savedAt: number;
  /** Of the whole dataset, chunk after chunk; empty where they are not at hand. */
  readonly spans: AsyncIterable<SpanChunk>;
  /** 0 to 1 */
  readonly onProgress: (share: number) => void;
}

export type EntryChange = Partial<Pick<DatasetEntry, 'name' | 'roles' | 'openedAt' | 'trashed'>>;

export interface DatasetShelf {
  /**
   * Also removes, where no other page could undo it or is saving just now, what interrupted saves left and what was
   * deleted before.
   */
  list(): Promise<Result<StoredDatasets, Failure>>;
  /** Of a listed dataset; without the source of one that was prepared. */
  read(entry: DatasetEntry): Promise<Result<Dataset, Failure>>;
  /** Chunk by chunk; all of it or nothing is there afterwards. */
  save(dataset: Dataset, options: SaveOptions): Promise<Result<DatasetEntry, Failure>>;
  /** The spans of one trace of a listed dataset; null where the dataset was stored without. */
  readSpans(entry: DatasetEntry, trace: number): Promise<Result<TraceSpans | null, Failure>>;
  /** All that are stored of a dataset, chunk after chunk. */
  spans(id: string): AsyncGenerator<SpanChunk>;
  change(id: string, change: EntryChange): Promise<Result<DatasetEntry, Failure>>;
  /** With its runs, checkpoints and notes. */
  remove(id: string): Promise<Result<null, Failure>>;
}

const GONE: Failure = {
  what: 'the dataset is not stored any more',
  where: 'browser storage',
  advice: 'it was deleted, here or in another tab, or site data were cleared; store it again',
};

/** Held while chunks without an entry are on their way, so that no other tab sweeps them. */
const SAVING_LOCK = 'tracevae-notebook.saving';

export function createDatasetShelf(database: () => Promise<Database>): DatasetShelf {
  const sweep = async (): Promise<void> => {
    const transaction = (await database()).transaction(STORE_NAMES, 'readwrite');
    const datasets = transaction.objectStore('datasets');
    for (const id of await datasets.getAllKeys()) {
      const entry = readDatasetEntry(await datasets.get(id));
      if (entry.ok && entry.value.trashed) await datasets.delete(id);
    }
    const known = new Set(await datasets.getAllKeys());
    const chunks = transaction.objectStore('chunks');
    let cursor = await chunks.openKeyCursor();
    while (cursor !== null) {
      const keys = keysUnder(cursor.key[0]);
      if (!known.has(cursor.key[0])) await chunks.delete(keys);
      cursor = await cursor.continue(keys.upper);
    }
    for (const name of ['runs', 'runEntries', 'checkpoints'] as const) {
      const store = transaction.objectStore(name);
      for (const key of await store.getAllKeys()) {
        if (!known.has(key[0])) await store.delete(keysUnder(key[0]));
      }
    }
    const notes = transaction.objectStore('notes');
    for (const id of await notes.getAllKeys()) if (!known.has(id)) await notes.delete(id);
    await transaction.done;
  };

  const dropChunks = async (id: string): Promise<void> => {
    await (await database()).delete('chunks', keysUnder(id));
  };

  return {
    list: () =>
      guarded(async () => {
        if (await isAlone()) await whileNobodySaves(sweep);
        const db = await database();
        const [stored, keys] = await Promise.all([
          db.getAll('datasets'),
          db.getAllKeys('datasets'),
        ]);
        const entries: DatasetEntry[] = [];
        const unreadable: Unreadable[] = [];
        for (const [i, value] of stored.entries()) {
          const id = keys[i]!;
          const entry = readDatasetEntry(value);
          if (!entry.ok) {
            const name = nameIn(value, id);
            unreadable.push({
              store: 'datasets',
              datasetId: id,
              runId: null,
              name,
              why: entry.error,
            });
          } else if (!entry.value.trashed) entries.push({ ...entry.value, id });
        }
        return { entries: entries.sort((a, b) => b.savedAt - a.savedAt), unreadable };
      }),

    async read(entry) {
      const { id, name, roles, imported, preparation } = entry;
      const read = await guarded(async () => joinChunks(await database(), entry).catch(tooLarge));
      if (!read.ok) return read;
      const traces = read.value;
      if (!traces.ok) return err(damaged(name, traces.error));
      return ok({
        id,
        name,
        roles,
        imported: { ...imported, traces: traces.value },
        ...(preparation ? { preparation: { report: preparation.report, source: null } } : {}),
      });
    },

    save: (dataset, { savedAt, spans, onProgress }) =>
      guarded(() =>
        whileSaving(async () => {
          const { id, imported } = dataset;
          const planned = entryOf(dataset, savedAt);
          const plannedBytes = planned.bytes + SPAN_BYTES * imported.spansKept;
          const db = await database();
          let bytes = 0;
          const put = async (table: TableName | SpanTableName, first: number, columns: Columns) => {
            await db.put('chunks', columns, [id, table, first]);
            for (const column of Object.values(columns)) bytes += column.byteLength;
            onProgress(Math.min(1, bytes / plannedBytes));
          };
          let entry: DatasetEntry;
          try {
            for (const { table, first, columns } of chunksOf(imported.traces)) {
              await put(table, first, columns);
            }
            entry = { ...planned, spans: await saveSpans(imported, spans, put), bytes };
            const last = db.transaction('datasets', 'readwrite', { durability: 'strict' });
            await Promise.all([last.store.put(entry, id), last.done]);
          } catch (cause) {
            await dropChunks(id);
            throw cause;
          }
          return entry;
        }),
      ),

    async readSpans({ id, name, spans }, trace) {
      if (spans === 0) return ok(null);
      const read = await guarded(async () =>
        readTraceSpans(await database(), id, trace).catch(noSpans),
      );
      if (read.ok && read.value?.parent.length === 0) return ok(null);
      if (!read.ok || read.value !== null) return read;
      return err(damaged(name, `the spans of trace ${trace} are missing or damaged`));
    },

    async *spans(id) {
      yield* readSpanChunks(await database(), id);
    },

    async change(id, change) {
      const changed = await guarded(async () => {
        const { store, done } = (await database()).transaction('datasets', 'readwrite');
        const stored = await store.get(id);
        if (stored === undefined) return err(GONE);
        const entry = readDatasetEntry(stored);
        if (entry.ok) await store.put({ ...entry.value, ...change }, id);
        await done;
        return entry.ok ? ok({ ...entry.value, ...change }) : entry;
      });
      return changed.ok ? changed.value : changed;
    },

    remove: (id) =>
      guarded(async () => {
        const transaction = (await database()).transaction(STORE_NAMES, 'readwrite');
        await Promise.all([
          transaction.objectStore('datasets').delete(id),
          transaction.objectStore('chunks').delete(keysUnder(id)),
          transaction.objectStore('runs').delete(keysUnder(id)),
          transaction.objectStore('runEntries').delete(keysUnder(id)),
          transaction.objectStore('checkpoints').delete(keysUnder(id)),
          transaction.objectStore('notes').delete(id),
          transaction.done,
        ]);
        return null;
      }),
  };
}

/** Tables of a size that no memory has. */
function tooLarge(cause: unknown): Result<TraceSet, string> {
  if (cause instanceof RangeError) return err('it is larger than this page has memory for');
  throw cause;
}

/** Columns that are missing or of another kind. */
function noSpans(cause: unknown): null {
  if (cause instanceof TypeError || cause instanceof RangeError) return null;
  throw cause;
}

/** In one transaction, so that a deletion in another tab comes before or after. */
async function joinChunks(db: Database, entry: DatasetEntry): Promise<Result<TraceSet, string>> {
  const joiner = createTraceSetJoiner(entry);
  const { store } = db.transaction('chunks');
  for (const table of TABLE_NAMES) {
    let cursor = await store.openCursor(keysUnder(entry.id, table));
    while (cursor !== null) {
      const fault = joiner.add({ table, first: cursor.key[2], columns: cursor.value });
      if (fault !== null) return err(fault);
      cursor = await cursor.continue();
    }
  }
  return joiner.finish();
}

/** Any number of pages may save at a time. Locks go when their page does. */
const whileSaving = async <T>(work: () => Promise<T>): Promise<T> =>
  navigator.locks === undefined
    ? work()
    : await navigator.locks.request(SAVING_LOCK, { mode: 'shared' }, work);

const whileNobodySaves = async (work: () => Promise<void>): Promise<void> => {
  if (navigator.locks === undefined) return work();
  await navigator.locks.request(SAVING_LOCK, { ifAvailable: true }, async (lock) => {
    if (lock !== null) await work();
  });
};
