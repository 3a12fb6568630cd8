import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { openDB } from 'idb';
import { beforeEach, expect, test, vi } from 'vitest';
import { currentOf, storedDatabase, writeDatabase } from '../testing/stored-database.ts';
import { createNotebookStorage } from './notebook-storage.ts';
import type { Dataset, RunRecord } from './records.ts';

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  vi.stubGlobal('navigator', {});
  return () => vi.unstubAllGlobals();
});

/** The one dataset that is stored, read back. */
async function onlyDataset(storage: ReturnType<typeof createNotebookStorage>): Promise<Dataset> {
  const listed = await storage.datasets.list();
  if (!listed.ok) throw new Error(listed.error.what);
  expect(listed.value.failures).toEqual([]);
  expect(listed.value.entries).toHaveLength(1);
  const read = await storage.datasets.read(listed.value.entries[0]!);
  if (!read.ok) throw new Error(read.error.what);
  return read.value;
}

/** A run of format 3 as it is read now. */
const inFormat4 = (was: RunRecord) => ({
  ...was,
  formatVersion: 4,
  settings: {
    ...was.settings,
    baselines: {},
    config: { ...was.settings.config, keepEvery: 0, latencyTails: 'gaussian' },
  },
  detectors: was.detectors.map((trained) => ({
    ...trained,
    scores: trained.scores === null ? null : { ...trained.scores, kind: 'terms' },
  })),
  failed: [],
  repeats: [],
});

test.each([1, 2] as const)('the dataset of a database of version %i is there', async (version) => {
  const before = storedDatabase(version);
  await writeDatabase(before);
  const {
    formatVersion: _,
    savedAt: __,
    ...dataset
  } = currentOf(before, 'datasets') as Dataset & { formatVersion: 1; savedAt: number };
  expect(await onlyDataset(createNotebookStorage())).toEqual(dataset);
  // and again, with nothing left to upgrade
  expect(await onlyDataset(createNotebookStorage())).toEqual(dataset);
});

test('so is the run of version 2, and the newest checkpoint', async () => {
  const before = storedDatabase(2);
  await writeDatabase(before);
  const storage = createNotebookStorage();
  const { run, interrupted, failures } = await storage.runsOf('dataset-1');
  expect(failures).toEqual([]);
  // as it was then, in the present format
  const was = currentOf(before, 'runs') as RunRecord;
  expect(was.formatVersion).toBe(3);
  expect(run).toEqual(inFormat4(was));
  expect(was.detectors.some(({ scores }) => scores !== null)).toBe(true);
  expect(interrupted).toMatchObject({
    datasetId: 'dataset-1',
    settings: { baselines: {} },
    checkpoint: { epoch: 4 },
  });
});

test('the run of version 3 is the first of those that are kept', async () => {
  const before = storedDatabase(3);
  await writeDatabase(before);
  for (let again = 0; again < 2; again++) {
    const storage = createNotebookStorage();
    const [[, record] = []] = before.stores.runs ?? [];
    const { run, entries, interrupted, failures } = await storage.runsOf('dataset-1');
    expect(failures).toEqual([]);
    expect(run).toEqual(inFormat4(record as RunRecord));
    expect(entries).toMatchObject([{ id: 'run-1', datasetId: 'dataset-1', name: 'Run 1' }]);
    expect(interrupted).toMatchObject({ checkpoint: { epoch: 4 } });
    const { traces } = (await onlyDataset(storage)).imported;
    expect(traces.structureOf.length).toBeGreaterThan(0);
  }
});

test('the run of version 1 is said to be too old, and is left alone', async () => {
  await writeDatabase(storedDatabase(1));
  for (let again = 0; again < 2; again++) {
    const { run, interrupted, failures } = await createNotebookStorage().runsOf('dataset-1');
    expect({ run, interrupted }).toEqual({ run: null, interrupted: null });
    expect(failures).toMatchObject([{ what: expect.stringContaining('has format 1') }]);
  }
});

test('a dataset of a format that this build does not know is said, and is left alone', async () => {
  const { stores } = storedDatabase(2);
  const foreign = { formatVersion: 7, rows: Uint8Array.of(1, 2) };
  await writeDatabase({ version: 2, stores: { ...stores, datasets: [['current', foreign]] } });
  for (let again = 0; again < 2; again++) {
    const listed = await createNotebookStorage().datasets.list();
    expect(listed).toMatchObject({
      ok: true,
      value: { entries: [], failures: [{ what: expect.stringContaining('has format 7') }] },
    });
  }
  const db = await openDB('tracevae-notebook');
  expect(await db.get('datasets', 'current')).toEqual(foreign);
  expect(await db.count('runs')).toBe(1);
  expect(await db.count('checkpoints')).toBe(2);
  db.close();
});

test('an upgrade that fails leaves the database as it was', async () => {
  const before = storedDatabase(2);
  await writeDatabase(before);
  const put = IDBObjectStore.prototype.put;
  let puts = 0;
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
    this: IDBObjectStore,
    ...args
  ) {
    puts += 1;
    if (puts > 2) throw new DOMException('full', 'QuotaExceededError');
    return put.apply(this, args);
  });
  const failed = await createNotebookStorage().datasets.list();
  vi.restoreAllMocks();
  expect(failed).toMatchObject({ ok: false, error: { what: expect.stringContaining('no room') } });
  const db = await openDB('tracevae-notebook');
  expect(db.version).toBe(2);
  expect(await db.get('datasets', 'current')).toEqual(currentOf(before, 'datasets'));
  db.close();
});

test('a page of an older version in another tab is said, and nothing hangs', async () => {
  const other = await openDB('tracevae-notebook', 1);
  const listed = await createNotebookStorage().datasets.list();
  expect(listed).toMatchObject({
    ok: false,
    error: { what: expect.stringContaining('open in another tab') },
  });
  other.close();
});
