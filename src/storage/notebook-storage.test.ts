import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { openDB } from 'idb';
import { beforeEach, expect, test, vi } from 'vitest';
import { importedFixture } from '../testing/notebook-fakes.ts';
import { fakeRun, interruptedFixture } from '../testing/run-fakes.ts';
import { createNotebookStorage } from './notebook-storage.ts';
import type { DatasetRecord } from './records.ts';

const dataset: DatasetRecord = {
  formatVersion: 1,
  id: 'dataset-1',
  name: 'a fixture',
  savedAt: 1,
  imported: importedFixture(),
  roles: ['train', 'val', 'test'],
};

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  vi.stubGlobal('navigator', {});
  return () => vi.unstubAllGlobals();
});

test('a database of version 1 is upgraded, and keeps its dataset and its run', async () => {
  const { incidents: _, settings, ...run } = fakeRun();
  const { earlyStopping: __, ...config } = settings.config;
  const first = { ...run, formatVersion: 1, settings: { ...settings, config } };
  const before = await openDB('tracevae-notebook', 1, {
    upgrade(db) {
      db.createObjectStore('datasets');
      db.createObjectStore('runs');
    },
  });
  await before.put('datasets', dataset, 'current');
  await before.put('runs', first, 'current');
  before.close();

  const storage = createNotebookStorage();
  const stored = await storage.load();
  expect(stored).toMatchObject({ interrupted: null, failures: [] });
  expect(stored.dataset).toEqual(dataset);
  expect(stored.run).toEqual(fakeRun());
  expect(await storage.saveCheckpoint(interruptedFixture(4))).toMatchObject({ ok: true });
  expect((await createNotebookStorage().load()).interrupted).toEqual(interruptedFixture(4));
});

test('a page of the older version in another tab is said, and nothing hangs', async () => {
  const other = await openDB('tracevae-notebook', 1);
  const { failures } = await createNotebookStorage().load();
  expect(failures).toMatchObject([{ what: expect.stringContaining('open in another tab') }]);
  other.close();
});

test('a checkpoint goes when its run is finished, discarded, or its dataset replaced', async () => {
  const storage = createNotebookStorage();
  await storage.saveDataset(dataset, false);
  const ends = [
    () => storage.saveRun(fakeRun()),
    () => storage.discardCheckpoint(),
    () => storage.saveDataset(dataset, false),
  ];
  for (const end of ends) {
    await storage.saveCheckpoint(interruptedFixture(1));
    await storage.saveCheckpoint(interruptedFixture(2));
    expect((await storage.load()).interrupted?.checkpoint.epoch).toBe(2);
    expect(await end()).toMatchObject({ ok: true });
    expect((await storage.load()).interrupted).toBeNull();
  }
});

test('a checkpoint of another dataset is not offered', async () => {
  const storage = createNotebookStorage();
  await storage.saveDataset({ ...dataset, id: 'dataset-2' }, false);
  await storage.saveCheckpoint(interruptedFixture(1));
  expect((await storage.load()).interrupted).toBeNull();
});
