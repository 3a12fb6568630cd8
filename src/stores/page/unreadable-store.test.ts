import { expect, test } from 'vitest';
import type { Unreadable } from '../../storage/unreadable.ts';
import { createFakeStorage } from '../../testing/notebook-fakes.ts';
import { createUnreadableStore } from './unreadable-store.ts';

const why = { what: 'has format 9', where: 'browser storage', advice: 'a newer build' };
const dataset: Unreadable = {
  store: 'datasets',
  datasetId: 'd',
  runId: null,
  name: 'shop',
  why,
};
const run: Unreadable = { ...dataset, store: 'runs', runId: 'r', name: 'Run 1' };

test('what cannot be read stays listed until it is deleted', async () => {
  const { storage, failWith } = createFakeStorage();
  const store = createUnreadableStore(storage);
  store.getState().take('runs', [run]);
  store.getState().take('datasets', [dataset]);
  expect(store.getState().records).toEqual([dataset, run]);
  failWith(why);
  await store.getState().remove(run);
  expect(store.getState()).toMatchObject({ records: [dataset, run], failure: why });
  failWith(null);
  await store.getState().remove(run);
  expect(store.getState()).toMatchObject({ records: [dataset], failure: null });
  store.getState().take('datasets', []);
  expect(store.getState().records).toEqual([]);
});
