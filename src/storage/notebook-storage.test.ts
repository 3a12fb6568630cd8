import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { beforeEach, expect, test, vi } from 'vitest';
import { entryOfRun } from '../run/run-entries.ts';
import { fakeRun, interruptedFixture } from '../testing/run-fakes.ts';
import { createNotebookStorage } from './notebook-storage.ts';

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  vi.stubGlobal('navigator', {});
  return () => vi.unstubAllGlobals();
});

test('a run and a checkpoint come back as they were, of their own dataset alone', async () => {
  const storage = createNotebookStorage();
  await storage.saveRun(fakeRun());
  await storage.saveCheckpoint(interruptedFixture(4));
  expect(await createNotebookStorage().runsOf('dataset-1')).toEqual({
    run: fakeRun(),
    entries: [entryOfRun(fakeRun(), 'Run 1')],
    interrupted: interruptedFixture(4),
    unreadable: [],
    failures: [],
  });
  expect(await createNotebookStorage().runsOf('dataset-2')).toEqual({
    run: null,
    entries: [],
    interrupted: null,
    unreadable: [],
    failures: [],
  });
});

test('a checkpoint goes when its run is finished or discarded; that of another dataset stays', async () => {
  const storage = createNotebookStorage();
  const ends = [() => storage.saveRun(fakeRun()), () => storage.discardCheckpoint('dataset-1')];
  await storage.saveCheckpoint({ ...interruptedFixture(9), datasetId: 'dataset-2' });
  for (const end of ends) {
    await storage.saveCheckpoint(interruptedFixture(1));
    await storage.saveCheckpoint(interruptedFixture(2));
    expect((await storage.runsOf('dataset-1')).interrupted?.checkpoint.epoch).toBe(2);
    expect(await end()).toMatchObject({ ok: true });
    expect((await storage.runsOf('dataset-1')).interrupted).toBeNull();
    expect((await storage.runsOf('dataset-2')).interrupted?.checkpoint.epoch).toBe(9);
  }
});
