import { beforeEach, expect, test } from 'vitest';
import { countSets } from '../../features/set-counts.ts';
import { paperSetting, withConstants } from '../../lab/setting.ts';
import { combinedScores } from '../../run/chosen-scores.ts';
import { scoresCsv } from '../../run/run-scores-csv.ts';
import { splitOptions } from '../../run/settings.ts';
import { correctionsOf } from '../../scoring/corrections/list.ts';
import { limitedBy } from '../../scoring/corrections/stdlimit.ts';
import { finishScores, importedFixture } from '../../testing/notebook-fakes.ts';
import { fakeRun, fakeScores } from '../../testing/run-fakes.ts';
import { createFakeStores } from '../../testing/store-fakes.ts';
import { createLabStore } from '../lab/lab-store.ts';
import { runReport } from '../run/run-report.ts';
import { createUndoStore } from '../shared/undo-store.ts';
import { createInspectStore } from './inspect-store.ts';
import { createNamedScoresStore } from './named-scores-store.ts';
import { metricsRows } from './score-view.ts';

const imported = importedFixture();
const { traces } = imported;
const dataset = { id: 'dataset-1', name: 'one', imported, roles: [] };

function setUp() {
  const stores = createFakeStores();
  const { fake, runs } = stores;
  const { client } = fake;
  stores.dataset.setState({ dataset });
  const inspect = createInspectStore(client, runs, stores.dataset, () => null);
  const lab = createLabStore({ client, dataset: stores.dataset, runs, inspect });
  const undo = createUndoStore();
  const store = createNamedScoresStore({ client, runs, inspect, lab, undo });
  const scores = fakeScores(traces);
  const run = fakeRun();
  runs
    .getState()
    .restore({ ...run, detectors: [{ ...run.detectors[0]!, scores, threshold: 'p95' }] }, null);
  const tune = (nodeCountExponent: number): void => {
    const paper = paperSetting({ stdlimit: limitedBy('operation') });
    const setting = withConstants(paper, 'ncnorm', { nodeCountExponent }, 32);
    lab.setState({ setting: { ...setting, rule: { kind: 'percentile', percentile: 95 } } });
  };
  tune(0.5);
  const combined = async (of = scores): Promise<void> => {
    const job = fake.last('combine');
    await job.finish(combinedScores(traces, of, 'tracevae', job.input));
  };
  const trained = () => {
    const { training } = runs.getState();
    if (training.phase !== 'done') throw new Error('the run is not there');
    return training.run.detectors[0]!;
  };
  const keep = async (name: string): Promise<void> => {
    const kept = store.getState().keep(name);
    await combined();
    await combined();
    await kept;
  };
  return { ...fake, runs, inspect, undo, store, scores, combined, trained, tune, keep };
}

let at: ReturnType<typeof setUp>;
beforeEach(() => {
  at = setUp();
});

const CONSTANTS = {
  ...correctionsOf('full', 'operation'),
  ncnorm: { nodeCountExponent: 0.5 },
};

test('constants are kept with the run, and Scores shows them with their threshold', async () => {
  await at.keep('half');
  const [named] = at.trained().named!;
  expect(named).toMatchObject({ name: 'half', corrections: CONSTANTS, percentile: 95 });
  expect(named!.report.atThreshold.percentile).toBe(95);
  expect(at.inspect.getState().chosen).toMatchObject({
    corrections: CONSTANTS,
    rule: { kind: 'percentile', percentile: 95 },
  });
  const { training } = at.runs.getState();
  const run = training.phase === 'done' ? training.run : null;
  const rows = metricsRows(run!, 'tracevae', at.inspect.getState().chosen!);
  expect(rows.at(-1)).toMatchObject({ variant: null, name: 'half', shown: true });

  // other scores on show: they stay in the table
  const others = at.inspect.getState().setCorrections(correctionsOf('nll'));
  await at.combined();
  await others;
  const later = metricsRows(run!, 'tracevae', at.inspect.getState().chosen!);
  expect(later.filter(({ name }) => name === 'half')).toMatchObject([{ shown: false }]);
  const shown = at.store.getState().show('half');
  await at.combined();
  await shown;
  expect(at.inspect.getState().corrections).toEqual(CONSTANTS);
});

test('scores.csv has a column of them at its end, run.json a result with the constants', async () => {
  await at.keep('half, "mine"');
  const { scores, named } = at.trained();
  const [header, line] = scoresCsv(traces, scores!, null, named).split('\n');
  expect(header).toBe(
    'traceId,set,label,nll,bcscale,ncnorm,stdlimit,full,nodes,mismatch,"half, ""mine"""',
  );
  expect(Number(line!.split(',').at(-1))).toBeCloseTo(named![0]!.scores.val[0]!, 12);

  const run = { ...fakeRun(), detectors: [at.trained()] };
  const app = { name: 'notebook', version: '0', userAgent: 'test' };
  const counts = countSets(traces, splitOptions(run.settings));
  const report = JSON.parse(runReport(dataset, run, app, counts));
  expect(report.results.at(-1)).toMatchObject({
    detector: 'tracevae',
    variant: 'half, "mine"',
    constants: { ncnorm: { nodeCountExponent: 0.5 } },
    atThreshold: { percentile: 95 },
  });
});

test.each(['full', 'Full', 'traceId', 'nodes', '=1+1', 'x'.repeat(61)])(
  'the name %s is refused, in words',
  async (name) => {
    await at.store.getState().keep(name);
    expect(at.store.getState().failure?.what).not.toBe('');
    expect(at.store.getState().failure).not.toBeNull();
    expect(at.trained().named).toBeUndefined();
  },
);

test('a name that is kept, and constants that are, are not kept twice', async () => {
  await at.keep('half');
  await at.store.getState().keep('half');
  expect(at.store.getState().failure?.what).toContain('“half” is kept already');
  await at.store.getState().keep('again');
  expect(at.store.getState().failure?.what).toContain('kept as “half”');
  expect(at.trained().named).toHaveLength(1);
});

test('what is deleted comes back in its place, from the terms that the run has then', async () => {
  await at.keep('first');
  at.tune(0.25);
  await at.keep('second');
  const before = at.trained().named![0]!;
  await at.store.getState().remove('first');
  expect(at.trained().named!.map(({ name }) => name)).toEqual(['second']);
  const undone = at.undo.getState().undo();
  await at.combined();
  await undone;
  expect(at.trained().named!.map(({ name }) => name)).toEqual(['first', 'second']);
  expect(at.trained().named![0]!.scores).not.toBe(before.scores);
});

test('an Undo that could not be kept is not offered: another run is shown', async () => {
  await at.keep('first');
  await at.store.getState().remove('first');
  expect(at.undo.getState().offer).not.toBeNull();
  at.runs.getState().restore({ ...fakeRun(), id: 'run-2' }, null);
  expect(at.undo.getState().offer).toBeNull();
});

test('the scores of a formula are kept like constants, and once', async () => {
  const { keepFormula } = at.store.getState();
  const kept = keepFormula('tracevae', { name: 'mine', text: 'full + nodes' });
  expect(at.last('combine').input).toMatchObject({
    corrections: { ...correctionsOf('full', 'operation'), formula: { text: 'full + nodes' } },
    rule: { kind: 'percentile', percentile: 99 },
  });
  await at.combined();
  await kept;
  const [named] = at.trained().named!;
  const { nodeCount } = at.scores.test;
  const plain = combinedScores(traces, at.scores, 'tracevae', { corrections: {}, file: null });
  expect([...named!.scores.test]).toEqual([...plain.test].map((score, t) => score + nodeCount[t]!));
  await keepFormula('tracevae', { name: 'again', text: 'full + nodes' });
  expect(at.store.getState().failure?.what).toContain('kept as “mine”');
  expect(at.trained().named).toHaveLength(1);
});

test('a run that is scored again combines them from its new terms', async () => {
  await at.keep('half');
  const before = at.trained().named![0]!;
  const again = at.runs.getState().scoreAgain();
  const scores = fakeScores(traces);
  await finishScores(at, scores);
  await at.combined(scores);
  await again;
  const [named] = at.trained().named!;
  expect(named).toMatchObject({ name: 'half', corrections: CONSTANTS, percentile: 95 });
  expect(named!.scores).not.toBe(before.scores);
});
