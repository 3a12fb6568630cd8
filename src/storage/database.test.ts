/** A connection that is closed under the page is opened again. */
import 'fake-indexeddb/auto';
import { forceCloseDatabase, IDBFactory } from 'fake-indexeddb';
import { deleteDB, openDB } from 'idb';
import { beforeEach, expect, test, vi } from 'vitest';
import { fakeRun } from '../testing/run-fakes.ts';
import { DATABASE, DATABASE_VERSION } from './database.ts';
import { createNotebookStorage } from './notebook-storage.ts';

const connections: IDBDatabase[] = [];
beforeEach(() => {
  const factory = new IDBFactory();
  connections.length = 0;
  const open = factory.open.bind(factory);
  factory.open = (...args) => {
    const request = open(...args);
    request.addEventListener('success', () => connections.push(request.result));
    return request;
  };
  vi.stubGlobal('indexedDB', factory);
  vi.stubGlobal('navigator', {});
  return () => vi.unstubAllGlobals();
});

test('closed by the browser, with the event that tells of it or without: what follows is stored', async () => {
  const storage = createNotebookStorage();
  expect(await storage.saveRun(fakeRun())).toMatchObject({ ok: true });
  forceCloseDatabase(connections[0] as never);
  expect(await storage.saveRun({ ...fakeRun(), id: 'run-2' })).toMatchObject({ ok: true });
  connections[1]!.close();
  expect(await storage.saveRun({ ...fakeRun(), id: 'run-3' })).toMatchObject({ ok: true });
  expect((await storage.runsOf('dataset-1')).entries).toHaveLength(3);
});

test('site data that are cleared: the next run is stored in a new database', async () => {
  const storage = createNotebookStorage();
  await storage.saveRun(fakeRun());
  await deleteDB(DATABASE);
  expect(await storage.saveRun({ ...fakeRun(), id: 'run-2' })).toMatchObject({ ok: true });
  expect((await storage.runsOf('dataset-1')).entries.map(({ id }) => id)).toEqual(['run-2']);
  expect(await storage.datasets.change('dataset-1', { name: 'x' })).toMatchObject({
    ok: false,
    error: { what: 'the dataset is not stored any more' },
  });
});

test('a newer version of the page takes over, and this one says so; it is no private window', async () => {
  const storage = createNotebookStorage();
  await storage.saveRun(fakeRun());
  const newer = await openDB(DATABASE, DATABASE_VERSION + 1);
  expect(await storage.saveRun({ ...fakeRun(), id: 'run-2' })).toMatchObject({
    ok: false,
    error: {
      what: expect.stringContaining('a newer version'),
      advice: expect.stringContaining('reload'),
    },
  });
  newer.close();
});

test('a failure to open is not kept', async () => {
  const storage = createNotebookStorage();
  const working = indexedDB;
  vi.stubGlobal('indexedDB', {
    open() {
      throw new DOMException('no', 'SecurityError');
    },
  });
  expect(await storage.saveRun(fakeRun())).toMatchObject({
    ok: false,
    error: { what: expect.stringContaining('site data are blocked') },
  });
  vi.stubGlobal('indexedDB', working);
  expect(await storage.saveRun(fakeRun())).toMatchObject({ ok: true });
});
