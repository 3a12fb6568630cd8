import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { openDB } from 'idb';
import { beforeEach, expect, test, vi } from 'vitest';
import { traceVaeConfig } from '../detectors/tracevae/meta.ts';
import { RUN_FORMAT, type RunRecord } from '../run/record.ts';
import { currentOf, storedDatabase, writeDatabase } from '../testing/stored-database.ts';
import { createNotebookStorage } from './notebook-storage.ts';
import type { Dataset } from './records.ts';

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  vi.stubGlobal('navigator', {});
  return () => vi.unstubAllGlobals();
});

/** The one dataset that is stored, read back. */
async function onlyDataset(storage: ReturnType<typeof createNotebookStorage>): Promise<Dataset> {
  const listed = await storage.datasets.list();
  if (!listed.ok) throw new Error(listed.error.what);
  expect(listed.value.unreadable).toEqual([]);
  expect(listed.value.entries).toHaveLength(1);
  const read = await storage.datasets.read(listed.value.entries[0]!);
  if (!read.ok) throw new Error(read.error.what);
  return read.value;
}

/** Settings as builds before format 5 of runs stored them, in one record. */
interface EarlierRun extends Omit<RunRecord, 'settings'> {
  readonly settings: Pick<RunRecord['settings'], 'detectors' | 'seed' | 'roles' | 'limitTrain'> & {
    readonly baselines?: RunRecord['settings']['baselines'];
    readonly backend: string;
    readonly config: Readonly<Record<string, unknown>>;
  };
}

/** A run that is read now is what it was: all else equal, every setting the one that it had. */
function expectSame(run: RunRecord | null, was: EarlierRun): void {
  const { settings, ...rest } = was;
  const { config, baselines, backend, ...others } = settings;
  expect(run).toMatchObject({
    ...rest,
    formatVersion: RUN_FORMAT,
    failed: [],
    repeats: [],
    settings: { ...others, baselines: baselines ?? {}, machine: { backend } },
  });
  const { kernels: _, ...kept } = config;
  expect(traceVaeConfig(run!.settings)).toEqual({
    keepEvery: 0,
    latencyTails: 'gaussian',
    latencyTarget: 'linear',
    statusTerm: 'none',
    structureDecoder: 'paper',
    ...kept,
  });
}

test.each([1, 2] as const)('the dataset of a database of version %i is there', async (version) => {
  const before = storedDatabase(version);
  await writeDatabase(before);
  const {
    formatVersion: _,
    savedAt: __,
    ...was
  } = currentOf(before, 'datasets') as Dataset & { formatVersion: 1; savedAt: number };
  // imports did not carry the labels of their formats then
  expect(was.imported.formatLabels).toBeUndefined();
  const formatLabels = { simulated: 'simulated' };
  const dataset = { ...was, imported: { ...was.imported, formatLabels } };
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
  const was = currentOf(before, 'runs') as EarlierRun;
  expectSame(run, was);
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
    expectSame(run, record as EarlierRun);
    expect(entries).toMatchObject([{ id: 'run-1', datasetId: 'dataset-1', name: 'Run 1' }]);
    expect(interrupted).toMatchObject({ checkpoint: { epoch: 4 } });
    const { traces } = (await onlyDataset(storage)).imported;
    expect(traces.structureOf.length).toBeGreaterThan(0);
  }
});

test('the runs of version 4, in one record of settings, are what they were, also where settings followed no rule', async () => {
  const before = storedDatabase(4);
  await writeDatabase(before);
  const storage = createNotebookStorage();
  const stored = new Map(
    (before.stores.runs ?? []).map(([key, value]) => [(key as string[])[1], value as EarlierRun]),
  );
  const { entries, interrupted, failures } = await storage.runsOf('dataset-1');
  expect(failures).toEqual([]);
  expect(entries.map(({ id, name }) => [id, name])).toEqual([
    ['run-2', 'Run 2'],
    ['run-1', 'Run 1'],
  ]);
  for (const { id, settings } of entries) {
    const run = await storage.runs.read('dataset-1', id);
    if (!run.ok) throw new Error(run.error.what);
    expectSame(run.value, stored.get(id)!);
    expect(settings).toEqual(run.value.settings);
  }
  const own = stored.get('run-2')!.settings.config;
  expect(own).toMatchObject({ epochsJoint: 5, epochsTime: 0, nodeEmbedding: 70 });
  expect(interrupted?.checkpoint.epoch).toBe(4);
  expect(traceVaeConfig(interrupted!.settings)).toMatchObject({ epochsJoint: 5, epochsTime: 0 });
  expect(await storage.notes.read('dataset-1')).toMatchObject({
    ok: true,
    value: [{ text: 'A note in **Markdown**.' }],
  });
});

test('runs as this build stores them are read as they lie, with their named constants', async () => {
  const before = storedDatabase(5);
  await writeDatabase(before);
  const storage = createNotebookStorage();
  const { entries, interrupted, failures } = await storage.runsOf('dataset-1');
  expect(failures).toEqual([]);
  expect(entries.map(({ id }) => id)).toEqual(['run-2', 'run-1']);
  for (const [key, value] of before.stores.runs ?? []) {
    const [dataset, id] = key as string[];
    expect(await storage.runs.read(dataset!, id!)).toEqual({ ok: true, value });
  }
  const run = await storage.runs.read('dataset-1', 'run-2');
  expect(run.ok && run.value.detectors[0]!.named).toMatchObject([
    { name: 'half', corrections: { ncnorm: { nodeCountExponent: 0.5 } }, percentile: 95 },
  ]);
  expect(interrupted?.checkpoint.epoch).toBe(4);
});

test('the run of version 1 is said to be too old, and is left alone', async () => {
  await writeDatabase(storedDatabase(1));
  for (let again = 0; again < 2; again++) {
    const { run, interrupted, unreadable } = await createNotebookStorage().runsOf('dataset-1');
    expect({ run, interrupted }).toEqual({ run: null, interrupted: null });
    expect(unreadable).toMatchObject([
      { store: 'runs', why: { what: expect.stringContaining('has format 1') } },
    ]);
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
      value: {
        entries: [],
        unreadable: [{ why: { what: expect.stringContaining('has format 7'), newer: true } }],
      },
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
