import { beforeEach, expect, test } from 'vitest';
import { BASELINES, COMPARED } from '../../detectors/catalog.ts';
import { STATISTICS } from '../../detectors/statistics/meta.ts';
import type { DetectorRun, RunRecord, SeedResult } from '../../run/record.ts';
import {
  createFakeClient,
  createFakePreferences,
  createFakeStorage,
  finishScores,
  importedFixture,
} from '../../testing/notebook-fakes.ts';
import {
  fakeCurvePoint,
  fakeDetectorRun,
  fakePlainScores,
  fakeRun,
  fakeScores,
  fakeTrainOutcome,
} from '../../testing/run-fakes.ts';
import { createAttributeMemory } from '../dataset/attribute-memory.ts';
import { createDatasetStore } from '../dataset/dataset-store.ts';
import { createMappingMemory } from '../dataset/mapping-memory.ts';
import { createRunStore } from '../run/run-store.ts';
import { matrixCsv, matrixLatex, matrixMarkdown } from './matrix-export.ts';
import { createMatrixStore } from './matrix-store.ts';
import { MATRIX_COLUMNS, matrixRows, missingRepeats } from './matrix-view.ts';

const imported = importedFixture();
const { traces } = imported;
const plain = fakePlainScores(traces);

/** A report whose best F of all anomalies is given. */
const reportOf = (bestF: number) => ({
  ...plain.report,
  total: { ...plain.report.total, bestF },
});
const scored = (
  detector: DetectorRun['detector'],
  bestF: number,
  minutes: number,
): DetectorRun => ({
  ...fakeDetectorRun(),
  detector,
  outcome: { ...fakeTrainOutcome(), trainSeconds: 60 * minutes },
  scores: { ...plain, report: reportOf(bestF) },
});
const repeat = (detector: SeedResult['detector'], seed: number, bestF: number): SeedResult => ({
  detector,
  seed,
  report: reportOf(bestF),
  trainSeconds: 60,
  scoreTracesPerSecond: 10,
});
const done = (run: Partial<RunRecord>) =>
  ({ phase: 'done', run: { ...fakeRun(), ...run } }) as const;
const rowOf = (rows: ReturnType<typeof matrixRows>, detector: string) =>
  rows.find((row) => row.detector === detector)!;

test('without a run there is a row for each detector of table 1 and each statistic, and no number', () => {
  const rows = matrixRows({ phase: 'idle' });
  expect(rows.map(({ detector }) => detector)).toEqual([
    'history',
    'tracevae',
    'fsa',
    'lstm-ad',
    'trace-anomaly',
    'crisp',
    'vgae',
    'gtrace',
    ...STATISTICS.map(({ id }) => id).filter((id) => id !== 'history'),
  ]);
  for (const { cells, state } of rows) {
    expect(state).toBe('none');
    expect(MATRIX_COLUMNS.every((column) => cells[column] === null)).toBe(true);
  }
});

test('numbers are means over the seeds with their range, and the best of a column is marked', () => {
  const rows = matrixRows(
    done({
      detectors: [scored('fsa', 0.5, 2), scored('crisp', 0.4, 5)],
      repeats: [repeat('fsa', 2, 0.7), repeat('crisp', 2, 0.8)],
    }),
  );
  const [fsa, crisp] = [rowOf(rows, 'fsa'), rowOf(rows, 'crisp')];
  expect(fsa.seeds).toBe(2);
  expect(fsa.cells['bestF.total']).toMatchObject({ mean: 0.6, low: 0.5, high: 0.7 });
  expect(crisp.cells['bestF.total']?.mean).toBeCloseTo(0.6, 12);
  expect(fsa.cells.trainMinutes?.mean).toBe(1.5);
  expect(fsa.best.has('trainMinutes')).toBe(true);
  expect(crisp.best.has('trainMinutes')).toBe(false);
});

test('VGAE has no structure score, and what failed says why beside the others', () => {
  const failure = {
    detector: 'crisp',
    seed: 1,
    stage: 'training',
    what: 'w',
    where: 'x',
    advice: 'a',
  };
  const rows = matrixRows(
    done({
      detectors: [scored('vgae', 0.5, 1)],
      failed: [failure as RunRecord['failed'][number]],
    }),
  );
  expect(rowOf(rows, 'vgae').cells['bestF.structure']).toBeNull();
  expect(rowOf(rows, 'vgae').cells['bestF.total']?.mean).toBe(0.5);
  expect(rowOf(rows, 'crisp')).toMatchObject({ state: 'failed', failures: [failure] });
});

test('exports: numbers as they are in CSV, the best bold in Markdown and LaTeX', () => {
  const rows = matrixRows(
    done({
      detectors: [scored('fsa', 0.5, 2), scored('vgae', 0.25, 1)],
      repeats: [repeat('fsa', 2, 0.6)],
    }),
  );
  const [header, ...lines] = matrixCsv(rows).trimEnd().split('\n');
  expect(header!.split(',').slice(0, 5)).toEqual([
    'detector',
    'seeds',
    'bestF.total',
    'bestF.total.low',
    'bestF.total.high',
  ]);
  expect(lines).toHaveLength(COMPARED.length);
  expect(lines[COMPARED.indexOf('fsa')]).toMatch(/^fsa,2,0\.55,0\.5,0\.6,/);
  for (const line of lines) expect(line.split(',')).toHaveLength(header!.split(',').length);
  const markdown = matrixMarkdown(rows);
  expect(markdown).toMatch(/\| FSA \| \*\*0\.550\*\* ± 0\.050 \//);
  expect(markdown).toMatch(/\| VGAE \| 0\.250 \/ N\/A \//);
  const latex = matrixLatex(rows);
  expect(latex).toContain('\\textbf{0.550} $\\pm$ 0.050');
  expect(latex.match(/\\\\$/gm)).toHaveLength(2 + COMPARED.length);
});

test('missing seeds are those that no result has', () => {
  const run = { ...fakeRun(), repeats: [repeat('tracevae', 2, 0.5)] };
  expect(missingRepeats(run, [])).toEqual([]);
  expect(missingRepeats(run, [2, 3])).toEqual([{ detector: 'tracevae', seed: 3 }]);
  // the run has its own, and none is trained twice
  expect(missingRepeats(run, [run.settings.seed, 9, 9])).toEqual([
    { detector: 'tracevae', seed: 9 },
  ]);
});

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

async function setUp() {
  const [fake, background] = [createFakeClient(), createFakeClient()];
  const { storage, stored } = createFakeStorage();
  const deps = { client: fake.client, storage, now: () => 1, newId: () => `id-${Math.random()}` };
  const dataset = createDatasetStore({
    ...deps,
    mappings: createMappingMemory(createFakePreferences()),
    attributes: createAttributeMemory(createFakePreferences()),
    onOpened: () => {},
  });
  const loading = dataset.getState().loadDemo();
  await fake.last('demo').finish(imported);
  await loading;
  const runs = createRunStore({ ...deps, dataset, heapBytes: () => null });
  let closed = 0;
  const comparison = createMatrixStore({
    runs,
    dataset,
    background: () => ({
      client: background.client,
      close: () => {
        closed += 1;
      },
    }),
  });
  const datasetId = dataset.getState().dataset!.id;
  const detectors = COMPARED.map((id) =>
    id === 'tracevae' ? { ...fakeDetectorRun(), scores: fakeScores(traces) } : scored(id, 0.5, 1),
  );
  runs.getState().choose({ detectors: detectors.map(({ detector }) => detector) });
  const training = runs.getState().train();
  for (const { scores } of detectors) {
    expect(scores).not.toBeNull();
    await fake.last('train').finish(fakeTrainOutcome());
  }
  for (const { scores } of detectors) await finishScores(fake, scores!);
  await training;
  return { ...fake, background, stored, runs, comparison, datasetId, closed: () => closed };
}

let notebook: Awaited<ReturnType<typeof setUp>>;
beforeEach(async () => {
  notebook = await setUp();
});

test('further seeds run in the background, and are kept as they come', async () => {
  const { comparison, background, stored, closed, started } = notebook;
  const before = started.length;
  comparison.getState().setSeeds(2);
  const running = comparison.getState().runAll();
  await settled();
  await background.last('open').finish(null);
  expect(background.last('train').input).toMatchObject({
    detector: 'history',
    settings: { seed: 2 },
  });
  expect(comparison.getState().repeats).toMatchObject({
    phase: 'running',
    seed: 2,
    left: BASELINES.length,
  });
  await background.last('train').finish(fakeTrainOutcome());
  await finishScores(background, plain);
  expect(stored().run?.repeats).toMatchObject([{ detector: 'history', seed: 2 }]);

  // one that fails leaves the rest
  await background.last('train').fail({ kind: 'bug', what: 'w', where: 'x', advice: 'a' });
  expect(stored().run?.failed).toMatchObject([
    { detector: 'tracevae', seed: 2, stage: 'training' },
  ]);
  for (let i = 1; i < BASELINES.length; i++) {
    await background.last('train').finish(fakeTrainOutcome());
    await finishScores(background, plain);
  }
  await running;
  expect(comparison.getState().repeats).toEqual({ phase: 'idle' });
  expect(stored().run?.repeats).toHaveLength(BASELINES.length);
  expect(closed()).toBe(1);
  // the page's own worker was left alone
  expect(started.slice(before)).toEqual([]);
});

test('Cancel ends them at once, and what is finished stays', async () => {
  const { comparison, background, stored, closed } = notebook;
  comparison.getState().setSeeds(3);
  void comparison.getState().runAll();
  await settled();
  await background.last('open').finish(null);
  await background.last('train').finish(fakeTrainOutcome());
  await finishScores(background, fakeScores(traces));
  comparison.getState().cancel();
  expect(closed()).toBe(1);
  expect(comparison.getState().repeats).toEqual({ phase: 'idle' });
  await background.last('train').finish(fakeTrainOutcome());
  expect(stored().run?.repeats).toHaveLength(1);
});

test('a new training takes the place of what the seeds belong to', async () => {
  const { comparison, background, runs, closed } = notebook;
  comparison.getState().setSeeds(2);
  void comparison.getState().runAll();
  await settled();
  await background.last('open').finish(null);
  void runs.getState().train();
  expect(closed()).toBe(1);
  expect(comparison.getState().repeats).toEqual({ phase: 'idle' });
});

test('seeds that are named run one after another, and tell of their epochs', async () => {
  const { comparison, background, stored } = notebook;
  const running = comparison.getState().repeatWith([7, 4]);
  await settled();
  await background.last('open').finish(null);
  const { last } = background;
  const seeds: number[] = [];
  for (let i = 0; i < 2 * COMPARED.length; i++) {
    const train = last('train');
    seeds.push(train.input.settings.seed);
    train.emit({ kind: 'epoch', point: fakeCurvePoint(1, 3) });
    expect(comparison.getState().repeats).toMatchObject({ curve: [{ epoch: 1, loss: 3 }] });
    train.emit({ kind: 'restart', attempt: 1, reason: 'a test' });
    expect(comparison.getState().repeats).toMatchObject({ curve: [] });
    await train.finish(fakeTrainOutcome());
    await finishScores(background, plain);
  }
  await running;
  expect(seeds).toEqual([...COMPARED.map(() => 7), ...COMPARED.map(() => 4)]);
  expect(stored().run?.repeats.map(({ seed }) => seed)).toEqual(seeds);
});
