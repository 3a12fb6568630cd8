import { beforeEach, expect, test } from 'vitest';
import { createFakeClient, createFakeStorage, importedFixture } from '../testing/notebook-fakes.ts';
import { fakeCurvePoint, fakeScores, fakeTrainOutcome } from '../testing/run-fakes.ts';
import { cellStates } from './cell-states.ts';
import { createDatasetStore } from './dataset-store.ts';
import { createRunStore } from './run-store.ts';

const imported = importedFixture();

const point = (epoch: number) => fakeCurvePoint(epoch, 10 / epoch);

async function setUp() {
  const fake = createFakeClient();
  const { storage, stored } = createFakeStorage();
  let ids = 0;
  const deps = {
    client: fake.client,
    storage,
    now: () => 1,
    newId: () => {
      ids += 1;
      return `id-${ids}`;
    },
  };
  const dataset = createDatasetStore(deps);
  const loading = dataset.getState().loadDemo();
  await fake.last('demo').finish(imported);
  await loading;
  const runs = createRunStore({ ...deps, dataset, heapBytes: () => 1000 });
  const states = () => cellStates(dataset.getState(), runs.getState());
  return { ...fake, stored, dataset, runs, state: runs.getState, states };
}

let notebook: Awaited<ReturnType<typeof setUp>>;
beforeEach(async () => {
  notebook = await setUp();
});

async function trainAndScore(): Promise<void> {
  const { state, last } = notebook;
  const training = state().train();
  last('train').emit({ kind: 'epoch', point: point(1) });
  await last('train').finish(fakeTrainOutcome());
  await last('score').finish(fakeScores(imported.traces));
  await training;
}

test('curves grow while training runs', () => {
  const { state, last, states } = notebook;
  void state().train();
  last('train').emit({ kind: 'epoch', point: point(1) });
  last('train').emit({ kind: 'epoch', point: point(2) });
  const { training } = state();
  expect(training.phase).toBe('running');
  expect(training.phase === 'running' && training.curve.map((p) => p.loss)).toEqual([10, 5]);
  expect(states()).toMatchObject({ training: 'running', scores: 'not-run', flagged: 'not-run' });
});

test('Pause, Resume and Stop reach the worker', () => {
  const { state, last } = notebook;
  void state().train();
  state().pause();
  expect(state().training.phase).toBe('paused');
  state().resume();
  expect(state().training.phase).toBe('running');
  state().stop();
  expect(last('train').controls).toEqual(['pause', 'resume', 'stop']);
});

test('a finished training is stored, then scored and stored again', async () => {
  await trainAndScore();
  const { stored, states } = notebook;
  expect(stored().run).toMatchObject({ preset: 'tiny', peakHeapBytes: 1000 });
  expect(stored().run?.scores?.test.samples).toBe(10);
  expect(states()).toEqual({
    data: 'done',
    trees: 'done',
    training: 'done',
    scores: 'done',
    flagged: 'done',
  });
});

test('a changed setting marks what was computed with the old one as stale, and back again', async () => {
  await trainAndScore();
  const { state, states } = notebook;
  const { seed } = state().choices;
  state().choose({ seed: seed + 1 });
  expect(states()).toMatchObject({ training: 'stale', scores: 'stale', flagged: 'stale' });
  state().choose({ seed });
  expect(states()).toMatchObject({ training: 'done', scores: 'done', flagged: 'done' });
});

test('a changed role marks the run as stale', async () => {
  await trainAndScore();
  notebook.dataset.getState().setRole(1, 'test');
  expect(notebook.states().scores).toBe('stale');
});

test('a diverged training keeps its curve and says which term', async () => {
  const { state, last } = notebook;
  const training = state().train();
  last('train').emit({ kind: 'epoch', point: point(1) });
  const failure = {
    kind: 'diverged',
    what: 'log p(z) is not finite',
    where: 'epoch 2',
    advice: 'lower the learning rate',
  } as const;
  await last('train').fail(failure);
  await training;
  expect(state().training).toMatchObject({ phase: 'failed', failure, curve: [{ epoch: 1 }] });
});

test('a stored run comes back with its settings and scores', async () => {
  await trainAndScore();
  const record = notebook.stored().run;
  const fresh = createRunStore({
    client: notebook.client,
    storage: createFakeStorage().storage,
    dataset: notebook.dataset,
    now: () => 2,
    newId: () => 'other',
    heapBytes: () => null,
  });
  fresh.getState().restore(record);
  expect(cellStates(notebook.dataset.getState(), fresh.getState()).scores).toBe('done');
  expect(fresh.getState().choices).toEqual(notebook.state().choices);
});
