/** Databases that earlier builds wrote, from their golden files into IndexedDB. */
import { readFileSync } from 'node:fs';
import { openDB } from 'idb';

interface StoredDatabase {
  readonly version: number;
  /** By object store: keys and values, typed arrays as {@link StoredArray}. */
  readonly stores: Readonly<Record<string, readonly (readonly [IDBValidKey, unknown])[]>>;
}

interface StoredArray {
  readonly typedArray: string;
  readonly base64: string;
}

const isStoredArray = (value: object): value is StoredArray => 'typedArray' in value;

/** Typed arrays back in their places. */
function decode(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(decode);
  if (isStoredArray(value)) {
    const bytes = Uint8Array.from(Buffer.from(value.base64, 'base64'));
    const Type = (globalThis as unknown as Record<string, new (buffer: ArrayBuffer) => unknown>)[
      value.typedArray
    ]!;
    return new Type(bytes.buffer);
  }
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, decode(part)]));
}

/** 5: of version 4, with runs of format 5; 6: of version 4, with spans that carry something. */
export function storedDatabase(version: 1 | 2 | 3 | 4 | 5 | 6): StoredDatabase {
  const path = new URL(`./golden/stored-database-${version}.json`, import.meta.url);
  return decode(JSON.parse(readFileSync(path, 'utf8'))) as StoredDatabase;
}

/** The value under `current`, as it lies in a database of version 1 or 2. */
export const currentOf = ({ stores }: StoredDatabase, store: string): unknown =>
  stores[store]?.find(([key]) => key === 'current')?.[1];

/** Writes it as the build of its version did. */
export async function writeDatabase({ version, stores }: StoredDatabase): Promise<void> {
  const db = await openDB('tracevae-notebook', version, {
    upgrade(created) {
      for (const store of Object.keys(stores)) created.createObjectStore(store);
    },
  });
  for (const [store, records] of Object.entries(stores)) {
    for (const [key, value] of records) await db.put(store, value, key);
  }
  db.close();
}
