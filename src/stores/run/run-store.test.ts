import { beforeEach, expect, test } from 'vitest';
import { traceVaeConfig } from '../../detectors/tracevae/meta.ts';
import type { RunSettings } from '../../run/settings.ts';
import {
  createFakeClient,
  createFakePreferences,
  createFakeStorage,
  finishScores,
  importedFixture,
} from '../../testing/notebook-fakes.ts';
import {
  fakeCheckpoint,
  fakeCurvePoint,
  fakePlainScores,
  fakeScores,
  fakeTrainOutcome,
} from '../../testing/run-fakes.ts';
import { createAttributeMemory } from '../dataset/attribute-memory.ts';
import { createDatasetStore } from '../dataset/dataset-store.ts';
import { createMappingMemory } from '../dataset/mapping-memory.ts';
import { cellStates, runDifferences } from '../page/cell-states.ts';
import { createRunStore } from './run-store.ts';
import { createSpeedMemory } from './speed-memory.ts';
import { startedRun, withDetector } from './training-phase.ts';

const imported = importedFixture();

const point = (epoch: number) => fakeCurvePoint(epoch, 10 / epoch);

async function setUp() {
  const fake = createFakeClient();
  const { storage, stored, failWith } = createFakeStorage();
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
  const dataset = createDatasetStore({
    ...deps,
    mappings: createMappingMemory(createFakePreferences()),
    attributes: createAttributeMemory(createFakePreferences()),
    onOpened: () => {},
  });
  const loading = dataset.getState().loadDemo();
  await fake.last('demo').finish(imported);
  await loading;
  const runs = createRunStore({ ...deps, dataset, heapBytes: () => 1000 });
  // one detector, so that each test says which others there are
  runs.getState().choose({ detectors: ['tracevae'] });
  const states = () => cellStates(dataset.getState(), runs.getState());
  return { ...fake, stored, failWith, dataset, runs, state: runs.getState, states };
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
  await finishScores(notebook, fakeScores(imported.traces));
  await training;
}

test('speeds of both backends are remembered for the next training, where they are wanted', async () => {
  const { state, last, dataset, client } = notebook;
  void state().train();
  expect(last('train').input).not.toHaveProperty('speeds');

  const speeds = createSpeedMemory(createFakePreferences());
  const { storage } = createFakeStorage();
  const deps = { client, storage, dataset, now: () => 1, newId: () => 'id', heapBytes: () => null };
  const runs = createRunStore({ ...deps, speeds });
  void runs.getState().train();
  last('train').emit({ kind: 'racing' });
  expect(runs.getState().training).toMatchObject({ racing: true, backend: null });
  last('train').emit({ kind: 'raced', key: 'a size', speeds: { wasm: 2, webgpu: 1 } });
  last('train').emit({ kind: 'backend', info: fakeTrainOutcome().backend });
  expect(runs.getState().training).toMatchObject({ racing: false, backend: { backend: 'wasm' } });
  await last('train').fail({ kind: 'cancelled', what: '', where: '', advice: '' });
  void runs.getState().train();
  expect(last('train').input).toMatchObject({ speeds: { 'a size': { wasm: 2, webgpu: 1 } } });
});

test('node embeddings of an earlier build stay until N_max is set', () => {
  const { state } = notebook;
  const sizes = () => {
    const { maxNodes, nodeEmbedding } = traceVaeConfig(state().choices);
    return [maxNodes, nodeEmbedding];
  };
  state().configure('model', { maxNodes: 64 });
  expect(sizes()).toEqual([64, 80]);
  state().choosePreset('small');
  expect(sizes()).toEqual([64, 80]);
  state().configure('model', { nodeEmbedding: 70 });
  state().configure('model', { layers: 2 });
  expect(sizes()).toEqual([64, 70]);
  state().configure('model', { maxNodes: 16 });
  expect(sizes()).toEqual([16, 40]);
});

test('the seed, the backend or a detector changes nothing else', () => {
  const { state } = notebook;
  const phases = { epochsJoint: 9, epochsTime: 1, learningRateStepEpoch: 2 };
  state().configure('schedule', { epochs: 10, phases, validateEvery: 5 });
  const { schedule } = state().choices;
  state().choose({ seed: 5 });
  state().configure('machine', { backend: 'wasm' });
  state().choose({ detectors: ['tracevae', 'fsa'], limitTrain: 100 });
  expect(state().choices.schedule).toEqual(schedule);
});

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
  expect(stored().run).toMatchObject({ preset: 'notebook', peakHeapBytes: 1000 });
  expect(stored().run?.detectors[0]?.scores?.test.trace.length).toBeGreaterThan(0);
  expect(states()).toEqual({
    data: 'done',
    trees: 'done',
    training: 'done',
    scores: 'done',
    lab: 'done',
    flagged: 'done',
    baselines: 'not-run',
  });
});

test('a run that there is no room for stays in memory, over the next one, until it is stored', async () => {
  const { state, stored, failWith } = notebook;
  const noRoom = { what: 'no room', where: 'browser storage', advice: 'make some' };
  failWith(noRoom);
  await trainAndScore();
  await trainAndScore();
  expect(state().storageFailure).toEqual(noRoom);
  expect(state().unstored.map(({ detectors }) => detectors[0]!.scores?.kind)).toEqual([
    'terms',
    'terms',
  ]);
  await state().storeAgain();
  expect(state().unstored).toHaveLength(2);
  failWith(null);
  await state().storeAgain();
  expect([state().unstored, state().storageFailure]).toEqual([[], null]);
  expect(stored().runs).toHaveLength(2);
});

test('training whose worker is gone waits at its checkpoint, or has failed where there is none', async () => {
  const gone = { kind: 'gone', what: 'training ended', where: 'worker', advice: 'again' } as const;
  const { state, last } = notebook;
  void state().train();
  await last('train').fail(gone);
  expect(state().training).toMatchObject({ phase: 'failed', failure: gone });
  void state().train();
  last('train').emit({ kind: 'checkpoint', checkpoint: fakeCheckpoint(3) });
  await new Promise((resolve) => setTimeout(resolve, 10));
  await last('train').fail(gone);
  expect(state().training).toMatchObject({ phase: 'interrupted', checkpoint: { epoch: 3 } });
  expect(state().storageFailure).toEqual(gone);
});

test('a scored run can be scored again, and is stored with the new scores', async () => {
  await trainAndScore();
  const { state, stored, started } = notebook;
  const again = state().scoreAgain();
  expect(state().scoring.phase).toBe('running');
  const { training } = state();
  expect(training.phase === 'done' && training.run.detectors[0]!.scores).toBeNull();
  const scores = fakeScores(imported.traces);
  await finishScores(notebook, scores);
  await again;
  expect(started.filter(({ kind }) => kind === 'score')).toHaveLength(2);
  expect(stored().run?.detectors[0]?.scores).toEqual(scores);
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

test('a setting of scoring asks for new scores, which are made with the trained model', async () => {
  await trainAndScore();
  const { state, states, started, stored } = notebook;
  state().configure('scoring', { samples: 3 });
  expect(states()).toMatchObject({ training: 'done', scores: 'stale', flagged: 'stale' });
  const again = state().scoreAgain();
  await finishScores(notebook, fakeScores(imported.traces));
  await again;
  expect(states()).toMatchObject({ training: 'done', scores: 'done' });
  expect(started.filter(({ kind }) => kind === 'train')).toHaveLength(1);
  expect(stored().run?.settings.scoring.samples).toBe(3);
});

test('what differs is named, and the settings of the run can be taken back', async () => {
  await trainAndScore();
  const { state, dataset } = notebook;
  const differences = () => {
    const { training, choices } = state();
    if (training.phase !== 'done') throw new Error('not trained');
    return runDifferences(training.run, choices, dataset.getState().dataset);
  };
  expect(differences()).toEqual([]);
  state().configure('schedule', { epochs: 12 });
  state().configure('scoring', { samples: 3 });
  expect(differences()).toEqual([
    { name: 'epochs', chosen: '12', ofRun: '60', needs: 'train' },
    { name: 'L', chosen: '3', ofRun: '10', needs: 'score' },
  ]);
  const { training } = state();
  if (training.phase === 'done') state().takeSettingsOf(training.run);
  expect(differences()).toEqual([]);
});

test('a run whose settings come back with their keys in another order is not stale', async () => {
  await trainAndScore();
  const { state, states, stored } = notebook;
  const reversed = (value: unknown): unknown =>
    typeof value !== 'object' || value === null || Array.isArray(value)
      ? value
      : Object.fromEntries(
          Object.entries(value)
            .reverse()
            .map(([key, part]) => [key, reversed(part)]),
        );
  const run = stored().run!;
  const before = state().choices;
  state().reset();
  state().restore({ ...run, settings: reversed(run.settings) as RunSettings }, null);
  state().takeSettingsOf({ preset: before.preset, settings: run.settings });
  expect(states()).toMatchObject({ training: 'done', scores: 'done', flagged: 'done' });
});

test('a changed role marks the run as stale', async () => {
  await trainAndScore();
  notebook.dataset.getState().setRoles(notebook.dataset.getState().dataset!.roles.with(1, 'test'));
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
  expect(state().training).toMatchObject({
    phase: 'failed',
    failure,
    ended: { curve: [{ epoch: 1 }] },
  });
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
  fresh.getState().restore(record, null);
  expect(cellStates(notebook.dataset.getState(), fresh.getState()).scores).toBe('done');
  expect(fresh.getState().choices).toEqual(notebook.state().choices);
});

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

/** The page after a reload in the middle of a training. */
async function interrupt() {
  const { state, last, dataset, stored } = notebook;
  state().choose({ seed: 9 });
  void state().train();
  const job = last('train');
  job.emit({ kind: 'epoch', point: fakeCurvePoint(1, 10) });
  job.emit({ kind: 'checkpoint', checkpoint: fakeCheckpoint(1) });
  job.emit({ kind: 'epoch', point: fakeCurvePoint(2, 5) });
  await settled();
  const { interrupted, run } = stored();
  const fake = createFakeClient();
  const storage = createFakeStorage({ interrupted });
  const runs = createRunStore({
    client: fake.client,
    storage: storage.storage,
    dataset,
    now: () => 2,
    newId: () => 'resumed',
    heapBytes: () => null,
  });
  runs.getState().restore(run, interrupted);
  return { ...fake, stored: storage.stored, state: runs.getState, settings: job.input.settings };
}

test('an interrupted training comes back with its curve and goes on with its own settings', async () => {
  const resumed = await interrupt();
  const { state, last, stored, settings } = resumed;
  expect(state().training).toMatchObject({
    phase: 'interrupted',
    next: { datasetId: 'id-1', detector: 'tracevae', curve: [{ epoch: 1 }] },
    checkpoint: { epoch: 1 },
  });
  expect(state().choices.seed).toBe(9);

  const training = state().resumeInterrupted();
  const { runId } = stored().interrupted!;
  expect(last('train').input).toEqual({
    runId,
    detector: 'tracevae',
    settings,
    from: fakeCheckpoint(1),
  });
  last('train').emit({ kind: 'epoch', point: fakeCurvePoint(2, 5) });
  expect(state().training).toMatchObject({ phase: 'running', curve: [{ epoch: 1 }, { epoch: 2 }] });
  await last('train').finish(fakeTrainOutcome());
  await finishScores(resumed, fakeScores(imported.traces));
  await training;
  expect(stored().interrupted).toBeNull();
  expect(stored().run).toMatchObject({ id: runId, settings: { seed: 9 } });
  expect(stored().run?.detectors[0]?.curve).toHaveLength(2);
});

test('an interrupted training that is discarded leaves the run before it', async () => {
  await trainAndScore();
  const { state, stored } = await interrupt();
  await state().discardInterrupted();
  expect(state().training).toMatchObject({ phase: 'done', run: { settings: { seed: 1 } } });
  expect(stored().interrupted).toBeNull();
});

test('a run is stored once it has more than statistics, which are learnt again where it goes on', async () => {
  const { state, last, stored } = notebook;
  state().choose({ detectors: ['history', 'tracevae'] });
  void state().train();
  await last('train').finish(fakeTrainOutcome());
  await settled();
  expect(last('train').input.detector).toBe('tracevae');
  expect(stored().run).toBeNull();

  const { settings } = last('train').input;
  const goingOn = startedRun({
    runId: 'id-9',
    datasetId: 'id-1',
    preset: 'tiny',
    settings,
    detector: 'tracevae',
  });
  const run = withDetector(goingOn, fakeTrainOutcome(), 1, null);
  expect(run.pending).toEqual(['history']);
  await last('train').finish(fakeTrainOutcome());
  await settled();
  expect(stored().run?.detectors.map(({ detector }) => detector)).toEqual(['history', 'tracevae']);
});

test('a new training takes the place of a checkpoint', async () => {
  const { state, last, stored } = notebook;
  void state().train();
  last('train').emit({ kind: 'checkpoint', checkpoint: fakeCheckpoint(1) });
  await settled();
  expect(stored().interrupted).not.toBeNull();
  void state().train();
  await settled();
  expect(stored().interrupted).toBeNull();
});

test('the last good weights of a diverged run become a run that says so', async () => {
  const { state, last, stored } = notebook;
  const training = state().train();
  last('train').emit({ kind: 'epoch', point: fakeCurvePoint(1, 10) });
  await last('train').fail({
    kind: 'diverged',
    what: 'training diverged: log p(z) is not a finite number',
    where: 'epoch 2',
    advice: 'lower the learning rate',
    lastGood: { epoch: 1, outcome: fakeTrainOutcome() },
  });
  await training;
  const kept = state().keepLastGood();
  await settled();
  await finishScores(notebook, fakeScores(imported.traces));
  await kept;
  const { run } = stored();
  expect(run?.detectors[0]?.incidents).toEqual([
    'training diverged: log p(z) is not a finite number in epoch 2: these are the weights of epoch 1',
  ]);
  expect(run?.detectors[0]?.scores).not.toBeNull();
});

test('after a lost device the curve goes on from the checkpoint, and the run says so', async () => {
  const { state, last, stored } = notebook;
  const training = state().train();
  const job = last('train');
  for (const epoch of [1, 2, 3]) job.emit({ kind: 'epoch', point: fakeCurvePoint(epoch, epoch) });
  const info = { backend: 'wasm', adapter: 'a test', threads: 1, reason: '' } as const;
  job.emit({ kind: 'recovered', epoch: 1, why: 'unplugged', info });
  job.emit({ kind: 'epoch', point: fakeCurvePoint(2, 20) });
  const incident = 'the GPU device was lost (unplugged); training went on after epoch 1 on WASM';
  expect(state().training).toMatchObject({
    curve: [{ loss: 1 }, { loss: 20 }],
    backend: info,
    incidents: [incident],
  });
  await job.finish(fakeTrainOutcome());
  await finishScores(notebook, fakeScores(imported.traces));
  await training;
  expect(stored().run?.detectors[0]?.incidents).toEqual([incident]);
});

const BOTH = ['tracevae', 'tracevae-fc'] as const;

test('several detectors train one after another, then are scored', async () => {
  const { state, last, stored, states } = notebook;
  state().choose({ detectors: BOTH });
  const training = state().train();
  expect(last('train').input.detector).toBe('tracevae');
  last('train').emit({ kind: 'epoch', point: point(1) });
  await last('train').finish(fakeTrainOutcome());
  expect(last('train').input.detector).toBe('tracevae-fc');
  expect(state().training).toMatchObject({
    phase: 'running',
    finished: [{ curve: [{ epoch: 1 }] }],
  });
  expect(stored().run).toMatchObject({ pending: ['tracevae-fc'] });
  await last('train').finish(fakeTrainOutcome());
  for (const detector of BOTH) {
    expect(last('score').input.of.detector).toBe(detector);
    expect(states().scores).toBe('running');
    await finishScores(notebook, fakeScores(imported.traces));
  }
  await training;
  expect(stored().run).toMatchObject({
    pending: [],
    detectors: [{ detector: 'tracevae' }, { detector: 'tracevae-fc' }],
  });
  expect(states()).toMatchObject({ training: 'done', scores: 'done' });
});

test('Stop ends the whole run, with what is trained', async () => {
  const { state, last, stored } = notebook;
  state().choose({ detectors: BOTH });
  const training = state().train();
  state().stop();
  await last('train').finish({ ...fakeTrainOutcome(), stopped: true });
  await finishScores(notebook, fakeScores(imported.traces));
  await training;
  expect(stored().run).toMatchObject({ pending: [], detectors: [{ detector: 'tracevae' }] });
});

test('a page that went between two detectors goes on with the second', async () => {
  const { state, last, stored, client, dataset } = notebook;
  state().choose({ detectors: BOTH });
  void state().train();
  await last('train').finish(fakeTrainOutcome());
  const { run } = stored();
  const deps = { client, dataset, now: () => 2, newId: () => 'other', heapBytes: () => null };
  const after = createRunStore({ ...deps, storage: createFakeStorage({ run }).storage });
  after.getState().restore(run, null);
  expect(after.getState().training).toMatchObject({
    phase: 'interrupted',
    next: { detector: 'tracevae-fc', runId: run!.id, finished: [{ detector: 'tracevae' }] },
    checkpoint: null,
  });
  void after.getState().resumeInterrupted();
  expect(last('train').input).toMatchObject({ detector: 'tracevae-fc', from: null });

  const discarding = createRunStore({ ...deps, storage: createFakeStorage({ run }).storage });
  discarding.getState().restore(run, null);
  void discarding.getState().discardInterrupted();
  expect(discarding.getState().training).toMatchObject({ phase: 'done', run: { pending: [] } });
});

const diverged = {
  kind: 'diverged',
  what: 'log p(z) is not a finite number',
  where: 'epoch 1',
  advice: 'lower the learning rate',
} as const;

test('a detector that fails leaves the others their turn, and its reason', async () => {
  const { state, last, stored } = notebook;
  state().choose({ detectors: ['tracevae', 'fsa', 'crisp'] });
  const training = state().train();
  await last('train').finish(fakeTrainOutcome());
  expect(last('train').input.detector).toBe('fsa');
  await last('train').fail(diverged);
  expect(last('train').input.detector).toBe('crisp');
  expect(stored().run).toMatchObject({ pending: ['crisp'], failed: [{ detector: 'fsa' }] });
  await last('train').finish(fakeTrainOutcome());
  await finishScores(notebook, fakeScores(imported.traces));
  await finishScores(notebook, fakePlainScores(imported.traces));
  await training;
  const { what, where, advice } = diverged;
  expect(stored().run).toMatchObject({
    pending: [],
    detectors: [{ detector: 'tracevae' }, { detector: 'crisp', scores: { kind: 'plain' } }],
    failed: [{ detector: 'fsa', seed: 1, stage: 'training', what, where, advice }],
  });
});

test('where every detector fails, training has failed', async () => {
  const { state, last } = notebook;
  state().choose({ detectors: BOTH });
  const training = state().train();
  await last('train').fail(diverged);
  await last('train').fail(diverged);
  await training;
  expect(state().training).toMatchObject({ phase: 'failed', failure: diverged });
});

test('among several, a diverged one goes on with the weights of its last good epoch', async () => {
  const { state, last } = notebook;
  state().choose({ detectors: BOTH });
  void state().train();
  await last('train').fail({ ...diverged, lastGood: { epoch: 3, outcome: fakeTrainOutcome() } });
  expect(last('train').input.detector).toBe('tracevae-fc');
  expect(state().training).toMatchObject({
    finished: [{ incidents: [expect.stringContaining('these are the weights of epoch 3')] }],
  });
});

test('scores that cannot be had leave those of the others', async () => {
  const { state, last, stored, states } = notebook;
  state().choose({ detectors: BOTH });
  const training = state().train();
  await last('train').finish(fakeTrainOutcome());
  await last('train').finish(fakeTrainOutcome());
  await last('score').fail({ kind: 'bug', what: 'out of memory', where: 'WASM', advice: 'reload' });
  await finishScores(notebook, fakeScores(imported.traces));
  await training;
  expect(states().scores).toBe('done');
  expect(stored().run?.failed).toMatchObject([{ detector: 'tracevae', stage: 'scoring' }]);
});

test('detectors beside those of a finished run are trained alone, those that failed once more', async () => {
  await trainAndScore();
  const { state, last, started, stored } = notebook;
  const { id } = stored().run!;
  const before = started.length;
  const training = state().trainBeside(['fsa', 'crisp']);
  expect(last('train').input).toMatchObject({
    detector: 'fsa',
    settings: { detectors: ['tracevae', 'fsa', 'crisp'], baselines: { fsa: { sigmas: 3 } } },
  });
  await last('train').fail(diverged);
  await last('train').finish(fakeTrainOutcome());
  await finishScores(notebook, fakePlainScores(imported.traces));
  await training;
  expect(stored().run).toMatchObject({
    id,
    detectors: [{ detector: 'tracevae' }, { detector: 'crisp' }],
    failed: [{ detector: 'fsa' }],
  });
  const again = state().trainBeside(['fsa', 'crisp']);
  expect(last('train').input.detector).toBe('fsa');
  await last('train').finish(fakeTrainOutcome());
  await finishScores(notebook, fakePlainScores(imported.traces));
  await again;
  expect(stored().run?.failed).toEqual([]);
  const kinds = started.slice(before).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'train')).toHaveLength(3);
});

test('a changed setting makes a new run of all detectors', async () => {
  await trainAndScore();
  const { state, last } = notebook;
  state().choose({ seed: 5 });
  void state().trainBeside(['fsa']);
  expect(last('train').input).toMatchObject({ detector: 'tracevae', settings: { seed: 5 } });
});

test('another seed is kept with the run that it belongs to, and no other', async () => {
  await trainAndScore();
  const { state, stored } = notebook;
  const { id } = stored().run!;
  const { report } = fakePlainScores(imported.traces);
  const repeat = {
    detector: 'tracevae',
    seed: 2,
    report,
    trainSeconds: 1,
    scoreTracesPerSecond: 1,
  } as const;
  await state().addRepeat('another run', repeat);
  expect(stored().run?.repeats).toEqual([]);
  await state().addRepeat(id, repeat);
  await state().addRepeat(id, repeat);
  expect(stored().run?.repeats).toEqual([repeat]);
});
