/**
 * All that is stored of one dataset, record by record, to be carried to another browser: its entry
 * and chunks, its runs and its notes. Enters from a file: records that anyone may have written, so
 * each is checked as one that comes out of the database is.
 */
import { err, type Failure, ok, type Result } from '../base/result.ts';
import { readRunEntry, readRunRecord } from '../run/record-formats.ts';
import { scoresFit } from '../run/score-schemas.ts';
import type { Columns } from './column-chunks.ts';
import { keysUnder } from './database.ts';
import { createTraceSetJoiner, type TableChunk } from './dataset-chunks.ts';
import { TABLE_NAMES, type TableName } from './dataset-tables.ts';
import { readNotesRecord } from './notes.ts';
import { type DatasetEntry, readDatasetEntry } from './records.ts';
import type { Database } from './schema.ts';
import { guarded } from './storage-failure.ts';

const CARRIED = ['datasets', 'chunks', 'runs', 'runEntries', 'notes'] as const;
type CarriedStore = (typeof CARRIED)[number];

export interface CarriedRecord {
  readonly store: CarriedStore;
  /** The rest of its key, after the id of the dataset. */
  readonly key: readonly (string | number)[];
  readonly value: unknown;
}

export interface DatasetRecords {
  /** One after another, the entry last; null from where the dataset is not there. */
  read(datasetId: string): AsyncGenerator<CarriedRecord>;
  /** Stores them as a dataset of this id. All of it or nothing is there afterwards. */
  write(datasetId: string, records: readonly CarriedRecord[]): Promise<Result<null, Failure>>;
}

export function createDatasetRecords(database: () => Promise<Database>): DatasetRecords {
  return {
    async *read(datasetId) {
      const db = await database();
      for (const key of await db.getAllKeys('chunks', keysUnder(datasetId))) {
        yield { store: 'chunks', key: key.slice(1), value: await db.get('chunks', key) };
      }
      for (const store of ['runs', 'runEntries'] as const) {
        for (const key of await db.getAllKeys(store, keysUnder(datasetId))) {
          yield { store, key: key.slice(1), value: await db.get(store, key) };
        }
      }
      for (const store of ['notes', 'datasets'] as const) {
        const value = await db.get(store, datasetId);
        if (value !== undefined) yield { store, key: [], value };
      }
    },

    async write(datasetId, records) {
      const checked: CarriedRecord[] = [];
      for (const record of records) {
        const one = checkedRecord(datasetId, record);
        if (!one.ok) return one;
        checked.push(one.value);
      }
      const entries = checked.filter(({ store }) => store === 'datasets');
      if (entries.length !== 1) return err(unusable('it does not hold one dataset'));
      const fault = datasetFault(entries[0]!.value as DatasetEntry, checked);
      if (fault !== null) return err(unusable(fault));
      return guarded(async () => {
        const transaction = (await database()).transaction(CARRIED, 'readwrite');
        for (const { store, key, value } of checked) {
          const whole = key.length === 0 ? datasetId : [datasetId, ...key];
          // Checked above against the schema of its store.
          void transaction.objectStore(store).put(value as Columns, whole as never);
        }
        await transaction.done;
        return null;
      });
    },
  };
}

export const unusable = (what: string): Failure => ({
  what: `this notebook file cannot be opened: ${what}`,
  where: 'the notebook file',
  advice: 'ask for it again; it may have been cut off or changed on its way',
});

/** As the dataset of another id, or what is wrong with it. */
function checkedRecord(
  datasetId: string,
  { store, key, value }: CarriedRecord,
): Result<CarriedRecord, Failure> {
  const run = key.length === 1 && typeof key[0] === 'string' ? key[0] : null;
  switch (store) {
    case 'datasets': {
      const entry = readDatasetEntry(value);
      if (!entry.ok) return entry;
      const { trashed: _, ...kept }: DatasetEntry = entry.value;
      return ok({ store, key: [], value: { ...kept, id: datasetId } });
    }
    case 'chunks': {
      const [table, first] = key;
      const known = typeof table === 'string' && isTable(table) && Number.isSafeInteger(first);
      if (!known || key.length !== 2 || !isColumns(value)) {
        return err(unusable('a part of its dataset is none'));
      }
      return ok({ store, key, value });
    }
    case 'runs': {
      const record = readRunRecord(value);
      if (run === null) return err(unusable('a run of it has no name'));
      // One that this build cannot read stays as it is, and is said when the dataset is opened.
      return ok({ store, key, value: record.ok ? { ...record.value, id: run, datasetId } : value });
    }
    case 'runEntries': {
      const entry = readRunEntry(value);
      if (!entry.ok) return entry;
      if (run === null) return err(unusable('a run of it has no name'));
      return ok({ store, key, value: { ...entry.value, id: run, datasetId } });
    }
    case 'notes': {
      const notes = readNotesRecord(value);
      return notes.ok ? ok({ store, key: [], value: { ...(value as object), datasetId } }) : notes;
    }
    default:
      return err(unusable('it holds something else'));
  }
}

/** What keeps a dataset from being opened, as far as its chunks tell; null where nothing does. */
function datasetFault(entry: DatasetEntry, records: readonly CarriedRecord[]): string | null {
  const chunks = records.flatMap(({ store, key, value }): TableChunk[] =>
    store === 'chunks' && isJoined(key[0])
      ? [{ table: key[0], first: Number(key[1]), columns: value as Columns }]
      : [],
  );
  // Before anything of that size is made: a table has at most a row per value that is here.
  for (const table of TABLE_NAMES) {
    const values = chunks
      .filter((chunk) => chunk.table === table)
      .flatMap(({ columns }) => Object.values(columns))
      .reduce((sum, column) => sum + column.length, 0);
    const size = entry.tables[table];
    const most = size === undefined ? 0 : Math.max(size.rows, ...Object.values(size.values));
    if (most > values) return `${table}: rows are missing`;
  }
  const joiner = createTraceSetJoiner(entry);
  for (const chunk of chunks.sort((a, b) => a.first - b.first)) {
    const fault = joiner.add(chunk);
    if (fault !== null) return fault;
  }
  const joined = joiner.finish();
  if (!joined.ok) return joined.error;
  const traces = entry.tables.traces.rows;
  const strange = records.some(({ store, value }) => {
    const run = store === 'runs' ? readRunRecord(value) : null;
    return (
      run?.ok && run.value.detectors.some(({ scores }) => scores && !scoresFit(scores, traces))
    );
  });
  return strange ? 'a run of it has scores of traces that it does not have' : null;
}

const isJoined = (table: unknown): table is TableName =>
  (TABLE_NAMES as readonly unknown[]).includes(table);

const TABLES: ReadonlySet<string> = new Set([...TABLE_NAMES, 'spanIndex', 'spans']);
const isTable = (name: string): boolean => TABLES.has(name);

const isColumns = (value: unknown): value is Columns =>
  typeof value === 'object' && value !== null && Object.values(value).every(ArrayBuffer.isView);
