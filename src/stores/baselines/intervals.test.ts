import { expect, test } from 'vitest';
import type { DetectorRun } from '../../run/record.ts';
import { importedFixture } from '../../testing/notebook-fakes.ts';
import { fakeDetectorRun, fakePlainScores, fakeRun } from '../../testing/run-fakes.ts';
import { createFakeStores } from '../../testing/store-fakes.ts';
import { baselineOf, comparable, comparedWith, createIntervalsStore } from './intervals-store.ts';

const plain = fakePlainScores(importedFixture().traces);
const labelled = {
  ...plain,
  report: { ...plain.report, total: { ...plain.report.total, auroc: 0.9 } },
};
const trained = (
  detector: DetectorRun['detector'],
  scores: DetectorRun['scores'],
): DetectorRun => ({
  ...fakeDetectorRun(),
  detector,
  scores,
});
const RUN = {
  ...fakeRun(),
  detectors: [trained('tracevae', labelled), trained('fsa', labelled), trained('crisp', null)],
};
const ROW = { averagePrecision: { mean: 0.5, interval: [0.4, 0.6] }, difference: null } as const;

function setUp() {
  const { fake, runs } = createFakeStores();
  const show = (run: typeof RUN): void => runs.setState({ training: { phase: 'done', run } });
  show(RUN);
  return { fake, show, store: createIntervalsStore(fake.client, runs) };
}

test('detectors are compared that are scored and have labelled traces of both kinds', () => {
  expect(comparable(RUN)).toEqual(['tracevae', 'fsa']);
  const unlabelled = {
    ...plain,
    report: { ...plain.report, total: { ...plain.report.total, auroc: null } },
  };
  expect(comparable({ detectors: [trained('fsa', unlabelled)] })).toEqual([]);
  expect(baselineOf(null, ['tracevae', 'fsa'])).toBe('fsa');
  expect(baselineOf(null, ['tracevae', 'fsa', 'duration'])).toBe('duration');
  expect(baselineOf('tracevae', ['tracevae', 'fsa'])).toBe('tracevae');
  expect(baselineOf('crisp', ['tracevae'])).toBe('tracevae');
  expect(baselineOf(null, [])).toBeNull();
});

test('unless another is wanted, the others are compared with the best statistic', () => {
  const withAp = (detector: DetectorRun['detector'], averagePrecision: number): DetectorRun =>
    trained(detector, {
      ...labelled,
      report: { ...labelled.report, total: { ...labelled.report.total, averagePrecision } },
    });
  const detectors = [
    withAp('duration', 0.4),
    withAp('history', 0.7),
    withAp('oddest-node', 0.6),
    withAp('tracevae', 0.9),
  ];
  expect(comparedWith(null, { detectors })).toBe('history');
  expect(comparedWith('duration', { detectors })).toBe('duration');
  expect(comparedWith(null, RUN)).toBe('fsa');
});

test('intervals come from the worker, and again for another baseline', async () => {
  const { fake, store } = setUp();
  const computing = store.getState().compute();
  expect(store.getState().intervals).toEqual({ phase: 'running' });
  expect(fake.last('compare').input).toEqual({
    of: { runId: 'run-1', detector: 'fsa', epoch: null },
    detectors: ['tracevae', 'fsa'],
  });
  await fake.last('compare').finish([{ detector: 'fsa', ...ROW }]);
  await computing;
  expect(store.getState().intervals).toMatchObject({ phase: 'done', rows: [{ detector: 'fsa' }] });
  const again = store.getState().compareWith('tracevae');
  expect(fake.last('compare').input.of.detector).toBe('tracevae');
  await fake.last('compare').fail({ kind: 'bug', what: 'w', where: 'x', advice: 'a' });
  await again;
  expect(store.getState().intervals).toMatchObject({ phase: 'failed', failure: { what: 'w' } });
});

test('they go with the scores that they were computed from, and a late answer with them', async () => {
  const { fake, show, store } = setUp();
  const computing = store.getState().compute();
  const late = fake.last('compare');
  show({ ...RUN, detectors: RUN.detectors.slice(0, 2) });
  expect(store.getState().intervals).toEqual({ phase: 'idle' });
  await late.finish([{ detector: 'fsa', ...ROW }]);
  await computing;
  expect(store.getState().intervals).toEqual({ phase: 'idle' });
  await store.getState().compareWith('tracevae');
  expect(store.getState()).toMatchObject({ intervals: { phase: 'idle' }, baseline: 'tracevae' });
});
