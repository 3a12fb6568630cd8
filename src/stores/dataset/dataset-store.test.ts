import { expect, test, vi } from 'vitest';
import type { StoredRuns } from '../../storage/notebook-storage.ts';
import type { Dataset } from '../../storage/records.ts';
import {
  createFakeClient,
  createFakePreferences,
  createFakeStorage,
  type FakeJob,
  importedFixture,
} from '../../testing/notebook-fakes.ts';
import { fakeRun } from '../../testing/run-fakes.ts';
import { mappingOf } from '../../testing/table-fixtures.ts';
import type { SpanChunk } from '../../trace/span-chunks.ts';
import { createAttributeMemory } from './attribute-memory.ts';
import { createDatasetStore } from './dataset-store.ts';
import { createMappingMemory } from './mapping-memory.ts';

function setUp(fakeStorage = createFakeStorage()) {
  const fake = createFakeClient();
  let clock = 0;
  let ids = 0;
  const opened: StoredRuns[] = [];
  const store = createDatasetStore({
    client: fake.client,
    storage: fakeStorage.storage,
    mappings: createMappingMemory(createFakePreferences()),
    attributes: createAttributeMemory(createFakePreferences()),
    now: () => {
      clock += 1;
      return clock;
    },
    newId: () => {
      ids += 1;
      return `dataset-${ids}`;
    },
    onOpened: (runs) => opened.push(runs),
  });
  const importDemo = async (seed: number): Promise<void> => {
    const done = store.getState().loadDemo();
    await fake.last('demo').finish(importedFixture(seed));
    await done;
  };
  return { ...fake, ...fakeStorage, store, state: store.getState, opened, importDemo };
}

/** Until the worker is asked to take over a dataset, which it then does. */
async function finishOpening({ last }: ReturnType<typeof setUp>): Promise<void> {
  await vi.waitFor(() => last('open'));
  await last('open').finish(null);
}

const named = (id: string, name: string, seed: number): Dataset => ({
  id,
  name,
  imported: importedFixture(seed),
  roles: ['train', 'val', 'test'],
});

const unreadable = {
  kind: 'unreadable',
  what: 'not traces',
  where: 'page.html, line 1',
  advice: 'drop a trace file',
} as const;

test('an import becomes the dataset, with roles guessed from the file names, and is stored', async () => {
  const { state, last, stored } = setUp();
  const done = state().loadDemo();
  expect(state().status.phase).toBe('importing');
  await last('demo').finish(importedFixture());
  await done;
  expect(state().status).toEqual({ phase: 'ready' });
  expect(state().dataset?.roles).toEqual(['train', 'val', 'test']);
  expect(stored().entries).toMatchObject([{ id: 'dataset-1' }]);
  expect(state().stored).toEqual(stored().entries);
  expect(state().saving).toBeNull();
});

test('progress is shown while a file is read', async () => {
  const { state, last } = setUp();
  void state().importFiles([new File(['x'], 'train.csv')]);
  const progress = { file: 'train.csv', bytesRead: 5, bytesTotal: 10, spans: 3, seconds: 1 };
  last('import').emit(progress);
  expect(state().status).toMatchObject({ phase: 'importing', what: 'train.csv', progress });
});

test('a file that cannot be read leaves the dataset before it in place', async () => {
  const { state, last } = setUp();
  const demo = state().loadDemo();
  await last('demo').finish(importedFixture());
  await demo;
  const before = state().dataset;
  const second = state().importFiles([new File(['<html>'], 'page.html')]);
  await last('import').fail(unreadable);
  await second;
  expect(state().status).toEqual({ phase: 'failed', failure: unreadable });
  expect(state().dataset).toBe(before);
  state().dismissFailure();
  expect(state().status).toEqual({ phase: 'ready' });
});

test('Cancel reaches the worker, and the page is as before', async () => {
  const { state, last } = setUp();
  await state().restore();
  const done = state().importFiles([new File(['x'], 'train.csv')]);
  state().cancelImport();
  expect(last('import').controls).toEqual(['cancel']);
  await last('import').fail({ ...unreadable, kind: 'cancelled' });
  await done;
  expect(state().status).toEqual({ phase: 'empty' });
});

test('the result of an import that another one replaced is ignored', async () => {
  const { state, started, last } = setUp();
  const first = state().importFiles([new File(['x'], 'old.csv')]);
  const second = state().importFiles([new File(['x'], 'new.csv')]);
  await started[0]!.finish(importedFixture(1) as never);
  await first;
  expect(state().dataset).toBeNull();
  await last('import').finish(importedFixture(2));
  await second;
  expect(state().dataset?.name).toBe('new.csv');
});

const table = {
  fileName: 'own.csv',
  header: ['a', 'b', 'c', 'd', 'e'],
  rows: [['1', '2', '', 'x', '5']],
  guess: mappingOf(['a', 'b', 'c', 'd', 'e']),
  doubted: null,
} as const;

test('a table with an unknown header is asked about, and the answer goes on with the import', async () => {
  const { state, last } = setUp();
  await state().restore();
  const file = new File(['x'], 'own.csv');
  const first = state().importFiles([file]);
  expect(last('import').input).toMatchObject({ files: [file], mappings: [] });
  await last('import').fail({ ...unreadable, kind: 'unmapped', table });
  await first;
  expect(state().status).toMatchObject({
    phase: 'asking',
    table,
    files: { names: ['own.csv'], first: [file] },
    answers: [],
  });

  const second = state().mapColumns(table.guess);
  const answer = { ...table.guess, answered: true };
  expect(last('import').input).toMatchObject({ files: [file], mappings: [table.guess, answer] });
  await last('import').finish(importedFixture());
  await second;
  expect(state().status).toEqual({ phase: 'ready' });
  expect(state().dataset?.name).toBe('own.csv');
});

const givings = (started: readonly FakeJob[]): FakeJob<'giveFiles'>[] =>
  started.filter((job): job is FakeJob<'giveFiles'> => job.kind === 'giveFiles');

/** What the worker was given as bytes, as text. */
const handedOver = (started: readonly FakeJob[]): string[] =>
  givings(started).flatMap(({ input }) =>
    input.files.map((file) => (file instanceof Uint8Array ? new TextDecoder().decode(file) : '')),
  );

/** Until there are so many, with room for whatever is given. */
const takeAll = (started: readonly FakeJob[], count: number): Promise<void> =>
  vi.waitFor(() => {
    for (const job of givings(started)) void job.finish(null);
    expect(handedOver(started)).toHaveLength(count);
  });

test('of many files the worker is given the bytes while it reads', async () => {
  const { state, started, last } = setUp();
  const files = Array.from({ length: 250 }, (_, i) => new File([`text ${i}`], `${i}.csv`));
  const done = state().importFiles(files);
  const { input } = last('import');
  expect([input.names.length, input.files.length]).toEqual([250, 0]);
  await takeAll(started, 250);
  expect(handedOver(started)).toEqual(Array.from({ length: 250 }, (_, i) => `text ${i}`));
  expect(last('giveFiles').input.datasetId).toBe(input.datasetId);
  await last('import').finish(importedFixture());
  await done;
  expect(state().dataset?.name).toBe('0.csv and 249 more');
});

test('no more files are read than the worker has room for', async () => {
  const { state, started, last } = setUp();
  const files = Array.from({ length: 1000 }, (_, i) => new File(['x'], `${i}.csv`));
  void state().importFiles(files);
  await vi.waitFor(() => expect(givings(started)).toHaveLength(5));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(givings(started)).toHaveLength(5);
  for (const job of givings(started)) void job.finish(null);
  await vi.waitFor(() => expect(givings(started)).toHaveLength(10));
  expect(last('giveFiles').input.files).toHaveLength(100);
});

test('an import that has ended is given no more files', async () => {
  const { state, started, last } = setUp();
  const files = Array.from({ length: 1000 }, (_, i) => new File(['x'], `${i}.csv`));
  const done = state().importFiles(files);
  await last('import').fail(unreadable);
  await done;
  const given = handedOver(started).length;
  expect(given).toBeLessThan(900);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(handedOver(started)).toHaveLength(given);
});

test('files of a folder go by their paths, and are asked for again where it asks', async () => {
  const { state, started, last } = setUp();
  const file = new File(['x'], 'own.csv');
  const folder = {
    names: ['set/own.csv', 'set/more/own.csv'],
    first: [],
    async *further() {
      yield [file];
      yield [file];
    },
  };
  const first = state().importFiles(folder);
  expect(last('import').input).toMatchObject({ names: folder.names, files: [] });
  await takeAll(started, 2);
  await last('import').fail({ ...unreadable, kind: 'unmapped', table });
  await first;
  const second = state().mapColumns(table.guess);
  await takeAll(started, 4);
  expect(last('giveFiles').input.datasetId).toBe(last('import').input.datasetId);
  await last('import').finish(importedFixture());
  await second;
  expect(state().dataset?.name).toBe('set');
});

test('a question that is not answered leaves everything as it was', async () => {
  const { state, last, started } = setUp();
  await state().restore();
  const done = state().importFiles([new File(['x'], 'own.csv')]);
  await last('import').fail({ ...unreadable, kind: 'unmapped', table });
  await done;
  state().dismissFailure();
  expect(state().status).toEqual({ phase: 'empty' });
  await state().mapColumns(table.guess);
  expect(started).toHaveLength(1);
});

test('labels alone go to the dataset that is there; its scores are then others', async () => {
  let ids = 0;
  const fake = createFakeClient();
  const store = createDatasetStore({
    client: fake.client,
    storage: createFakeStorage().storage,
    mappings: createMappingMemory(createFakePreferences()),
    attributes: createAttributeMemory(createFakePreferences()),
    now: () => 1,
    newId: () => `dataset-${++ids}`,
    onOpened: () => {},
  });
  const state = store.getState;
  const labelsOnly = { ...unreadable, kind: 'labels-only' } as const;
  const files = [new File(['traceId,label'], 'labels.csv')];

  const without = state().importFiles(files);
  await fake.last('import').fail(labelsOnly);
  await without;
  expect(state().status).toEqual({ phase: 'failed', failure: labelsOnly });

  const demo = state().loadDemo();
  const imported = importedFixture();
  await fake.last('demo').finish(imported);
  await demo;
  const before = state().dataset!;
  const labelled = state().importFiles(files);
  await fake.last('import').fail(labelsOnly);
  const label = imported.traces.label.map(() => 3);
  const names = { bytes: Uint8Array.of(97), offset: Uint32Array.of(0, 1) };
  const rootCause = { of: Uint16Array.from(label, () => 1), names };
  const note = { reason: 'unmatched-label', count: 2, examples: [] } as const;
  await fake.last('label').finish({ label, rootCause, ledger: [note] });
  await labelled;
  expect(state().status).toEqual({ phase: 'ready' });
  expect(state().dataset?.id).not.toBe(before.id);
  expect(state().dataset?.name).toBe(`${before.name}, labelled`);
  expect(state().dataset?.imported.traces).toEqual({ ...imported.traces, label, rootCause });
  expect(state().dataset?.imported.ledger).toContainEqual(note);
  expect(state().dataset?.roles).toEqual(['train', 'val', 'test']);
});

test('a changed role is stored', async () => {
  const { state, last, stored } = setUp();
  const done = state().loadDemo();
  await last('demo').finish(importedFixture());
  await done;
  state().setRoles(state().dataset!.roles.with(2, 'val'));
  expect(state().dataset?.roles).toEqual(['train', 'val', 'val']);
  await Promise.resolve();
  expect(stored().entries[0]?.roles).toEqual(['train', 'val', 'val']);
});

test('a full storage is said, the dataset can still be used, and is stored once there is room', async () => {
  const { state, last, failWith, stored } = setUp();
  failWith({ what: 'no room', where: 'browser storage', advice: 'free space' });
  const done = state().loadDemo();
  await last('demo').finish(importedFixture());
  await done;
  expect(state().status.phase).toBe('ready');
  expect(state().storageFailure?.what).toBe('no room');
  expect(state().stored).toEqual([]);
  failWith(null);
  await state().saveAgain();
  await state().saveAgain(); // nothing is left to store
  expect(state().storageFailure).toBeNull();
  expect(state().stored).toMatchObject([{ id: 'dataset-1' }]);
  expect(stored().entries).toHaveLength(1);
});

test('spans go from the worker to storage a chunk at a time, and are dropped once they are there', async () => {
  const fakeStorage = createFakeStorage();
  const { datasets } = fakeStorage.storage;
  const taken: SpanChunk[] = [];
  const taking: typeof datasets = {
    ...datasets,
    async save(dataset, options) {
      for await (const chunk of options.spans) taken.push(chunk);
      return datasets.save(dataset, options);
    },
  };
  const storage = { ...fakeStorage.storage, datasets: taking };
  const { state, last, started } = setUp({ ...fakeStorage, storage });
  const done = state().loadDemo();
  await last('demo').finish(importedFixture());
  const chunk = (first: number): SpanChunk => ({
    first,
    parent: Int32Array.of(-1, 0),
    startUs: Float64Array.of(1, 2),
    durationUs: Float64Array.of(3, 4),
    idOffset: Uint32Array.of(0, 0, 0),
    idBytes: new Uint8Array(0),
  });
  for (const first of [0, 2]) {
    expect(last('takeSpans').input).toEqual({ datasetId: 'dataset-1', first });
    await last('takeSpans').finish(chunk(first));
  }
  await last('takeSpans').finish(null);
  await done;
  expect(taken.map(({ first }) => first)).toEqual([0, 2]);
  expect(started.at(-1)).toMatchObject({ kind: 'dropSpans', input: { datasetId: 'dataset-1' } });
});

test('the worker holds the spans of a dataset that could not be stored until it is gone', async () => {
  const { state, failWith, importDemo, started } = setUp();
  const dropped = () =>
    started.filter(({ kind }) => kind === 'dropSpans').map(({ input }) => input);
  failWith({ what: 'no room', where: 'browser storage', advice: 'free space' });
  await importDemo(1);
  expect(dropped()).toEqual([]);
  failWith(null);
  await importDemo(2);
  expect(dropped()).toEqual([{ datasetId: 'dataset-1' }, { datasetId: 'dataset-2' }]);
  expect(state().stored).toHaveLength(1);
});

test('spans that are not there to read are said to be: not stored yet, or stored without', async () => {
  const { state, failWith, importDemo } = setUp();
  failWith({ what: 'no room', where: 'browser storage', advice: 'free space' });
  await importDemo(1);
  expect(await state().readSpans(0)).toMatchObject({
    ok: false,
    error: { what: expect.stringContaining('not stored yet') },
  });
  failWith(null);
  await state().saveAgain();
  expect(await state().readSpans(0)).toMatchObject({
    ok: false,
    error: { what: expect.stringContaining('without its spans') },
  });
});

test('a second import stays beside the first, and each can be opened again', async () => {
  const notebook = setUp();
  const { state, importDemo, opened, last } = notebook;
  await importDemo(1);
  const first = state().dataset!;
  await importDemo(2);
  expect(state().stored.map(({ id }) => id)).toEqual(['dataset-2', 'dataset-1']);
  const opening = state().open('dataset-1');
  expect(state().status).toEqual({ phase: 'opening', name: first.name });
  expect(state().dataset?.id).toBe('dataset-2');
  await finishOpening(notebook);
  await opening;
  expect(last('open').input.traces).toEqual(first.imported.traces);
  expect(last('open').input.traces.latencyUs).not.toBe(first.imported.traces.latencyUs);
  expect(state()).toMatchObject({ status: { phase: 'ready' }, dataset: first });
  expect(opened).toMatchObject([{ run: null, interrupted: null }]);
});

test('the page comes back with the dataset that was open last, and what is stored of its runs', async () => {
  const run = { ...fakeRun(), datasetId: 'b' };
  const fakeStorage = createFakeStorage({
    datasets: [named('a', 'one', 1), named('b', 'two', 2), named('c', 'three', 3)],
    run,
  });
  await fakeStorage.storage.datasets.change('b', { openedAt: 9 });
  const notebook = setUp(fakeStorage);
  const restoring = notebook.state().restore();
  await finishOpening(notebook);
  await restoring;
  expect(notebook.state().dataset?.name).toBe('two');
  expect(notebook.state().stored.map(({ name }) => name)).toEqual(['one', 'two', 'three']);
  expect(notebook.opened).toMatchObject([{ run }]);
});

test('a dataset whose opening an import overtook is not shown', async () => {
  const fakeStorage = createFakeStorage({ datasets: [named('a', 'one', 1)] });
  const { state, started, importDemo } = setUp(fakeStorage);
  const restoring = state().restore();
  const importing = importDemo(2);
  await restoring;
  await importing;
  expect(state().dataset?.id).toBe('dataset-1');
  expect(started.map(({ kind }) => kind)).toEqual(['demo', 'dropSpans']);
});

test('a dataset is renamed, in the list and at hand', async () => {
  const { state, importDemo, stored } = setUp();
  await importDemo(1);
  await state().rename('dataset-1', 'mine');
  expect(state().dataset?.name).toBe('mine');
  expect(state().stored).toMatchObject([{ name: 'mine' }]);
  expect(stored().entries).toMatchObject([{ name: 'mine' }]);
});

test('a name and roles that change while a dataset is being stored are stored too', async () => {
  const fakeStorage = createFakeStorage();
  const { datasets } = fakeStorage.storage;
  let openGate = (): void => {};
  const gate = new Promise<void>((resolve) => {
    openGate = resolve;
  });
  const slow: typeof datasets = {
    ...datasets,
    save: (...args) => gate.then(() => datasets.save(...args)),
  };
  const { state, last, stored } = setUp({
    ...fakeStorage,
    storage: { ...fakeStorage.storage, datasets: slow },
  });
  const done = state().loadDemo();
  await last('demo').finish(importedFixture());
  expect(state().saving).toEqual({ id: 'dataset-1', share: 0 });
  await state().rename('dataset-1', 'mine');
  state().setRoles(state().dataset!.roles.with(0, 'test'));
  openGate();
  await done;
  expect(stored().entries).toMatchObject([{ name: 'mine', roles: ['test', 'val', 'test'] }]);
});

test('a deleted dataset leaves the list, and the page if it is at hand', async () => {
  const { state, importDemo, stored } = setUp();
  await importDemo(1);
  await importDemo(2);
  await state().remove('dataset-1');
  expect(state()).toMatchObject({ dataset: { id: 'dataset-2' }, status: { phase: 'ready' } });
  await state().remove('dataset-2');
  expect(state()).toMatchObject({ dataset: null, status: { phase: 'empty' }, stored: [] });
  expect(stored().entries).toEqual([]);
});

test('a damaged stored dataset is said and not shown', async () => {
  const { state, last } = setUp(createFakeStorage({ datasets: [named('a', 'one', 1)] }));
  const restoring = state().restore();
  await vi.waitFor(() => last('open'));
  const what = 'trace 0: no such structure';
  await last('open').fail({ ...unreadable, kind: 'unusable-data', what });
  await restoring;
  expect(state().dataset).toBeNull();
  expect(state().status.phase).toBe('empty');
  expect(state().storageFailure?.what).toBe(
    'the stored dataset "one" is damaged: trace 0: no such structure',
  );
});

test('the files are read again under another rule, as one more dataset with the same roles', async () => {
  const { state, last, started } = setUp();
  const file = new File(['x'], 'traces.csv');
  const first = state().importFiles([file]);
  expect(last('import').input.orphans).toBe('own-tree');
  await last('import').finish(importedFixture(1));
  await first;
  const before = state().dataset!;
  expect(state().rereadable).toBe(before.id);
  state().setRoles(before.roles.map(() => 'test'));
  const again = state().readAgain('leave-out');
  expect(last('import').input).toMatchObject({ files: [file], orphans: 'leave-out' });
  await last('import').finish(importedFixture(2));
  await again;
  expect(state().dataset?.id).not.toBe(before.id);
  expect(state().dataset?.roles).toEqual(before.roles.map(() => 'test'));
  expect(state().dataset?.name).toBe('traces.csv, callers missing: left out');

  const cancelled = state().readAgain('attach');
  await last('import').fail({ kind: 'cancelled', what: '', where: '', advice: '' });
  await cancelled;
  expect(state().orphans).toBe('leave-out');
  expect(started.filter(({ kind }) => kind === 'import')).toHaveLength(3);
});
