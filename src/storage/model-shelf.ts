/**
 * Kept models, which belong to no dataset: an entry to list each by, and its file as bytes. Both are
 * written in one transaction, so neither is there without the other; the entry has the name, so that
 * renaming rewrites no weights.
 */

import { err, type Failure, ok, type Result } from '../base/result.ts';
import type { DetectorId } from '../detectors/catalog.ts';
import { parseRecord } from '../run/stored-record.ts';
import { isAlone } from './pages.ts';
import type { Database } from './schema.ts';
import { modelEntry as schema } from './schemas.ts';
import { guarded } from './storage-failure.ts';
import { nameIn, type Unreadable } from './unreadable.ts';

export const MODEL_ENTRY_FORMAT = 1;

/** What a kept model is listed by. */
export interface ModelEntry {
  readonly formatVersion: typeof MODEL_ENTRY_FORMAT;
  readonly id: string;
  readonly name: string;
  /** Milliseconds since the epoch: of keeping the run, wherever that was. */
  readonly keptAt: number;
  /** Milliseconds since the epoch: here. */
  readonly savedAt: number;
  /** Of the file. */
  readonly bytes: number;
  /** Names of the files that it was trained on. */
  readonly files: readonly string[];
  /** See the origin of a kept model; with `keptAt` it tells whether two are the same. */
  readonly dataHash: string;
  readonly trainTraces: number;
  readonly detectors: readonly DetectorId[];
  readonly units: number;
  readonly epochs: number;
  readonly seed: number;
  /** The run that was kept; null where the model came as a file. */
  readonly runId: string | null;
  /** Deleted, and gone for good when the page is opened next. */
  readonly trashed?: boolean;
}

export interface ListedModels {
  /** The last saved first. */
  readonly entries: readonly ModelEntry[];
  readonly unreadable: readonly Unreadable[];
}

export interface ModelShelf {
  /** Those that were deleted before go for good, unless another page could undo it. */
  list(): Promise<Result<ListedModels, Failure>>;
  /** The file, as it was when the model was kept: it has the name of then. */
  read(id: string): Promise<Result<Uint8Array<ArrayBuffer>, Failure>>;
  save(entry: ModelEntry, file: Uint8Array<ArrayBuffer>): Promise<Result<null, Failure>>;
  change(
    id: string,
    change: Partial<Pick<ModelEntry, 'name' | 'trashed'>>,
  ): Promise<Result<ModelEntry, Failure>>;
  remove(id: string): Promise<Result<null, Failure>>;
}

const STORES = ['models', 'modelEntries'] as const;

const GONE: Failure = {
  what: 'the model is not stored any more',
  where: 'browser storage',
  advice: 'it was deleted, here or in another tab; keep its run once more, or open its file',
};

const readModelEntry = (value: unknown) =>
  parseRecord<ModelEntry>(value, 'model', MODEL_ENTRY_FORMAT, schema);

export function createModelShelf(database: () => Promise<Database>): ModelShelf {
  const drop = async (id: string): Promise<void> => {
    const transaction = (await database()).transaction(STORES, 'readwrite');
    await Promise.all([
      transaction.objectStore('models').delete(id),
      transaction.objectStore('modelEntries').delete(id),
      transaction.done,
    ]);
  };

  return {
    list: () =>
      guarded(async () => {
        const db = await database();
        const [stored, ids] = await Promise.all([
          db.getAll('modelEntries'),
          db.getAllKeys('modelEntries'),
        ]);
        const alone = await isAlone();
        const entries: ModelEntry[] = [];
        const unreadable: Unreadable[] = [];
        for (const [i, value] of stored.entries()) {
          const id = ids[i]!;
          const entry = readModelEntry(value);
          if (!entry.ok) {
            const name = nameIn(value, id);
            unreadable.push({
              store: 'models',
              datasetId: id,
              runId: null,
              name,
              why: entry.error,
            });
          } else if (entry.value.trashed) {
            if (alone) await drop(id);
          } else entries.push({ ...entry.value, id });
        }
        return { entries: entries.sort((a, b) => b.savedAt - a.savedAt), unreadable };
      }),

    async read(id) {
      const read = await guarded(async () => (await database()).get('models', id));
      if (!read.ok) return read;
      return read.value instanceof Uint8Array
        ? ok(read.value as Uint8Array<ArrayBuffer>)
        : err(GONE);
    },

    save: (entry, file) =>
      guarded(async () => {
        const transaction = (await database()).transaction(STORES, 'readwrite');
        await Promise.all([
          transaction.objectStore('models').put(file, entry.id),
          transaction.objectStore('modelEntries').put(entry, entry.id),
          transaction.done,
        ]);
        return null;
      }),

    async change(id, change) {
      const changed = await guarded(async (): Promise<Result<ModelEntry, Failure>> => {
        const { store, done } = (await database()).transaction('modelEntries', 'readwrite');
        const stored = await store.get(id);
        if (stored === undefined) return err(GONE);
        const entry = readModelEntry(stored);
        if (!entry.ok) return entry;
        const next = { ...entry.value, ...change };
        await store.put(next, id);
        await done;
        return ok(next);
      });
      return changed.ok ? changed.value : changed;
    },

    remove: (id) =>
      guarded(async () => {
        await drop(id);
        return null;
      }),
  };
}
