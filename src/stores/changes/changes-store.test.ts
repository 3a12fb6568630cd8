import { expect, test } from 'vitest';
import { createStore } from 'zustand/vanilla';
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
  slowest: null,
  errorsKnown: false,
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

function setUp() {
  const { fake, dataset } = createFakeStores();
  const list = createStore(() => ({ list: null }) as unknown as TraceListState);
  return { fake, dataset, list, store: createChangesStore(fake.client, dataset, list) };
}

test('a range that is chosen is compared with all other traces', async () => {
  const { fake, store } = setUp();
  const choosing = store.getState().choose({ after: RANGE });
  expect(fake.last('comparePeriods').input).toEqual({ before: { kind: 'rest' }, after: RANGE });
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
