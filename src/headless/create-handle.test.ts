import { expect, test, vi } from 'vitest';
import { countSets } from '../features/set-counts.ts';
import { combinedScores } from '../run/chosen-scores.ts';
import { DEFAULT_ATTRIBUTES } from '../stores/dataset/attribute-memory.ts';
import type { WrittenFile } from '../stores/dataset/export-store.ts';
import { createNotebook } from '../stores/page/notebook.ts';
import {
  createFakeClient,
  createFakeStorage,
  finishScores,
  importedFixture,
} from '../testing/notebook-fakes.ts';
import { fakeCurvePoint, fakeScores, fakeTrainOutcome } from '../testing/run-fakes.ts';
import { createHeadlessHandle } from './create-handle.ts';
import type { GivenFile, HeadlessChoices, TypedRun } from './handle.ts';

const imported = importedFixture();
const scores = fakeScores(imported.traces);
const GIVEN: readonly GivenFile[] = imported.files.map(({ name, bytes }, i) => ({
  name,
  bytes,
  role: (['train', 'test', 'val'] as const)[i]!,
}));
const RUN: TypedRun = {
  preset: 'small',
  backend: 'wasm',
  detectors: ['tracevae'],
  epochs: 4,
  limitTrain: 30,
  seeds: [5],
};
const choicesOf = (run: Partial<TypedRun> = {}): HeadlessChoices => ({
  rules: 'none',
  maxNodes: 9,
  attributes: null,
  run: { ...RUN, ...run },
});

async function setUp() {
  const [fake, background] = [createFakeClient(), createFakeClient()];
  const { storage } = createFakeStorage();
  const notebook = createNotebook({
    client: fake.client,
    background: () => ({ client: background.client, close: () => {} }),
    storage,
    preferences: { getItem: () => null, setItem: () => undefined },
    now: () => 1,
    newId: () => 'id',
    isolated: true,
    heapBytes: () => null,
    foreignRequests: () => 0,
    app: { name: 'notebook', version: '0', userAgent: 'test' },
    address: { read: () => '', write: () => {}, goTo: () => {} },
  });
  const saved: WrittenFile[] = [];
  const handle = createHeadlessHandle(notebook, (file) => saved.push(file));
  void notebook.open();
  await vi.waitFor(() => expect(notebook.dataset.getState().status.phase).toBe('empty'));
  return { ...fake, background, notebook, saved, handle };
}

/** With the fixture imported. */
async function withFiles(choices: HeadlessChoices) {
  const set = await setUp();
  expect(set.handle.choose(choices)).toEqual({ ok: true, value: null });
  const outcome = set.handle.imported(GIVEN);
  void set.notebook.dataset.getState().loadDemo();
  await set.last('demo').finish(imported);
  expect(await outcome).toEqual({ ok: true, value: null });
  return set;
}

test('choices are those of the page, and the files have the roles that they were given with', async () => {
  const { notebook } = await withFiles(choicesOf({ detectors: ['fsa', 'tracevae-fc', 'fsa'] }));
  expect(notebook.dataset.getState().authorsRules).toBe(false);
  expect(notebook.dataset.getState().dataset?.roles).toEqual(['train', 'test', 'val']);
  const { choices } = notebook.runs.getState();
  expect(choices).toMatchObject({
    preset: 'small',
    seed: 5,
    limitTrain: 30,
    detectors: ['tracevae-fc', 'fsa'],
    model: { maxNodes: 9, units: 64 },
    schedule: { epochs: 4 },
    machine: { backend: 'wasm' },
  });
});

test('attributes are those that were named, all of the usual ones, or none', async () => {
  const { handle, notebook } = await setUp();
  const kept = (attributes: readonly string[] | null) => {
    const outcome = handle.choose({ ...choicesOf(), attributes });
    return outcome.ok ? notebook.dataset.getState().keptAttributes : outcome.error;
  };
  expect(kept(null)).toEqual(DEFAULT_ATTRIBUTES);
  expect(kept([' http.route', 'http.route', 'region '])).toEqual(['http.route', 'region']);
  expect(kept(Array.from({ length: 17 }, (_, i) => `a${i}`))).toMatchObject({
    what: expect.stringContaining('17 attributes'),
    where: 'attributes',
    advice: expect.stringContaining('at most 16'),
  });
  expect(kept([])).toEqual([]);
});

const MISTYPED: readonly [Partial<TypedRun>, string, RegExp][] = [
  [{ preset: 'huge' }, 'preset', /"huge".*tiny, small, paper/],
  [{ backend: 'cuda' }, 'backend', /"cuda".*auto, webgpu, wasm/],
  [{ detectors: ['all', 'oracle'] }, 'detectors', /"oracle".*tracevae-fc/],
  [{ detectors: [] }, 'detectors', /no detector/],
  [{ epochs: 2.5 }, 'epochs', /2\.5.*whole number from 1 to 1000/],
  [{ limitTrain: 0 }, 'limitTrain', /0.*from 1 on/],
  [{ seeds: [1, -2] }, 'seeds', /-2/],
  [{ seeds: [] }, 'seeds', /no seed/],
  [{ threshold: 'top:0' }, 'threshold', /"top:0".*budget:1\/1000/],
  [{ score: ['full + 2*kl.y'] }, 'score', /no term “kl.y”, character 10 .*kl\.z/],
  [{ score: ['= full'] }, 'score', /“=” means nothing here, character 1 /],
  [{ score: ['-kl.z2'] }, 'score', /spreadsheet.*NAME = FORMULA/],
  [{ score: ['nll = kl.z2'] }, 'score', /a column that every run has/],
  [{ score: ['a = nll', 'A = full'] }, 'score', /two scores “A”/],
  [{ score: ['a = full'], detectors: ['history'] }, 'score', /add tracevae/],
];
test.each(MISTYPED)('%o is a failure that names the choice', async (run, where, says) => {
  const { handle, notebook } = await setUp();
  const before = notebook.runs.getState().choices;
  const outcome = handle.choose(choicesOf(run));
  expect(outcome).toMatchObject({ ok: false, error: { where } });
  if (!outcome.ok) expect(`${outcome.error.what}, ${outcome.error.advice}`).toMatch(says);
  expect(notebook.runs.getState().choices).toBe(before);
});

test('a file that cannot be read is a failure in the words of the import', async () => {
  const { handle, notebook, last } = await setUp();
  const outcome = handle.imported(GIVEN);
  const failure = {
    kind: 'unreadable',
    what: 'no traces',
    where: 'a.csv',
    advice: 'look',
  } as const;
  void notebook.dataset.getState().loadDemo();
  await last('demo').fail(failure);
  const { kind: _, ...words } = failure;
  expect(await outcome).toEqual({ ok: false, error: words });
});

test('each epoch is a line, further seeds follow, and what the buttons save is saved', async () => {
  const page = await withFiles(choicesOf({ seeds: [5, 8] }));
  const { handle, last, background, saved, notebook } = page;
  expect(await handle.save('run')).toMatchObject({ ok: false });
  const lines: string[] = [];
  const outcome = handle.train((line) => lines.push(line));
  const train = last('train');
  train.emit({ kind: 'epoch', point: fakeCurvePoint(1, 30) });
  train.emit({ kind: 'restart', attempt: 1, reason: 'a test' });
  train.emit({ kind: 'epoch', point: fakeCurvePoint(1, 20) });
  train.emit({ kind: 'epoch', point: fakeCurvePoint(2, 10) });
  await train.finish(fakeTrainOutcome());
  await finishScores(page, scores);

  await background.last('open').finish(null);
  expect(background.last('train').input.settings.seed).toBe(8);
  background.last('train').emit({ kind: 'epoch', point: fakeCurvePoint(1, 5) });
  await background.last('train').finish(fakeTrainOutcome());
  await finishScores(background, scores);
  expect(await outcome).toEqual({ ok: true, value: null });
  expect(lines.map((line) => line.replace(/ nats.*/, ''))).toEqual([
    'epoch 1 (joint): loss 30.00',
    'epoch 1 (joint): loss 20.00',
    'epoch 2 (joint): loss 10.00',
    'TraceVAE, seed 8, epoch 1 (joint): loss 5.000',
  ]);

  const saving = handle.save('run');
  const { training } = notebook.runs.getState();
  expect(training).toMatchObject({ phase: 'done', run: { settings: { seed: 5 } } });
  await last('countSets').finish(countSets(imported.traces, last('countSets').input));
  expect(await saving).toEqual({ ok: true, value: null });
  expect(await handle.save('import')).toEqual({ ok: true, value: null });
  expect(saved.map(({ name }) => name)).toEqual(['run.json', 'import.json']);
  const run = JSON.parse(await saved[0]!.bytes.text());
  expect(run).toMatchObject({ seed: 5, repeats: [{ seed: 8, detector: 'tracevae' }] });
});

test('formulas are kept with the run before it is saved, or refused before it is trained', async () => {
  const page = await withFiles(choicesOf({ score: ['mine = full + nodes'] }));
  const { handle, last, notebook } = page;
  const outcome = handle.train(() => {});
  await last('train').finish(fakeTrainOutcome());
  await finishScores(page, scores);
  await vi.waitFor(() => expect(last('combine').input.corrections.formula).toBeDefined());
  const { input, finish } = last('combine');
  await finish(combinedScores(imported.traces, scores, 'tracevae', input));
  expect(await outcome).toEqual({ ok: true, value: null });
  const { training } = notebook.runs.getState();
  const named = training.phase === 'done' ? training.run.detectors[0]!.named : null;
  expect(named).toMatchObject([
    { name: 'mine', corrections: { formula: { text: 'full + nodes' } } },
  ]);

  const early = await setUp();
  expect(early.handle.choose(choicesOf({ score: ['sum(status)'] }))).toMatchObject({ ok: true });
  const brought = early.handle.imported(GIVEN);
  void early.notebook.dataset.getState().loadDemo();
  const { errorCount: _, ...silent } = imported.traces;
  await early.last('demo').finish({ ...imported, traces: silent });
  expect(await brought).toMatchObject({ error: { what: expect.stringMatching(/how it ended/) } });
});

test('a training that fails is a failure without the weights that it kept', async () => {
  const { handle, last } = await withFiles(choicesOf());
  const outcome = handle.train(() => {});
  const words = { what: 'training diverged', where: 'epoch 3', advice: 'use another seed' };
  const lastGood = { epoch: 2, outcome: fakeTrainOutcome() };
  await last('train').fail({ kind: 'diverged', ...words, lastGood });
  expect(await outcome).toEqual({ ok: false, error: words });
});
