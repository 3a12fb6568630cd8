/**
 * A detector with one score, and one with terms of its own, are registered as a real one would be
 * (a line of metas.ts, a line of registry.ts), and then do all that the others do.
 */
import { describe, expect, test, vi } from 'vitest';
import { combinedScores } from '../run/chosen-scores.ts';
import { readRunRecord } from '../run/record-formats.ts';
import { scoreSets } from '../run/score-sets.ts';
import type { RunSettings } from '../run/settings.ts';
import { correctionsOf } from '../scoring/corrections/list.ts';
import { decodeRecord, encodeRecord } from '../storage/record-bytes.ts';
import { applies, matrixRows } from '../stores/baselines/matrix-view.ts';
import { publishedRows } from '../stores/baselines/published-tables.ts';
import { termParts } from '../stores/trace/explanation-view.ts';
import { describeBaselineContract } from '../testing/detector-contract.ts';
import { FAR_NODES_META } from '../testing/far-nodes/meta.ts';
import { FAR_TERMS_META } from '../testing/far-terms/meta.ts';
import { fakeDetectorRun, fakeRun } from '../testing/run-fakes.ts';
import { smallSettings } from '../testing/small-tracevae.ts';
import { toyData } from '../testing/toy-traces.ts';
import { labelCode } from '../trace/trace-set.ts';
import { BASELINES, type DetectorId, detectorLabel, scoreUnit } from './catalog.ts';
import { DETECTORS, type DetectorSettings } from './registry.ts';

vi.mock('./metas.ts', async (original) => {
  const { BASELINES: known, DETECTOR_CATALOG } = await original<typeof import('./metas.ts')>();
  const one = await import('../testing/far-nodes/meta.ts');
  const other = await import('../testing/far-terms/meta.ts');
  const examples = [one.FAR_NODES_META, other.FAR_TERMS_META];
  return {
    BASELINES: [...known, ...examples],
    DETECTOR_CATALOG: [...DETECTOR_CATALOG, ...examples],
  };
});
vi.mock('./registry.ts', async (original) => {
  const registry = await original<typeof import('./registry.ts')>();
  const one = await import('../testing/far-nodes/far-nodes.ts');
  const other = await import('../testing/far-terms/far-terms.ts');
  // The ids are those of the catalog, which knows these two here alone.
  const factoryOf = registry.factoryOf as (id: string, method: unknown) => unknown;
  return {
    ...registry,
    DETECTORS: {
      ...registry.DETECTORS,
      'far-nodes': factoryOf('far-nodes', one.FAR_NODES),
      'far-terms': factoryOf('far-terms', other.FAR_TERMS),
    },
  };
});

const ids = ['far-nodes', 'far-terms'] as unknown as readonly DetectorId[];
const [farNodes, farTerms] = ids as [DetectorId, DetectorId];

const settingsWith = (stds: number) =>
  ({
    ...fakeRun().settings,
    detectors: ids,
    ...smallSettings(3),
    baselines: { 'far-nodes': { stds }, 'far-terms': { stds } },
  }) as DetectorSettings & RunSettings;
/** So that only what was made slow is far. */
const settings = settingsWith(3);
/** So that a few usual nodes are far, too. */
const strict = settingsWith(1.5);

const toy = toyData(60);
/** The traces that neither train nor validate; every second one is slow in its root, and says so. */
const tested = toy.train.slice(0, 20);
const data = {
  ...toy,
  train: toy.train.subarray(20),
  traces: {
    ...toy.traces,
    label: toy.traces.label.map((_, trace) =>
      labelCode(tested.includes(trace) && trace % 2 === 1 ? 'time' : 'normal'),
    ),
    latencyUs: toy.traces.latencyUs.map((latency, node) => {
      const trace = toy.traces.nodeOffset.indexOf(node);
      return tested.includes(trace) && trace % 2 === 1 ? latency * 20 : latency;
    }),
  },
};

const signal = new AbortController().signal;
const context = {
  seed: 1,
  control: { signal, stopRequested: () => false, whenRunning: async () => {} },
  onEvent: () => {},
};

async function scored(detector: DetectorId) {
  const fitted = await DETECTORS[detector].fit(data, settings, context);
  if (!fitted.ok || fitted.value.kind !== 'scores') throw new Error('no model of scores');
  const model = fitted.value;
  const sets = { detector, data, test: tested, settings };
  const outcome = await scoreSets(sets, model, { signal, onProgress: () => {} });
  if (outcome?.kind !== 'plain') throw new Error('no plain scores');
  return { model, outcome };
}

describe.each([
  ['Far nodes', 0, FAR_NODES_META],
  ['Far nodes by side', 1, FAR_TERMS_META],
] as const)('%s', (label, at, meta) => {
  const id = ids[at]!;

  describeBaselineContract(label, 'cpu', {
    fit: (traces, fit) => DETECTORS[id].fit(traces, strict, fit),
    restore: (operations, weights) => DETECTORS[id].restore(strict, operations, weights),
    hasCurve: false,
    fitsOneStructure: false,
    terms: meta.gives.kind === 'score' ? meta.gives.terms : [],
  });

  test('is known by its label and unit, and chosen among the others', () => {
    expect(BASELINES.map((one) => one.id)).toContain(id);
    expect(detectorLabel(id)).toBe(label);
    expect(scoreUnit(id)).toBe('nodes');
  });

  test('is scored and measured by the code that all detectors share', async () => {
    const { outcome } = await scored(id);
    expect(outcome.report.time.bestF).toBe(1);
    const choice = { corrections: correctionsOf('full'), file: null };
    const combined = combinedScores(data.traces, outcome, id, choice);
    expect(combined.test).toEqual(outcome.test.score);
    expect(combined.report).toEqual(outcome.report);
  });

  test('is in the results, without rows of the paper and without structure', async () => {
    const { outcome } = await scored(id);
    const trained = { ...fakeDetectorRun(), detector: id, scores: outcome };
    const run = { ...fakeRun(), settings, detectors: [trained] };
    const rows = matrixRows({ phase: 'done', run } as Parameters<typeof matrixRows>[0]);
    expect(rows.find((row) => row.detector === id)?.cells['bestF.time']?.mean).toBe(1);
    expect(applies(id, 'bestF.structure')).toBe(false);
    expect(publishedRows('A', [id, 'tracevae']).map((row) => row.detector)).toEqual(['tracevae']);
  });
});

test('terms add up to the score, and are stored with it', async () => {
  const { outcome } = await scored(farTerms);
  const { terms, score } = outcome.test;
  expect(terms?.map(({ id, unit }) => [id, unit])).toEqual([
    ['slow', 'nodes'],
    ['fast', 'nodes'],
  ]);
  const [slow, fast] = terms!.map(({ values }) => values);
  expect(score).toEqual(slow!.map((value, i) => value + fast![i]!));
  expect(Math.max(...slow!)).toBeGreaterThan(0);

  const trained = { ...fakeDetectorRun(), detector: farTerms, scores: outcome };
  const run = { ...fakeRun(), settings, detectors: [trained] };
  const decoded = decodeRecord(encodeRecord(run));
  const read = readRunRecord(decoded.ok ? decoded.value : null);
  const stored = read.ok ? read.value.detectors[0]!.scores : null;
  expect(stored).toEqual(outcome);
  expect((await scored(farNodes)).outcome.test.terms).toBeUndefined();
});

test('an explanation shows the terms as parts of the score, by their labels', async () => {
  const { model, outcome } = await scored(farTerms);
  const row = outcome.test.score.indexOf(Math.max(...outcome.test.score));
  const explanation = await model.explain(data, outcome.test.trace[row]!, { seed: 1 });
  const parts = termParts(farTerms, explanation);
  expect(parts.map(({ label }) => label)).toEqual(['far above the mean', 'far below the mean']);
  expect(parts.reduce((sum, { value }) => sum + value, 0)).toBe(outcome.test.score[row]);
});
