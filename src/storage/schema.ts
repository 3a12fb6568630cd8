/** The object stores of the IndexedDB database. */
import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from 'idb';
import type { Slot } from './checkpoint-slots.ts';
import type { Columns } from './column-chunks.ts';
import type { SpanTableName, TableName } from './dataset-tables.ts';

/** Keys begin with the id of the dataset. Values are checked where they are read. */
export interface NotebookSchema extends DBSchema {
  /** What makes a dataset exist: chunks without an entry are what an interrupted save left. */
  datasets: { key: string; value: unknown };
  /** By dataset, table and first row; since version 3. */
  chunks: {
    key: [dataset: string, table: TableName | SpanTableName, first: number];
    value: Columns;
  };
  /** Several a dataset since version 4. */
  runs: { key: [dataset: string, run: string]; value: unknown };
  /** What runs are listed by; since version 4. */
  runEntries: { key: [dataset: string, run: string]; value: unknown };
  /** Two slots a dataset; since version 2. */
  checkpoints: { key: [dataset: string, slot: Slot]; value: unknown };
  /** By dataset; since version 4. */
  notes: { key: string; value: unknown };
  /** Files of kept models, which belong to no dataset; since version 5. */
  models: { key: string; value: unknown };
  /** What they are listed by; since version 5. */
  modelEntries: { key: string; value: unknown };
}

/** All that hold what belongs to a dataset. */
export const STORE_NAMES = [
  'datasets',
  'chunks',
  'runs',
  'runEntries',
  'checkpoints',
  'notes',
] as const;
export type StoreName = (typeof STORE_NAMES)[number];
export type Database = IDBPDatabase<NotebookSchema>;
export type UpgradeTransaction = IDBPTransaction<
  NotebookSchema,
  StoreNames<NotebookSchema>[],
  'versionchange'
>;
