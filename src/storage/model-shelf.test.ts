/** Kept models in the database: listed, renamed, deleted and brought back, with no dataset. */
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { openDB } from 'idb';
import { beforeEach, expect, test, vi } from 'vitest';
import { storedDatabase, writeDatabase } from '../testing/stored-database.ts';
import { MODEL_ENTRY_FORMAT, type ModelEntry } from './model-shelf.ts';
import { createNotebookStorage } from './notebook-storage.ts';

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  vi.stubGlobal('navigator', {});
  return () => vi.unstubAllGlobals();
});

const entry = (id: string, savedAt: number): ModelEntry => ({
  formatVersion: MODEL_ENTRY_FORMAT,
  id,
  name: `model ${id}`,
  keptAt: 1,
  savedAt,
  bytes: 3,
  files: ['train.csv'],
  dataHash: 'abc',
  trainTraces: 160,
  detectors: ['history', 'tracevae'],
  units: 8,
  epochs: 2,
  seed: 1,
  runId: null,
});

async function namesOf(): Promise<string[]> {
  const listed = await createNotebookStorage().models.list();
  if (!listed.ok) throw new Error(listed.error.what);
  expect(listed.value.unreadable).toEqual([]);
  return listed.value.entries.map(({ name }) => name);
}

test('models outlive the dataset that they were trained on, next to those of other datasets', async () => {
  await writeDatabase(storedDatabase(6));
  const storage = createNotebookStorage();
  await storage.models.save(entry('a', 1), Uint8Array.of(1, 2, 3));
  await storage.models.save(entry('b', 2), Uint8Array.of(4));
  const datasets = await storage.datasets.list();
  if (!datasets.ok) throw new Error(datasets.error.what);
  for (const { id } of datasets.value.entries) await storage.datasets.remove(id);
  await storage.datasets.list(); // which sweeps
  expect(await namesOf()).toEqual(['model b', 'model a']);
  expect(await storage.models.read('a')).toEqual({ ok: true, value: Uint8Array.of(1, 2, 3) });
});

test('renaming leaves the file; a deleted model can come back until the page is opened again', async () => {
  const storage = createNotebookStorage();
  await storage.models.save(entry('a', 1), Uint8Array.of(1));
  await storage.models.change('a', { name: 'shop' });
  expect(await namesOf()).toEqual(['shop']);
  await storage.models.change('a', { trashed: true });
  await storage.models.change('a', { trashed: false });
  expect(await namesOf()).toEqual(['shop']);
  await storage.models.change('a', { trashed: true });
  expect(await namesOf()).toEqual([]);
  expect(await storage.models.read('a')).toMatchObject({
    ok: false,
    error: { what: expect.stringContaining('not stored any more') },
  });
});

test('an entry that cannot be read is told, and its file can still be had', async () => {
  const storage = createNotebookStorage();
  await storage.models.save(entry('a', 1), Uint8Array.of(1));
  const db = await openDB('tracevae-notebook');
  await db.put('modelEntries', { ...entry('a', 1), trainTraces: 'many' }, 'a');
  db.close();
  const listed = await storage.models.list();
  expect(listed).toMatchObject({
    ok: true,
    value: { entries: [], unreadable: [{ store: 'models', name: 'model a' }] },
  });
  expect(await storage.models.read('a')).toMatchObject({ ok: true });
});
