import { expect, test } from 'vitest';
import {
  createFakeClient,
  createFakePreferences,
  createFakeStorage,
  importedFixture,
} from '../testing/notebook-fakes.ts';
import { createDatasetStore } from './dataset-store.ts';
import { createMappingMemory } from './mapping-memory.ts';

function setUp() {
  const fake = createFakeClient();
  const fakeStorage = createFakeStorage();
  const store = createDatasetStore({
    client: fake.client,
    storage: fakeStorage.storage,
    mappings: createMappingMemory(createFakePreferences()),
    now: () => 1,
    newId: () => 'dataset-1',
  });
  return { ...fake, ...fakeStorage, store, state: store.getState };
}

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
  expect(stored().dataset?.id).toBe('dataset-1');
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
  await state().restore(null, []);
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
  guess: {
    header: ['a', 'b', 'c', 'd', 'e'],
    columns: {
      trace: 0,
      span: 1,
      parent: 2,
      service: -1,
      operation: 3,
      start: -1,
      end: -1,
      duration: 4,
      label: -1,
    },
    clockUnit: 'ms',
    durationUnit: 'ms',
  },
} as const;

test('a table with an unknown header is asked about, and the answer goes on with the import', async () => {
  const { state, last } = setUp();
  await state().restore(null, []);
  const file = new File(['x'], 'own.csv');
  const first = state().importFiles([file]);
  expect(last('import').input).toEqual({ files: [file], mappings: [] });
  await last('import').fail({ ...unreadable, kind: 'unmapped', table });
  await first;
  expect(state().status).toEqual({ phase: 'asking', table, files: [file] });

  const second = state().mapColumns(table.guess);
  expect(last('import').input).toEqual({ files: [file], mappings: [table.guess] });
  await last('import').finish(importedFixture());
  await second;
  expect(state().status).toEqual({ phase: 'ready' });
  expect(state().dataset?.name).toBe('own.csv');
});

test('a question that is not answered leaves everything as it was', async () => {
  const { state, last, started } = setUp();
  await state().restore(null, []);
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
    now: () => 1,
    newId: () => `dataset-${++ids}`,
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
  const labelled = state().importFiles(files);
  await fake.last('import').fail(labelsOnly);
  const label = imported.traces.label.map(() => 3);
  const note = { reason: 'unmatched-label', count: 2, examples: [] } as const;
  await fake.last('label').finish({ label, ledger: [note] });
  await labelled;
  expect(state().status).toEqual({ phase: 'ready' });
  expect(state().dataset?.id).toBe('dataset-2');
  expect(state().dataset?.imported.traces.label).toEqual(label);
  expect(state().dataset?.imported.ledger).toContainEqual(note);
  expect(state().dataset?.roles).toEqual(['train', 'val', 'test']);
});

test('a changed role is stored', async () => {
  const { state, last, stored } = setUp();
  const done = state().loadDemo();
  await last('demo').finish(importedFixture());
  await done;
  state().setRole(2, 'val');
  expect(state().dataset?.roles).toEqual(['train', 'val', 'val']);
  await Promise.resolve();
  expect(stored().dataset?.roles).toEqual(['train', 'val', 'val']);
});

test('a full storage is said, and the dataset can still be used', async () => {
  const { state, last, failWith } = setUp();
  failWith({ what: 'no room', where: 'browser storage', advice: 'free space' });
  const done = state().loadDemo();
  await last('demo').finish(importedFixture());
  await done;
  expect(state().status.phase).toBe('ready');
  expect(state().storageFailure?.what).toBe('no room');
});

test('a damaged stored dataset is said and not shown', async () => {
  const { state, last, stored } = setUp();
  const done = state().loadDemo();
  await last('demo').finish(importedFixture());
  await done;
  const record = stored().dataset!;
  const { traces } = record.imported;
  const broken = { ...traces, structureOf: traces.structureOf.map(() => 1e6) };
  const fresh = setUp();
  await fresh.state().restore({ ...record, imported: { ...record.imported, traces: broken } }, []);
  expect(fresh.state().dataset).toBeNull();
  expect(fresh.state().storageFailure?.what).toMatch(/damaged/);
});
