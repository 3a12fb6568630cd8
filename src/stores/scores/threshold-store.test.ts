import { beforeEach, describe, expect, test } from 'vitest';
import { combinedScores } from '../../run/chosen-scores.ts';
import { scoresCsv } from '../../run/run-scores-csv.ts';
import { ruleOf } from '../../run/run-threshold.ts';
import type { ThresholdRule } from '../../scoring/threshold-rule.ts';
import { importedFixture } from '../../testing/notebook-fakes.ts';
import { fakePlainScores, fakeRun, fakeScores } from '../../testing/run-fakes.ts';
import { createFakeStores } from '../../testing/store-fakes.ts';
import { createUndoStore } from '../shared/undo-store.ts';
import { createInspectStore } from './inspect-store.ts';
import { createThresholdStore } from './threshold-store.ts';
import { thresholdFacts, thresholdGround } from './threshold-view.ts';

const imported = importedFixture();
const { traces } = imported;
const dataset = { id: 'dataset-1', name: 'one', imported, roles: [] };
const TOP: ThresholdRule = { kind: 'top', traces: 5 };

async function setUp() {
  const stores = createFakeStores();
  const { fake, runs } = stores;
  stores.dataset.setState({ dataset });
  const inspect = createInspectStore(fake.client, runs, stores.dataset, () => null);
  const undo = createUndoStore();
  const store = createThresholdStore({ runs, undo });
  const history = {
    ...fakeRun().detectors[0]!,
    detector: 'history' as const,
    scores: fakePlainScores(traces),
  };
  const tracevae = { ...fakeRun().detectors[0]!, scores: fakeScores(traces) };
  runs.getState().restore({ ...fakeRun(), detectors: [history, tracevae] }, null);
  const kept = () => {
    const { training } = runs.getState();
    if (training.phase !== 'done') throw new Error('the run is not there');
    return training.run.detectors.map(({ threshold }) => threshold);
  };
  const combined = async () => {
    const job = fake.last('combine');
    await job.finish(combinedScores(traces, history.scores, 'history', job.input));
  };
  return { ...fake, runs, inspect, undo, store, history, kept, combined };
}

let at: Awaited<ReturnType<typeof setUp>>;
beforeEach(async () => {
  at = await setUp();
});

describe('a chosen threshold', () => {
  test('is of every detector of the run, and the scores on show follow it', async () => {
    await at.store.getState().choose('history', TOP);
    expect(at.kept()).toEqual(['top:5', 'top:5']);
    await at.combined();
    const { rule, test: scores, report } = at.inspect.getState().chosen!;
    expect(rule).toEqual(TOP);
    const { threshold } = report.atThreshold;
    expect(scores.filter((score) => score > threshold!).length).toBeLessThanOrEqual(5);
  });

  test('that is a score is of its detector alone', async () => {
    await at.store.getState().choose('history', { kind: 'value', value: 1.5 });
    expect(at.kept()).toEqual(['value:1.5', undefined]);
  });

  test('that is a share of false alarms is of every detector, each by p-values of its own', async () => {
    await at.store.getState().choose('history', { kind: 'fdr', share: 0.05 });
    expect(at.kept()).toEqual(['fdr:0.05', 'fdr:0.05']);
  });

  test('is taken back by Undo, and by going back to the default', async () => {
    const { choose } = at.store.getState();
    await choose('history', TOP);
    await choose('history', { kind: 'share', share: 0.1 });
    expect(at.undo.getState().offer?.words).toBe(
      'The threshold is the highest 10 % of the scores.',
    );
    await at.undo.getState().undo();
    expect(at.kept()).toEqual(['top:5', 'top:5']);
    await choose('history', null);
    expect(at.kept()).toEqual([undefined, undefined]);
  });

  test('that is the default is no choice, and offers nothing to undo', async () => {
    await at.store.getState().choose('history', { kind: 'percentile', percentile: 99 });
    expect(at.kept()).toEqual([undefined, undefined]);
    expect(at.undo.getState().offer).toBeNull();
  });

  test('is the flagged column of scores.csv', async () => {
    await at.store.getState().choose('history', TOP);
    await at.combined();
    const { chosen } = at.inspect.getState();
    const lines = scoresCsv(traces, at.history.scores, chosen).trim().split('\n').slice(1);
    const flagged = lines.filter((line) => /,test,.*,1$/.test(line)).length;
    const { threshold } = chosen!.report.atThreshold;
    expect(flagged).toBe(chosen!.test.filter((score) => score > threshold!).length);
  });
});

describe('a threshold that is being moved', () => {
  test('is shown and not kept until it is let go', async () => {
    const { show, keep, drop } = at.store.getState();
    show('history', TOP);
    expect(at.kept()).toEqual([undefined, undefined]);
    drop();
    await keep();
    expect(at.kept()).toEqual([undefined, undefined]);
    show('history', TOP);
    await keep();
    expect(at.kept()).toEqual(['top:5', 'top:5']);
    expect(at.store.getState().preview).toBeNull();
  });

  test('tells what it would flag, as the metrics of the same rule do', async () => {
    const chosen = at.inspect.getState().chosen!;
    const ground = thresholdGround(chosen, traces);
    const rules: ThresholdRule[] = [
      TOP,
      { kind: 'percentile', percentile: 90 },
      { kind: 'robust' },
    ];
    for (const rule of rules) {
      const choice = { corrections: chosen.corrections, file: null, rule };
      const { report } = combinedScores(traces, at.history.scores, 'history', choice);
      const facts = thresholdFacts(rule, ground);
      expect(facts.threshold).toBe(report.atThreshold.threshold);
      expect(facts.recall).toBe(report.atThreshold.total.recall);
      if (facts.precision !== null)
        expect(facts.precision).toBe(report.atThreshold.total.precision);
    }
  });
});

test('a stored threshold that cannot be read is the default', () => {
  expect(ruleOf({ ...at.history, threshold: 'median:3' })).toEqual({
    kind: 'percentile',
    percentile: 99,
  });
  expect(ruleOf({ ...at.history, threshold: 'p95' })).toEqual({
    kind: 'percentile',
    percentile: 95,
  });
});
