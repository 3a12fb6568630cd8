/** The IndexedDB database: its object stores, by version, and the connection to it. */
import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB } from 'idb';
import type { Slot } from './checkpoint-slots.ts';
import type { Columns } from './column-chunks.ts';
import type { SpanTableName, TableName } from './dataset-tables.ts';
import { upgradeToSeveralDatasets } from './upgrade.ts';
import { upgradeToKeptRuns } from './upgrade-runs.ts';

export const DATABASE = 'tracevae-notebook';
export const DATABASE_VERSION = 4;

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
}

/** All of them; each holds what belongs to a dataset. */
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
export type UpgradeTransaction = IDBPTransaction<NotebookSchema, StoreName[], 'versionchange'>;

/** Opens the database when it is first asked for, and again after a newer page took it over. */
export function createConnection(): () => Promise<Database> {
  let opened: Promise<Database> | null = null;

  const open = (): Promise<Database> =>
    new Promise((resolve, reject) => {
      let fault: unknown = null;
      openDB<NotebookSchema>(DATABASE, DATABASE_VERSION, {
        upgrade(db, oldVersion, _newVersion, transaction) {
          if (oldVersion < 1) {
            db.createObjectStore('datasets');
            db.createObjectStore('runs');
          }
          if (oldVersion < 2) db.createObjectStore('checkpoints');
          if (oldVersion < 3) db.createObjectStore('chunks');
          if (oldVersion < 4) {
            db.createObjectStore('runEntries');
            db.createObjectStore('notes');
            // What was stored stays as it was when the upgrade fails.
            upgrade(transaction, oldVersion).catch((cause: unknown) => {
              fault = cause;
              transaction.done.catch(() => undefined); // told as the fault
              abort(transaction);
            });
          }
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
      }).then(resolve, (cause: unknown) => reject(fault ?? cause));
    });

  return () => {
    opened ??= open();
    return opened;
  };
}

/** One version after the other, all in the transaction of the version change. */
async function upgrade(transaction: UpgradeTransaction, oldVersion: number): Promise<void> {
  if (oldVersion < 3) await upgradeToSeveralDatasets(transaction);
  await upgradeToKeptRuns(transaction);
}

function abort(transaction: UpgradeTransaction): void {
  try {
    transaction.abort();
  } catch {
    // the browser has aborted it already
  }
}

/** All keys that begin so: an array sorts after every string and number. */
export const keysUnder = (...prefix: readonly string[]): IDBKeyRange =>
  IDBKeyRange.bound(prefix, [...prefix, []]);
