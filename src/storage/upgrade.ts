/**
 * From version 1 or 2 of the database to 3: the one dataset, a single record of format 1 under the
 * key `current`, becomes an entry and its chunks; its run and checkpoints go under its id. All in
 * the transaction of the version change, so that it happens whole or not at all.
 */
import { SLOTS } from './checkpoint-slots.ts';
import { chunksOf, entryOf } from './dataset-chunks.ts';
import type { Dataset } from './records.ts';
import type { UpgradeTransaction } from './schema.ts';

const CURRENT = 'current';

interface DatasetRecord1 extends Dataset {
  readonly formatVersion: 1;
  readonly savedAt: number;
}

/** A record that cannot be read stays under its old key, where listing the datasets reports it. */
export async function upgradeToSeveralDatasets(transaction: UpgradeTransaction): Promise<void> {
  const datasets = transaction.objectStore('datasets');
  const record = await datasets.get(CURRENT);
  const readable = isRecord1(record);
  const id = readable ? record.id : CURRENT;

  if (readable) {
    const chunks = transaction.objectStore('chunks');
    for (const { table, first, columns } of chunksOf(record.imported.traces)) {
      await chunks.put(columns, [id, table, first]);
    }
    await datasets.put(entryOf(record, record.savedAt), id);
    await datasets.delete(CURRENT);
  }

  const runs = transaction.objectStore('runs');
  const run = await runs.get(IDBKeyRange.only(CURRENT));
  if (run !== undefined) {
    await runs.delete(IDBKeyRange.only(CURRENT));
    // The key of version 3; the next upgrade makes it that of version 4.
    await runs.put(run, id as unknown as [string, string]);
  }

  const checkpoints = transaction.objectStore('checkpoints');
  for (const slot of SLOTS) {
    const checkpoint = await checkpoints.get(IDBKeyRange.only(slot));
    if (checkpoint === undefined) continue;
    await checkpoints.delete(IDBKeyRange.only(slot));
    await checkpoints.put(checkpoint, [id, slot]);
  }
}

const KEYS = ['id', 'name', 'savedAt', 'imported', 'roles'];

const isRecord1 = (value: unknown): value is DatasetRecord1 =>
  typeof value === 'object' &&
  value !== null &&
  'formatVersion' in value &&
  value.formatVersion === 1 &&
  KEYS.every((key) => key in value);
