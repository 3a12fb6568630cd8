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

test('a database of version 1 is upgraded; its dataset stays, its run is said to be too old', async () => {
  const before = await openDB('tracevae-notebook', 1, {
    upgrade(db) {
      db.createObjectStore('datasets');
      db.createObjectStore('runs');
    },
  });
  await before.put('datasets', dataset, 'current');
  await before.put('runs', { ...fakeRun(), formatVersion: 1 }, 'current');
  before.close();

  const storage = createNotebookStorage();
  const stored = await storage.load();
  expect(stored).toMatchObject({ run: null, interrupted: null });
  expect(stored.failures).toMatchObject([{ what: expect.stringContaining('has format 1') }]);
  expect(stored.dataset).toEqual(dataset);
  expect(await storage.saveRun(fakeRun())).toMatchObject({ ok: true });
  expect(await storage.saveCheckpoint(interruptedFixture(4))).toMatchObject({ ok: true });
  const again = await createNotebookStorage().load();
  expect(again).toMatchObject({ run: fakeRun(), failures: [] });
  expect(again.interrupted).toEqual(interruptedFixture(4));
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
