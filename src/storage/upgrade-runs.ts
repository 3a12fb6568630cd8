/**
 * From version 3 of the database to 4: the one run of a dataset, under the dataset's id, becomes
 * the first of its kept runs, with an entry that it is listed by. A run that cannot be read moves
 * along unchanged and has no entry, so that listing the runs reports it.
 */

import { readRunRecord } from '../run/record-formats.ts';
import { entryOfRun, nextRunName } from '../run/run-entries.ts';
import type { UpgradeTransaction } from './schema.ts';

export async function upgradeToKeptRuns(transaction: UpgradeTransaction): Promise<void> {
  const runs = transaction.objectStore('runs');
  const entries = transaction.objectStore('runEntries');
  // Until version 3 keys were strings, which the schema does not know any more.
  for (const datasetId of (await runs.getAllKeys()) as unknown as string[]) {
    const key = IDBKeyRange.only(datasetId);
    const stored = await runs.get(key);
    await runs.delete(key);
    const record = readRunRecord(stored);
    const id = record.ok ? record.value.id : 'unreadable';
    await runs.put(stored, [datasetId, id]);
    if (record.ok) await entries.put(entryOfRun(record.value, nextRunName([])), [datasetId, id]);
  }
}
