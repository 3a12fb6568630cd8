/**
 * What is stored of a dataset. Each record carries a formatVersion; a record of a version that this
 * build does not know is left alone and reported, never guessed at.
 */
import { ok, type Result } from '../base/result.ts';
import type { FileRole } from '../features/splits.ts';
import type { ImportedTraces } from '../ingest/import.ts';
import type { PrepareReport } from '../prepare/prepare.ts';
import { parseRecord, type RecordFailure } from '../run/stored-record.ts';
import type { TableSize } from './column-chunks.ts';
import type { TableName } from './dataset-tables.ts';
import { withFormatLabels } from './format-labels.ts';
import { datasetEntry } from './schemas.ts';

/** 1 was one record with everything in it; {@link file://./upgrade.ts} reads it. */
export const DATASET_FORMAT = 2;

/** A dataset in memory. */
export interface Dataset {
  readonly id: string;
  readonly name: string;
  readonly imported: ImportedTraces;
  /** [files] */
  readonly roles: readonly FileRole[];
  /** How it was made from another dataset; absent where it was imported. */
  readonly preparation?: Preparation;
}

/** Section A.4 on a dataset, which stays as it was so that Undo can bring it back. */
export interface Preparation {
  readonly report: PrepareReport;
  /** null where it was deleted since. */
  readonly source: Dataset | null;
}

/** Which earlier builds do not have. */
type LaterTable = 'errors' | 'rootCauseOf' | 'rootCauses';
export type StoredTables = Readonly<Record<Exclude<TableName, LaterTable>, TableSize>> &
  Readonly<Partial<Record<LaterTable, TableSize>>>;

/** A stored dataset without its columns, which lie in chunks beside it. */
export interface DatasetEntry {
  readonly formatVersion: typeof DATASET_FORMAT;
  readonly id: string;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly savedAt: number;
  /** Milliseconds since the epoch; the latest is opened when the page is. */
  readonly openedAt: number;
  /** [files] */
  readonly roles: readonly FileRole[];
  readonly imported: Omit<ImportedTraces, 'traces'>;
  /** The source is stored as a dataset of its own. */
  readonly preparation?: { readonly report: PrepareReport; readonly sourceId: string };
  readonly tables: StoredTables;
  /** Deleted, and gone for good when the page is opened next. */
  readonly trashed?: boolean;
  /** Spans that can be read back: all that were kept, or 0 for a dataset of an earlier version. */
  readonly spans: number;
  /** Of all columns. */
  readonly bytes: number;
}

export function readDatasetEntry(value: unknown): Result<DatasetEntry, RecordFailure> {
  const read = parseRecord<DatasetEntry>(value, 'dataset', DATASET_FORMAT, datasetEntry);
  if (!read.ok) return read;
  return ok({ ...read.value, imported: withFormatLabels(read.value.imported) });
}
