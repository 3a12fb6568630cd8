import { expect, test, vi } from 'vitest';
import {
  createFakeClient,
  createFakeStorage,
  importedFixture,
} from '../../testing/notebook-fakes.ts';
import { prepareDataset } from '../../worker/prepare-dataset.ts';
import { createNotebook } from '../page/notebook.ts';
import { prepareCellState } from './prepare-store.ts';

function setUp(stored: Parameters<typeof createFakeStorage>[0] = {}) {
  const fake = createFakeClient();
  const storage = createFakeStorage(stored);
  let ids = 0;
  const notebook = createNotebook({
    client: fake.client,
    background: () => ({ client: fake.client, close: () => {} }),
    storage: storage.storage,
    preferences: { getItem: () => null, setItem: () => undefined },
    now: () => 1,
    newId: () => `id-${++ids}`,
    isolated: true,
    heapBytes: () => null,
    foreignRequests: () => 0,
    app: { name: 'notebook', version: '0', userAgent: 'test' },
    address: { read: () => '', write: () => {}, goTo: () => {} },
  });
  const cellState = () =>
    prepareCellState(
      notebook.prepare.getState(),
      notebook.dataset.getState(),
      notebook.runs.getState().choices.model.maxNodes,
    );
  return { ...fake, ...storage, notebook, cellState, prepare: notebook.prepare.getState };
}

/** A notebook with the fixture in it, opened. */
async function withDemo() {
  const set = setUp();
  void set.notebook.open();
  await new Promise((resolve) => setTimeout(resolve, 0));
  const done = set.notebook.dataset.getState().loadDemo();
  await set.last('demo').finish(importedFixture());
  await done;
  return set;
}

/** What the worker answers to the job that runs. */
async function answer(set: ReturnType<typeof setUp>): Promise<void> {
  const job = set.last('prepare');
  const { traces, settings } = job.input;
  const { signal } = new AbortController();
  const prepared = await prepareDataset(traces, settings, {
    signal,
    onStep: job.emit,
    now: () => 0,
  });
  await (prepared.ok ? job.finish(prepared.value) : job.fail(prepared.error));
}

test('the prepared parts become the dataset, and Undo brings the one before back', async () => {
  const set = await withDemo();
  const before = set.notebook.dataset.getState().dataset!;
  expect(set.cellState()).toBe('not-run');
  set.prepare().choose({ minGroupSize: 1 });
  const done = set.prepare().prepare();
  expect(set.cellState()).toBe('running');
  await answer(set);
  await done;

  const after = set.notebook.dataset.getState().dataset!;
  expect(after.roles).toEqual(['train', 'val', 'test']);
  expect(after.preparation!.source).toEqual(before);
  expect(set.prepare().steps).toHaveLength(6);
  expect(set.stored().entries.map(({ id }) => id)).toEqual([after.id, before.id]);
  expect(set.cellState()).toBe('done');
  set.prepare().choose({ seed: 9 });
  expect(set.cellState()).toBe('stale');

  const undone = set.prepare().undo();
  await vi.waitFor(() => set.last('open'));
  expect(set.last('open').input.traces).toEqual(before.imported.traces);
  await set.last('open').finish(null);
  await undone;
  expect(set.notebook.dataset.getState().dataset).toEqual(before);
  expect(set.prepare().steps.map(({ step }) => step)).toEqual(['source']);
});

test('preparing anew starts from the dataset as it was imported', async () => {
  const set = await withDemo();
  const { traces } = set.notebook.dataset.getState().dataset!.imported;
  set.prepare().choose({ minGroupSize: 1 });
  for (let round = 0; round < 2; round++) {
    const done = set.prepare().prepare();
    expect(set.last('prepare').input.traces).toBe(traces);
    await answer(set);
    await done;
  }
});

test('Cancel reaches the worker and leaves the dataset', async () => {
  const set = await withDemo();
  const before = set.notebook.dataset.getState().dataset;
  const done = set.prepare().prepare();
  set.prepare().cancel();
  expect(set.last('prepare').controls).toEqual(['cancel']);
  await set.last('prepare').fail({ kind: 'cancelled', what: '', where: '', advice: '' });
  await done;
  expect(set.prepare().status).toEqual({ phase: 'idle' });
  expect(set.notebook.dataset.getState().dataset).toBe(before);
});

test('an import takes over from preparing', async () => {
  const set = await withDemo();
  const done = set.prepare().prepare();
  void set.notebook.dataset.getState().importFiles([new File(['x'], 'new.csv')]);
  // once its first bytes have told that it is no notebook file
  await vi.waitFor(() => expect(set.last('prepare').controls).toEqual(['cancel']));
  expect(set.prepare().status).toEqual({ phase: 'idle' });
  await answer(set);
  await done;
  expect(set.notebook.dataset.getState().dataset?.preparation).toBeUndefined();
});

test('nothing left is said with what to do', async () => {
  const set = await withDemo();
  set.prepare().choose({ minGroupSize: 10_000 });
  const done = set.prepare().prepare();
  await answer(set);
  await done;
  expect(set.prepare().status).toMatchObject({
    phase: 'failed',
    failure: { kind: 'unusable-data', advice: expect.stringContaining('smallest group') },
  });
});

test('a prepared dataset comes back from storage with its settings and steps', async () => {
  const first = await withDemo();
  first.prepare().choose({ minGroupSize: 1, seed: 4 });
  const done = first.prepare().prepare();
  await answer(first);
  await done;
  const prepared = first.notebook.dataset.getState().dataset!;

  const second = setUp({ datasets: [prepared, prepared.preparation!.source!] });
  void second.notebook.open();
  await vi.waitFor(() => second.last('open'));
  await second.last('open').finish(null);
  await vi.waitFor(() => expect(second.notebook.dataset.getState().dataset).not.toBeNull());
  expect(second.prepare().choices).toMatchObject({ minGroupSize: 1, seed: 4 });
  expect(second.prepare().steps).toHaveLength(6);
  expect(second.cellState()).toBe('done');
});

test('N_max follows the data, and stays over preparing and Undo', async () => {
  const set = await withDemo();
  const maxNodes = () => set.notebook.runs.getState().choices.model.maxNodes;
  expect(maxNodes()).toBe(32);
  set.notebook.runs.getState().configure('model', { maxNodes: 16 });
  set.prepare().choose({ minGroupSize: 1 });
  const done = set.prepare().prepare();
  await answer(set);
  await done;
  expect(maxNodes()).toBe(16);
  const undone = set.prepare().undo();
  await vi.waitFor(() => set.last('open'));
  await set.last('open').finish(null);
  await undone;
  expect(maxNodes()).toBe(16);
});
