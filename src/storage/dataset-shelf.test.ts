import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { openDB } from 'idb';
import { beforeEach, expect, test, vi } from 'vitest';
import type { PrepareReport } from '../prepare/prepare.ts';
import { PAPER_SETTINGS } from '../prepare/settings.ts';
import { importedFixture } from '../testing/notebook-fakes.ts';
import { fakeRun, interruptedFixture } from '../testing/run-fakes.ts';
import { createNotebookStorage, type NotebookStorage } from './notebook-storage.ts';
import type { Dataset } from './records.ts';

const imported = importedFixture();
const datasetOf = (id: string, name = id): Dataset => ({
  id,
  name,
  imported,
  roles: ['train', 'val', 'test'],
});

async function* noSpans(): AsyncGenerator<never> {}

const save = (storage: NotebookStorage, dataset: Dataset, savedAt = 1) =>
  storage.datasets.save(dataset, { savedAt, spans: noSpans(), onProgress: () => {} });

/** As a page that is opened now finds them. */
async function stored(): Promise<readonly Dataset[]> {
  const { datasets } = createNotebookStorage();
  const listed = await datasets.list();
  if (!listed.ok) throw new Error(listed.error.what);
  const read = await Promise.all(listed.value.entries.map((entry) => datasets.read(entry)));
  return read.map((dataset) => {
    if (!dataset.ok) throw new Error(dataset.error.what);
    return dataset.value;
  });
}

async function chunkCount(): Promise<number> {
  const db = await openDB('tracevae-notebook');
  const count = await db.count('chunks');
  db.close();
  return count;
}

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  vi.stubGlobal('navigator', {});
  return () => vi.unstubAllGlobals();
});

test('datasets come back as they were, the last saved first', async () => {
  expect(await stored()).toEqual([]);
  const storage = createNotebookStorage();
  const shares: number[] = [];
  const saved = await storage.datasets.save(datasetOf('one'), {
    savedAt: 5,
    spans: noSpans(),
    onProgress: (share) => shares.push(share),
  });
  expect(saved).toMatchObject({ ok: true, value: { id: 'one', savedAt: 5 } });
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(shares.at(-1)).toBeLessThanOrEqual(1);
  await save(storage, datasetOf('two'), 6);
  expect(await stored()).toEqual([datasetOf('two'), datasetOf('one')]);
});

test('a prepared dataset names the one that it was made from, which is stored by itself', async () => {
  const storage = createNotebookStorage();
  const report: PrepareReport = {
    settings: PAPER_SETTINGS,
    steps: [],
    slowestMs: null,
    smallestGroup: 1,
    largestGroup: 1,
    perGroup: null,
    sets: { train: 1, val: 1, test: 1 },
    anomalies: { labelled: 0, structure: 0, structureWanted: 0, time: 0, timeWanted: 0 },
  };
  const source = datasetOf('source');
  await save(storage, source);
  const saved = await save(storage, {
    ...datasetOf('prepared'),
    preparation: { report, source },
  });
  expect(saved).toMatchObject({ ok: true, value: { preparation: { sourceId: 'source' } } });
  const [prepared] = (await stored()).filter(({ id }) => id === 'prepared');
  expect(prepared?.preparation).toEqual({ report, source: null });
});

test('a dataset is renamed without touching its traces', async () => {
  const storage = createNotebookStorage();
  await save(storage, datasetOf('one'));
  const changed = await storage.datasets.change('one', { name: 'renamed', roles: ['test'] });
  expect(changed).toMatchObject({ ok: true, value: { name: 'renamed' } });
  expect(await stored()).toEqual([{ ...datasetOf('one'), name: 'renamed', roles: ['test'] }]);
  expect(await storage.datasets.change('none', { name: 'x' })).toMatchObject({ ok: false });
});

test('a deleted dataset takes its run and checkpoints along, and no others', async () => {
  const storage = createNotebookStorage();
  for (const id of ['one', 'two']) {
    await save(storage, datasetOf(id));
    await storage.saveRun({ ...fakeRun(), datasetId: id });
    await storage.saveCheckpoint({ ...interruptedFixture(2), datasetId: id });
  }
  expect(await storage.datasets.remove('one')).toMatchObject({ ok: true });
  expect(await stored()).toEqual([datasetOf('two')]);
  expect(await storage.runsOf('one')).toMatchObject({ run: null, interrupted: null });
  expect(await storage.runsOf('two')).toMatchObject({
    run: { datasetId: 'two' },
    interrupted: { datasetId: 'two' },
  });
  await storage.datasets.remove('two');
  expect(await chunkCount()).toBe(0);
});

/** From the n-th write on nothing reaches the disk, as when the tab is closed. */
function stopWriting(after: number, cause: () => Error): void {
  const { put, delete: remove } = IDBObjectStore.prototype;
  let writes = 0;
  const stopped =
    <A extends unknown[], R>(write: (this: IDBObjectStore, ...args: A) => R) =>
    (...[store, ...args]: [IDBObjectStore, ...A]): R => {
      writes += 1;
      if (writes > after) throw cause();
      return write.apply(store, args);
    };
  const [putUntil, removeUntil] = [stopped(put), stopped(remove)];
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
    this: IDBObjectStore,
    ...args
  ) {
    return putUntil(this, ...args);
  });
  vi.spyOn(IDBObjectStore.prototype, 'delete').mockImplementation(function (
    this: IDBObjectStore,
    ...args
  ) {
    return removeUntil(this, ...args);
  });
}

test('a save that stops anywhere leaves the whole dataset or none, and what was there', async () => {
  await save(createNotebookStorage(), datasetOf('before'));
  const kept = await chunkCount();
  let left = 0;
  // a chunk a table, then the entry
  for (const after of [0, 1, 2, 3, 4]) {
    stopWriting(after, () => new Error('the tab is gone'));
    const saved = await save(createNotebookStorage(), datasetOf('next'));
    vi.restoreAllMocks();
    expect(saved.ok).toBe(false);
    left += (await chunkCount()) - kept;
    expect(await stored()).toEqual([datasetOf('before')]);
    expect(await chunkCount()).toBe(kept);
  }
  expect(left).toBe(0 + 1 + 2 + 3 + 4);
  stopWriting(5, () => new Error('the tab is gone'));
  expect((await save(createNotebookStorage(), datasetOf('next'), 2)).ok).toBe(true);
  vi.restoreAllMocks();
  expect(await stored()).toEqual([datasetOf('next'), datasetOf('before')]);
});

test('a full quota keeps what was there, frees what was begun, and says what to do', async () => {
  const storage = createNotebookStorage();
  await save(storage, datasetOf('before'));
  const kept = await chunkCount();
  const { put } = IDBObjectStore.prototype;
  let puts = 0;
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
    this: IDBObjectStore,
    ...args
  ) {
    puts += 1;
    if (puts > 3) throw new DOMException('full', 'QuotaExceededError');
    return put.apply(this, args);
  });
  const saved = await save(storage, datasetOf('next'));
  vi.restoreAllMocks();
  expect(saved).toMatchObject({
    ok: false,
    error: {
      what: expect.stringContaining('no room left'),
      advice: expect.stringContaining('delete a stored dataset'),
    },
  });
  expect(await chunkCount()).toBe(kept);
  expect(await stored()).toEqual([datasetOf('before')]);
});

test('what another page is saving is not swept', async () => {
  const held = new Set<string>();
  vi.stubGlobal('navigator', {
    locks: {
      async request(name: string, options: LockOptions, work: (lock: object | null) => unknown) {
        if (options.ifAvailable) return work(held.has(name) ? null : {});
        held.add(name);
        try {
          return await work({});
        } finally {
          held.delete(name);
        }
      },
    },
  });
  const listing: Promise<unknown>[] = [];
  const saved = await createNotebookStorage().datasets.save(datasetOf('one'), {
    savedAt: 1,
    spans: noSpans(),
    onProgress: () => listing.push(createNotebookStorage().datasets.list()),
  });
  await Promise.all(listing);
  expect(listing.length).toBeGreaterThan(2);
  expect(saved.ok).toBe(true);
  expect(await stored()).toEqual([datasetOf('one')]);
});

test('a dataset with a chunk missing or changed is said to be damaged', async () => {
  const storage = createNotebookStorage();
  await save(storage, datasetOf('one'));
  const listed = await storage.datasets.list();
  const entry = listed.ok ? listed.value.entries[0]! : null;
  const db = await openDB('tracevae-notebook');
  const key = ['one', 'traces', 0];
  const chunk = await db.get('chunks', key);
  await db.put('chunks', { ...chunk, label: chunk.label.slice(1) }, key);
  expect(await storage.datasets.read(entry!)).toMatchObject({
    ok: false,
    error: { what: expect.stringContaining('damaged: traces: label from row 0 is cut short') },
  });
  await db.delete('chunks', key);
  expect(await storage.datasets.read(entry!)).toMatchObject({
    ok: false,
    error: { what: expect.stringContaining('damaged: traces: rows from 0 on are missing') },
  });
  db.close();
});
