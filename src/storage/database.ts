/** The connection to the IndexedDB database, and how its versions follow each other. */
import { openDB } from 'idb';
import type { Database, NotebookSchema, UpgradeTransaction } from './schema.ts';
import { upgradeToSeveralDatasets } from './upgrade.ts';
import { upgradeToKeptRuns } from './upgrade-runs.ts';

export const DATABASE = 'tracevae-notebook';
export const DATABASE_VERSION = 5;

/**
 * Opens the database when it is first asked for, and again after it was closed under the page: by a
 * newer page, by a person who clears site data, by the browser. A failure to open is not kept.
 */
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
          if (oldVersion < 5) {
            db.createObjectStore('models');
            db.createObjectStore('modelEntries');
          }
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
        terminated() {
          opened = null;
        },
      }).then(resolve, (cause: unknown) => reject(fault ?? cause));
    });

  return async () => {
    const before = opened;
    if (before !== null && isOpen(await before)) return before;
    // another call may have opened it again meanwhile
    if (opened === before) {
      const mine = open();
      opened = mine;
      mine.catch(() => {
        if (opened === mine) opened = null;
      });
    }
    return opened ?? open();
  };
}

/** A closed connection gives no transaction. */
function isOpen(db: Database): boolean {
  try {
    db.transaction('datasets');
    return true;
  } catch {
    return false;
  }
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
