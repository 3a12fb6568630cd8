/** Runs that are interrupted, that diverge, that stop early: on toy data, number by number. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as tf from '../../nn/tf.ts';
import { startTestBackend, TEST_BACKENDS } from '../../testing/backends.ts';
import { SMALL_TRACEVAE } from '../../testing/small-tracevae.ts';
import { toyData } from '../../testing/toy-traces.ts';
import type { FitCheckpoint } from '../checkpoint.ts';
import type { DetectorData, FitEvent, SavedWeights } from '../detector.ts';
import type { CurvePoint } from '../fit-progress.ts';
import type { TraceVaeConfig } from './meta.ts';
import { fitTraceVae } from './tracevae.ts';

const CONFIG: TraceVaeConfig = {
  ...SMALL_TRACEVAE,
  units: 4,
  layers: 1,
  epochsJoint: 4,
  epochsTime: 2,
  learningRateStepEpoch: 3,
  learningRate: 0.02,
  earlyStopping: 0,
};

/** Steps too large to settle: the validation loss soon rises. */
const RESTLESS: TraceVaeConfig = { ...CONFIG, learningRate: 0.1, learningRateStepEpoch: 100 };

interface Fitted {
  readonly curve: readonly CurvePoint[];
  readonly checkpoints: readonly FitCheckpoint[];
  readonly weights: SavedWeights;
}

interface FitOptions {
  readonly config?: TraceVaeConfig;
  readonly from?: FitCheckpoint;
  readonly onEvent?: (event: FitEvent) => void;
}

function run(data: DetectorData, { config = CONFIG, from, onEvent }: FitOptions) {
  const control = {
    signal: new AbortController().signal,
    stopRequested: () => false,
    whenRunning: async () => {},
  };
  const context = { seed: 11, control, onEvent: onEvent ?? (() => {}) };
  return fitTraceVae(data, config, from === undefined ? context : { ...context, from });
}

async function train(options: FitOptions = {}): Promise<Fitted> {
  const events: FitEvent[] = [];
  const result = await run(toyData(36), { ...options, onEvent: (event) => events.push(event) });
  if (!result.ok) throw new Error(result.error.what);
  const weights = await result.value.saveWeights();
  result.value.dispose();
  return {
    curve: events.flatMap((e) => (e.kind === 'epoch' ? [e.point] : [])),
    checkpoints: events.flatMap((e) => (e.kind === 'checkpoint' ? [e.checkpoint] : [])),
    weights,
  };
}

// Saving costs nothing on this clock, so that there is a checkpoint after every epoch.
beforeEach(() => {
  vi.spyOn(performance, 'now').mockReturnValue(0);
});
afterEach(() => {
  vi.restoreAllMocks();
});

for (const backend of TEST_BACKENDS) {
  describe(`an interrupted run on ${backend}`, () => {
    beforeEach(() => startTestBackend(backend));

    test.each([0, 2])('goes on to the same numbers, early stopping after %i', async (patience) => {
      const config = { ...CONFIG, earlyStopping: patience };
      const whole = await train({ config });
      expect(whole.checkpoints.length).toBe(whole.curve.length - 1);
      for (const checkpoint of whole.checkpoints) {
        const from = structuredClone(checkpoint);
        const resumed = await train({ config, from });
        expect([...from.curve, ...resumed.curve]).toEqual(whole.curve);
        expect(resumed.weights).toEqual(whole.weights);
      }
    });
  });
}

test('a checkpoint that was made after a restart goes on with the restarted run', async () => {
  await startTestBackend('cpu');
  const data = toyData(36);
  const { divisorUs } = data.scale;
  const bad = { ...data, scale: { ...data.scale, divisorUs: divisorUs.map(() => Number.NaN) } };
  const events: FitEvent[] = [];
  const result = await run(bad, {
    onEvent: (event) => {
      events.push(event);
      if (event.kind === 'restart') bad.scale.divisorUs.set(divisorUs);
    },
  });
  if (!result.ok) throw new Error(result.error.what);
  result.value.dispose();
  const curve = events.flatMap((e) => (e.kind === 'epoch' ? [e.point] : []));
  const from = events.find((e) => e.kind === 'checkpoint')?.checkpoint;
  expect(from).toMatchObject({ attempt: 1, epoch: 1 });
  expect((await train({ from: from! })).curve).toEqual(curve.slice(1));
  expect((await train()).curve).not.toEqual(curve);
});

test('a run that diverges later names the term and keeps its last good weights', async () => {
  await startTestBackend('cpu');
  const before = tf.memory().numTensors;
  const whole = await train();
  const diverge = (from?: FitCheckpoint) => {
    const data = toyData(36);
    const spoil = (): unknown => data.scale.divisorUs.fill(Number.NaN);
    if (from !== undefined) spoil();
    return run(data, {
      ...(from === undefined ? {} : { from }),
      onEvent: (event) => {
        if (event.kind === 'epoch' && event.point.epoch === 2) spoil();
      },
    });
  };
  // In the third epoch of a run, and in the first one after it was resumed.
  const { checkpoints } = whole;
  for (const result of [await diverge(), await diverge(checkpoints[1])]) {
    expect(result).toMatchObject({
      ok: false,
      error: {
        kind: 'diverged',
        what: expect.stringContaining('log q(z2 | A, X, Y)'),
        where: 'epoch 3',
        lastGood: { epoch: 2 },
      },
    });
    const kept = result.ok ? undefined : result.error.lastGood;
    const values = kept?.weights.tensors.flatMap(({ data }) => [...data]);
    expect(values).toEqual([...checkpoints[1]!.weights]);
  }
  expect(tf.memory().numTensors).toBe(before);
});

test('a phase ends when its patience is over, and keeps its best weights', async () => {
  await startTestBackend('cpu');
  const config = { ...RESTLESS, epochsJoint: 12, earlyStopping: 1 };
  const { curve, checkpoints } = await train({ config });
  const joint = curve.filter(({ phase }) => phase === 'joint');
  const losses = joint.map(({ valLoss }) => valLoss!);
  // Falling until the last one: patience for one validation only.
  const best = losses.length - 1;
  expect(losses.length).toBeLessThan(12);
  expect(losses[best]).toBeGreaterThan(losses[best - 1]!);
  expect(losses.slice(0, best)).toEqual(losses.slice(0, best).sort((a, b) => b - a));
  // The time VAE's first epoch keeps its place in the schedule.
  expect(curve[joint.length]).toMatchObject({ epoch: 13, phase: 'time' });
  expect(checkpoints[best]).toMatchObject({ epoch: best + 1, nextEpoch: 13, best: null });
  expect(checkpoints[best]!.weights).toEqual(checkpoints[best - 1]!.weights);
});

test('a phase that reaches its end keeps its best weights too', async () => {
  await startTestBackend('cpu');
  const plain = await train({ config: { ...RESTLESS, epochsJoint: 12 } });
  const losses = plain.curve.map(({ valLoss }) => valLoss!);
  const worse = losses.findIndex((loss, i) => i > 0 && loss > losses[i - 1]!);
  // One epoch after the best one, and no patience is needed any more.
  const config = { ...RESTLESS, epochsJoint: worse + 1, earlyStopping: 5 };
  const { checkpoints } = await train({ config });
  expect(checkpoints[worse]).toMatchObject({ epoch: worse + 1, nextEpoch: worse + 2 });
  expect(checkpoints[worse]!.weights).toEqual(checkpoints[worse - 1]!.weights);
});

test('validation every second epoch leaves the run itself as it is', async () => {
  await startTestBackend('cpu');
  const plain = await train();
  const { curve, weights } = await train({ config: { ...CONFIG, validateEvery: 2 } });
  expect(curve.map(({ loss }) => loss)).toEqual(plain.curve.map(({ loss }) => loss));
  expect(curve.map(({ valLoss }) => valLoss === null)).toEqual([
    true,
    false,
    true,
    false,
    true,
    false,
  ]);
  expect(weights).toEqual(plain.weights);
});
