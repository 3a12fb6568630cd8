import { expect, test } from 'vitest';
import { createStore } from 'zustand/vanilla';
import { importedFixture } from '../../testing/notebook-fakes.ts';
import { createFakeStores } from '../../testing/store-fakes.ts';
import type { TraceListState } from '../scores/trace-list-store.ts';
import { createChangesStore } from './changes-store.ts';

const REPORT = {
  before: 30,
  after: 40,
  tests: 3,
  changes: [],
  found: 0,
  services: [],
  errorsKnown: false,
  names: null,
};
const TIMELINE = {
  fromUs: 0,
  binUs: 1,
  traces: new Uint32Array(1),
  failed: new Uint32Array(1),
  flagged: new Uint32Array(1),
  scored: new Uint32Array(1),
  p50Us: new Float64Array(1),
  p99Us: new Float64Array(1),
  untimed: 0,
};
const RANGE = { kind: 'time', fromUs: 0, toUs: 10 } as const;

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));
async function* noSpans() {}

function setUp() {
  const { fake, dataset, storage } = createFakeStores();
  const traceList = createStore(() => ({ list: null }) as unknown as TraceListState);
  const store = createChangesStore({ client: fake.client, storage, dataset, traceList });
  return { fake, dataset, storage, list: traceList, store };
}

test('a range that is chosen is compared with all other traces', async () => {
  const { fake, store } = setUp();
  const choosing = store.getState().choose({ after: RANGE });
  const before = { kind: 'rest' };
  expect(fake.last('comparePeriods').input).toEqual({ before, after: RANGE, other: null });
  expect(store.getState().report).toEqual({ phase: 'running' });
  await fake.last('comparePeriods').finish(REPORT);
  await choosing;
  expect(store.getState().report).toEqual({ phase: 'done', value: REPORT });
});

test('nothing is compared before the second period is chosen, and a range can be put away', async () => {
  const { store } = setUp();
  await store.getState().choose({ before: { kind: 'file', file: 1 } });
  expect(store.getState()).toMatchObject({ after: null, report: { phase: 'none' } });
  void store.getState().choose({ after: RANGE });
  await store.getState().choose({ after: null });
  expect(store.getState()).toMatchObject({ after: null, report: { phase: 'none' } });
});

test('a later choice overtakes an earlier one', async () => {
  const { fake, store } = setUp();
  const first = store.getState().choose({ after: RANGE });
  const early = fake.last('comparePeriods');
  const second = store.getState().choose({ after: { kind: 'file', file: 0 } });
  await early.finish({ ...REPORT, found: 9 });
  await fake.last('comparePeriods').finish(REPORT);
  await Promise.all([first, second]);
  expect(store.getState().report).toEqual({ phase: 'done', value: REPORT });
});

test('all of this dataset is compared with another one, as it is stored', async () => {
  const { fake, dataset, storage, store } = setUp();
  const imported = importedFixture();
  const other = { id: 'monday', name: 'monday', roles: ['split' as const], imported };
  await storage.datasets.save(other, { savedAt: 0, spans: noSpans(), onProgress: () => {} });
  const listed = await storage.datasets.list();
  dataset.setState({ stored: listed.ok ? listed.value.entries : [] });
  const before = { kind: 'dataset', id: 'monday' } as const;
  const choosing = store.getState().choose({ before });
  expect(store.getState().report).toEqual({ phase: 'running' });
  await settled();
  const { input } = fake.last('comparePeriods');
  expect(input).toMatchObject({ before, after: { kind: 'all' } });
  expect(input.other).toEqual(other.imported.traces);
  await fake.last('comparePeriods').finish(REPORT);
  await choosing;
  expect(store.getState().report).toEqual({ phase: 'done', value: REPORT });
  // all of this dataset against the rest of it would be against nothing
  await store.getState().choose({ before: { kind: 'rest' } });
  expect(store.getState()).toMatchObject({ after: null, report: { phase: 'none' } });
});

test('a dataset that is gone meanwhile is said to be', async () => {
  const { fake, store } = setUp();
  await store.getState().choose({ before: { kind: 'dataset', id: 'gone' }, after: RANGE });
  expect(store.getState().report).toMatchObject({
    phase: 'failed',
    failure: { what: expect.stringContaining('not stored any more') },
  });
  expect(fake.started).toHaveLength(0);
});

test('the timeline is asked for once, and again when other traces are flagged', async () => {
  const { fake, list, store } = setUp();
  const showing = store.getState().show();
  await fake.last('timeline').finish(null);
  await showing;
  await store.getState().show();
  expect(store.getState().timeline).toEqual({ phase: 'done', value: null });
  const before = fake.last('timeline');
  list.setState({ list: { of: {} } } as unknown as TraceListState);
  const again = fake.last('timeline');
  expect(again).not.toBe(before);
  await again.finish(TIMELINE);
  expect(store.getState().timeline).toEqual({ phase: 'done', value: TIMELINE });
});

test('another dataset forgets periods and report', async () => {
  const { fake, dataset, store } = setUp();
  const choosing = store.getState().choose({ after: RANGE });
  await fake.last('comparePeriods').finish(REPORT);
  await choosing;
  dataset.setState({ dataset: { ...dataset.getState().dataset!, id: 'another' } });
  expect(store.getState()).toMatchObject({
    after: null,
    report: { phase: 'none' },
    timeline: { phase: 'none' },
  });
});
