/** A dataset as its entry and its chunks, and back. */
import { err, ok, type Result } from '../base/result.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import {
  type Chunk,
  type Columns,
  createTableJoiner,
  cutTable,
  type TableSize,
  tableBytes,
  tableSize,
} from './column-chunks.ts';
import {
  TABLE_NAMES,
  TABLES,
  type TableName,
  tablesOf,
  traceSetOfTables,
} from './dataset-tables.ts';
import { DATASET_FORMAT, type Dataset, type DatasetEntry } from './records.ts';

/** A few milliseconds of the page's thread each, and a few hundred for a million traces. */
export const CHUNK_BYTES = 2 ** 20;

export interface TableChunk extends Chunk {
  readonly table: TableName;
}

export function* chunksOf(traces: TraceSet, maxBytes = CHUNK_BYTES): Generator<TableChunk> {
  const tables = tablesOf(traces);
  for (const table of TABLE_NAMES) {
    const { columns, rows } = tables[table];
    for (const chunk of cutTable(TABLES[table], columns, rows, maxBytes)) yield { table, ...chunk };
  }
}

/**
 * Of a dataset without its spans.
 *
 * @param savedAt milliseconds since the epoch
 */
export function entryOf(dataset: Dataset, savedAt: number): DatasetEntry {
  const { id, name, roles, imported, preparation } = dataset;
  const { traces, ...rest } = imported;
  const tables = tablesOf(traces);
  const sizes = TABLE_NAMES.map((table) => {
    const { columns, rows } = tables[table];
    return [table, tableSize(TABLES[table], columns, rows)] as const;
  });
  return {
    formatVersion: DATASET_FORMAT,
    id,
    name,
    savedAt,
    openedAt: savedAt,
    roles,
    imported: rest,
    ...(preparation?.source
      ? { preparation: { report: preparation.report, sourceId: preparation.source.id } }
      : {}),
    tables: Object.fromEntries(sizes) as DatasetEntry['tables'],
    spans: 0,
    bytes: sizes.reduce((sum, [table, size]) => sum + tableBytes(TABLES[table], size), 0),
  };
}

export interface TraceSetJoiner {
  /** Chunks of a table come in the order of their rows. @returns what is wrong with it, or null */
  add(chunk: TableChunk): string | null;
  finish(): Result<TraceSet, string>;
}

type Joined = Pick<DatasetEntry, 'tables' | 'imported'>;

/** Of a table that an earlier build did not have. */
const NO_TABLE: TableSize = { rows: 0, values: {} };

/** Bytes of a name: more than imports take, and less than makes a page slow. */
const NAME_BYTES = 2 ** 17;

export function createTraceSetJoiner({ tables, imported }: Joined): TraceSetJoiner {
  const joiners = new Map(
    TABLE_NAMES.map((table) => [
      table,
      createTableJoiner(TABLES[table], tables[table] ?? NO_TABLE),
    ]),
  );
  return {
    add: ({ table, ...chunk }) => {
      const fault = joiners.get(table)?.add(chunk) ?? null;
      return fault === null ? null : `${table}: ${fault}`;
    },
    finish() {
      const joined: Partial<Record<TableName, Columns>> = {};
      for (const [table, joiner] of joiners) {
        const columns = joiner.finish();
        if (!columns.ok) return err(`${table}: ${columns.error}`);
        joined[table] = columns.value;
      }
      for (const table of ['services', 'operations', 'rootCauses'] as const) {
        const { nameOffset } = joined[table]!;
        const long = nameOffset!.findIndex((end, i) => end - nameOffset![i - 1]! > NAME_BYTES);
        if (long > 0) return err(`${table}: a name of more than ${NAME_BYTES} bytes`);
      }
      const files = imported.files.length;
      if (joined.traces!.file!.some((file) => file >= files)) {
        return err('traces: a trace of no file');
      }
      return ok(traceSetOfTables(joined as Record<TableName, Columns>));
    },
  };
}
