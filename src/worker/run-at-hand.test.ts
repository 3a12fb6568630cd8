/** Whose model answers: on the automaton, which needs no backend. */
import { expect, test } from 'vitest';
import { fitFsa } from '../detectors/fsa/fsa.ts';
import { detectorSets } from '../run/detector-sets.ts';
import { firstLookId } from '../run/first-look.ts';
import { createJobControl } from '../run/job-control.ts';
import type { ModelRef } from '../run/model-ref.ts';
import type { OpenedRun } from '../run/opened-run.ts';
import type { RunSettings } from '../run/settings.ts';
import { fakePlainScores, fakeScores, fakeSettings } from '../testing/run-fakes.ts';
import { toyTraces } from '../testing/toy-traces.ts';
import type { Device } from './device.ts';
import { createRunAtHand } from './run-at-hand.ts';

const traces = toyTraces(120);
const settings: RunSettings = {
  ...fakeSettings(),
  detectors: ['fsa'],
  baselines: { fsa: { sigmas: 3, minCount: 1 } },
  roles: ['split'],
};
const device = { take: async () => ({}) } as unknown as Device;
const of = (runId: string, epoch: number | null = null): ModelRef => ({
  runId,
  detector: 'fsa',
  epoch,
});

/** The same settings; the automaton of the second run knows half of the traces alone. */
async function trained(share: number) {
  const { data, test } = detectorSets(traces, settings);
  const train = data.train.subarray(0, Math.ceil(share * data.train.length));
  const control = createJobControl();
  const fitted = await fitFsa({ ...data, train }, settings.baselines.fsa!, {
    seed: 1,
    control,
    onEvent: () => {},
  });
  if (!fitted.ok) throw new Error(fitted.error.what);
  const model = fitted.value;
  return { data, test, model, weights: await model.saveWeights() };
}

const opened = (runId: string, weights: OpenedRun['models'][number]['weights']): OpenedRun => ({
  runId,
  settings,
  models: [{ detector: 'fsa', epoch: null, weights, scores: fakePlainScores(traces) }],
});

const weightsOf = async (run: ReturnType<typeof createRunAtHand>, ref: ModelRef) => {
  const live = await run.model(ref);
  return live.ok ? (await live.value.model.saveWeights()).tensors : live.error.kind;
};

test('of two runs with the same settings, the one that is named answers', async () => {
  const run = createRunAtHand(device, () => traces);
  const [first, second] = [await trained(1), await trained(0.1)];
  expect(first.weights).not.toEqual(second.weights);
  run.begin('run-1', settings);
  run.keep(of('run-1'), first, first.weights);
  run.begin('run-2', settings);
  run.keep(of('run-2'), second, second.weights);
  expect(await weightsOf(run, of('run-2'))).toEqual(second.weights.tensors);
  // run 1 is shown again
  expect(await weightsOf(run, of('run-1'))).toBe('not-at-hand');
  run.open(opened('run-1', first.weights));
  expect(await weightsOf(run, of('run-1'))).toEqual(first.weights.tensors);
  expect(await weightsOf(run, of('run-2'))).toBe('not-at-hand');
});

test('one more detector, or another epoch, joins what the run has', async () => {
  const run = createRunAtHand(device, () => traces);
  const [first, early] = [await trained(1), await trained(0.1)];
  run.begin('run-1', settings);
  run.keepWeights(of('run-1', 2), early.weights);
  run.keep(of('run-1'), first, first.weights);
  run.begin('run-1', { ...settings, detectors: ['fsa', 'crisp'] });
  expect(await weightsOf(run, of('run-1'))).toEqual(first.weights.tensors);
  expect(await weightsOf(run, of('run-1', 2))).toEqual(early.weights.tensors);
  expect(await weightsOf(run, of('run-1', 4))).toBe('not-at-hand');
});

test('scores stay with the run, of the epochs on the way those of the last one alone', () => {
  const run = createRunAtHand(device, () => traces);
  const scores = fakeScores(traces);
  const weights = { formatVersion: 1, tensors: [] } as const;
  run.begin('run-1', settings);
  for (const epoch of [null, 1, 2]) {
    run.keepWeights(of('run-1', epoch), weights);
    run.keepScores(of('run-1', epoch), scores);
  }
  expect(run.scores(of('run-1'))).toBe(scores);
  expect(run.scores(of('run-1', 1))).toBeNull();
  expect(run.scores(of('run-1', 2))).toBe(scores);
  expect(run.scores(of('run-2'))).toBeNull();
});

test('another dataset takes the run along, and what its training ends with', async () => {
  let set = traces;
  const run = createRunAtHand(device, () => set);
  const late = await trained(1);
  run.begin('run-1', settings);
  set = toyTraces(50);
  run.forget()();
  run.keep(of('run-1'), late, late.weights);
  expect(await weightsOf(run, of('run-1'))).toBe('not-at-hand');
});

test('the first look is held next to a run, and outlives the next one', async () => {
  const run = createRunAtHand(device, () => traces);
  const { weights } = await trained(1);
  const [look, next] = [of(firstLookId('dataset-1')), of('run-2')];
  run.open(opened(look.runId, weights));
  run.begin('run-1', settings);
  run.begin(next.runId, settings);
  expect(run.settings(of('run-1'))).toBeNull();
  expect(run.settings(next)).toBe(settings);
  expect(await weightsOf(run, look)).toEqual(weights.tensors);
  run.open(opened(firstLookId('dataset-2'), weights));
  expect(await weightsOf(run, look)).toBe('not-at-hand');
});
