import { expect, test } from 'vitest';
import { createRandom } from '../../base/random.ts';
import { fitTargetScale } from '../../features/latency-target.ts';
import { makeBatch, selectRows, type TraceBatch } from '../../features/trace-batch.ts';
import { ParameterStore } from '../../nn/parameters.ts';
import * as tf from '../../nn/tf.ts';
import { combineScores } from '../../scoring/combine.ts';
import { correctionsOf } from '../../scoring/corrections/list.ts';
import { startTestBackend, TEST_BACKENDS } from '../../testing/backends.ts';
import { describeTermsContract } from '../../testing/detector-contract.ts';
import { smallSettings } from '../../testing/small-tracevae.ts';
import { toyData } from '../../testing/toy-traces.ts';
import type { DetectorId } from '../catalog.ts';
import type { FitEvent } from '../detector.ts';
import { DETECTORS } from '../registry.ts';
import { stepGradients } from '../shared/training-step.ts';
import {
  type LatencyTails,
  type ModelSettings,
  phasesOf,
  TRACEVAE_PRESETS,
  traceVaeConfig,
} from './meta.ts';
import { ABLATIONS } from './meta-ablations.ts';
import { settingValue, TRACEVAE_META, TRACEVAE_SETTINGS } from './meta-settings.ts';
import { traceVaeSpecs } from './trace-vae.ts';
import { fitTraceVae, restoreTraceVae } from './tracevae.ts';
import { batchLoss, createOptimiser, type Noise } from './train-step.ts';

const SMALL = traceVaeConfig(smallSettings(3));

for (const backend of TEST_BACKENDS) {
  for (const { id, label } of [TRACEVAE_META, ...ABLATIONS]) {
    const settings = { ...smallSettings(3), baselines: {} };
    describeTermsContract(label, backend, {
      fit: (data, context) => DETECTORS[id].fit(data, settings, context),
      restore: (operations, weights) => DETECTORS[id].restore(settings, operations, weights),
      hasCurve: true,
    });
  }
}

for (const backend of TEST_BACKENDS) {
  for (const { id, label } of [TRACEVAE_META, ...ABLATIONS].filter(
    // refused, see below
    (meta) => meta.id !== 'tracevae-dimex',
  )) {
    const small = smallSettings(3);
    const model = { ...small.model, structureDecoder: 'call-paths' } as const;
    const settings = { ...small, model, baselines: {} };
    describeTermsContract(`${label} by call paths`, backend, {
      fit: (data, context) => DETECTORS[id].fit(data, settings, context),
      restore: (operations, weights) => DETECTORS[id].restore(settings, operations, weights),
      hasCurve: true,
    });
  }
}

const control = {
  signal: new AbortController().signal,
  stopRequested: () => false,
  whenRunning: async () => {},
};

test('what cannot be decoded is refused with what to do', async () => {
  const data = toyData(24);
  const small = smallSettings(3);
  const refusal = async (id: DetectorId, changes: Partial<ModelSettings>) => {
    const settings = { ...small, model: { ...small.model, ...changes }, baselines: {} };
    const result = await DETECTORS[id].fit(data, settings, { seed: 3, control, onEvent: () => {} });
    return result.ok ? null : `${result.error.what}: ${result.error.advice}`;
  };
  expect(await refusal('tracevae-dimex', { structureDecoder: 'call-paths' })).toBe(
    'TraceVAE-DimEx fills traces up to N_max with dummies, which are on no call path: choose the paper’s structure decoder, or leave TraceVAE-DimEx out',
  );
  expect(await refusal('tracevae', { structureDecoder: 'paper', maxNodes: 512 })).toBe(
    'the paper’s structure decoder takes trees of at most 256 nodes, N_max is 512: choose the structure decoder by call paths, or a smaller N_max',
  );
});

test('the structure decoder follows N_max unless it is chosen', () => {
  const decoder = (changes: Partial<ModelSettings>) => {
    const settings = smallSettings(3);
    return traceVaeConfig({ ...settings, model: { ...settings.model, ...changes } })
      .structureDecoder;
  };
  expect(decoder({ structureDecoder: 'auto', maxNodes: 64 })).toBe('paper');
  expect(decoder({ structureDecoder: 'auto', maxNodes: 65 })).toBe('call-paths');
  expect(decoder({ structureDecoder: 'paper', maxNodes: 128 })).toBe('paper');
  const { structureDecoder: _, ...earlier } = smallSettings(3).model;
  const settings = { ...smallSettings(3), model: { ...earlier, maxNodes: 128 } };
  expect(traceVaeConfig(settings).structureDecoder).toBe('paper');
});

test('two joint epochs to one of the time VAE, at any total', () => {
  const phases = (total: number): number[] => {
    const { epochsJoint, epochsTime, learningRateStepEpoch } = phasesOf(total);
    return [epochsJoint, epochsTime, learningRateStepEpoch];
  };
  expect(phases(60)).toEqual([40, 20, 30]);
  expect(phases(3)).toEqual([2, 1, 2]);
  expect(phases(1)).toEqual([1, 0, 1]);
});

test('settings have short, distinct labels and bounds that hold every preset', () => {
  const labels = TRACEVAE_SETTINGS.map(({ label }) => label);
  expect(new Set(labels).size).toBe(labels.length);
  for (const preset of Object.values(TRACEVAE_PRESETS)) {
    for (const setting of TRACEVAE_SETTINGS) {
      const value = settingValue(preset, setting);
      expect(value).toBeGreaterThanOrEqual(setting.min);
      expect(value).toBeLessThanOrEqual(setting.max);
    }
  }
});

test('phase 2 moves the time VAE alone, at a tenth of the rate', async () => {
  await startTestBackend('cpu');
  const data = toyData(24);
  const epochs = async (total: number) => {
    const events: FitEvent[] = [];
    const config = { ...SMALL, epochsJoint: 2, epochsTime: total - 2, learningRateStepEpoch: 2 };
    const onEvent = (event: FitEvent): number => events.push(event);
    const result = await fitTraceVae(data, config, { seed: 3, control, onEvent });
    if (!result.ok) throw new Error(result.error.what);
    const { tensors } = await result.value.saveWeights();
    result.value.dispose();
    return { tensors, points: events.flatMap((e) => (e.kind === 'epoch' ? [e.point] : [])) };
  };
  const joint = await epochs(2);
  const both = await epochs(3);
  expect(both.points.map(({ phase }) => phase)).toEqual(['joint', 'joint', 'time']);
  expect(both.points.map(({ learningRate }) => learningRate)).toEqual([1e-3, 1e-3, 1e-4]);
  for (const [i, { name, data: values }] of both.tensors.entries()) {
    // running statistics move once more in the pass that starts the phase
    if (name.includes('running_')) continue;
    const moved = values.some((value, k) => value !== joint.tensors[i]!.data[k]);
    expect(moved, name).toBe(name.startsWith('latency_vae.'));
  }
});

test('weights of every so many epochs are kept, the last ones being those of the model', async () => {
  await startTestBackend('cpu');
  const kept = async (keepEvery: number) => {
    const events: FitEvent[] = [];
    const onEvent = (event: FitEvent): number => events.push(event);
    const config = { ...SMALL, keepEvery };
    const result = await fitTraceVae(toyData(24), config, { seed: 3, control, onEvent });
    if (!result.ok) throw new Error(result.error.what);
    const weights = await result.value.saveWeights();
    result.value.dispose();
    return { weights, kept: events.flatMap((e) => (e.kind === 'weights' ? [e.kept] : [])) };
  };
  expect((await kept(0)).kept).toEqual([]);
  expect((await kept(2)).kept.map(({ epoch }) => epoch)).toEqual([2]);
  const every = await kept(1);
  expect(every.kept.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
  expect(every.kept[2]!.weights).toEqual(every.weights);
  expect(every.kept[0]!.weights).not.toEqual(every.weights);
});

test('a loss that is no number restarts the first epoch, then names the term', async () => {
  await startTestBackend('cpu');
  const data = toyData(24);
  const divisorUs = data.scale.divisorUs.map(() => Number.NaN);
  const events: FitEvent[] = [];
  const result = await fitTraceVae({ ...data, scale: { ...data.scale, divisorUs } }, SMALL, {
    seed: 3,
    control,
    onEvent: (event) => events.push(event),
  });
  expect(events.filter(({ kind }) => kind === 'restart')).toHaveLength(10);
  expect(result).toMatchObject({
    ok: false,
    error: { kind: 'diverged', what: expect.stringContaining('log q(z2 | A, X, Y)') },
  });
});

test('power tails change the score of a trace only where a latency is far out', async () => {
  await startTestBackend('cpu');
  const data = toyData(24);
  const fitted = await fitTraceVae(data, SMALL, { seed: 3, control, onEvent: () => {} });
  if (!fitted.ok) throw new Error(fitted.error.what);
  const weights = await fitted.value.saveWeights();
  fitted.value.dispose();
  const latencyUs = data.traces.latencyUs.slice();
  latencyUs[data.traces.nodeOffset[1]!]! *= 1000;
  const slowed = { ...data, traces: { ...data.traces, latencyUs } };
  const scoresWith = async (latencyTails: LatencyTails) => {
    const config = { ...SMALL, latencyTails };
    const model = restoreTraceVae(config, data.traces.operations.length, weights);
    const stdLimits = await model.stdLimits(data, data.val, 3);
    const { signal } = control;
    const options = { samples: 4, seed: 3, stdLimits, signal, onProgress: () => {} };
    const selected = Uint32Array.of(0, 1);
    const corrections = correctionsOf('full');
    const scores = combineScores(await model.scoreTerms(slowed, selected, options), corrections);
    const { contributions } = await model.explain(slowed, 1, { ...options, corrections });
    model.dispose();
    return { usual: scores[0]!, slow: scores[1]!, explained: contributions.corrected.score };
  };
  const [power, gaussian] = [await scoresWith('power'), await scoresWith('gaussian')];
  expect(power.usual).toBe(gaussian.usual);
  expect(power.slow).toBeLessThan(gaussian.slow / 2);
  expect(power.slow).toBeGreaterThan(power.usual + 100);
  expect(power.explained).toBeCloseTo(power.slow, 3);
});

test('what is expected of a latency does not follow the trace, and is never negative', async () => {
  await startTestBackend('cpu');
  const data = toyData(24);
  const fitted = await fitTraceVae(data, SMALL, { seed: 3, control, onEvent: () => {} });
  if (!fitted.ok) throw new Error(fitted.error.what);
  const model = fitted.value;
  const stdLimits = await model.stdLimits(data, data.val, 3);
  const options = { samples: 4, seed: 3, stdLimits, corrections: correctionsOf('full') };
  const explained = async (times: number) => {
    const latencyUs = data.traces.latencyUs.map((us) => us * times);
    return (await model.explain({ ...data, traces: { ...data.traces, latencyUs } }, 1, options))
      .nodes;
  };
  const [usual, slow] = [await explained(1), await explained(1000)];
  model.dispose();
  expect(slow.observedMs[0]).toBeCloseTo(1000 * usual.observedMs[0]!, 3);
  expect(slow.expectedMs).toEqual(usual.expectedMs);
  expect(slow.zScore[0]).toBeGreaterThan(usual.zScore[0]! + 100);
  for (const ms of usual.expectedMs) expect(ms).toBeGreaterThanOrEqual(0);
});

test('of logarithms of self times it expects milliseconds, of durations', async () => {
  await startTestBackend('cpu');
  const plain = toyData(24);
  const target = fitTargetScale(plain.traces, plain.train, 'log-self');
  const data = { ...plain, scale: { ...plain.scale, target } };
  const config = { ...SMALL, latencyTarget: 'log-self' as const };
  const fitted = await fitTraceVae(data, config, { seed: 3, control, onEvent: () => {} });
  if (!fitted.ok) throw new Error(fitted.error.what);
  const stdLimits = await fitted.value.stdLimits(data, data.val, 3);
  const options = { samples: 4, seed: 3, stdLimits, corrections: correctionsOf('full') };
  const { nodes } = await fitted.value.explain(data, 1, options);
  fitted.value.dispose();
  nodes.expectedMs.forEach((ms, i) => {
    expect(Math.abs(Math.log(ms / nodes.observedMs[i]!))).toBeLessThan(Math.log(3));
    expect(nodes.stdMs[i]).toBeGreaterThan(0);
    expect(Number.isFinite(nodes.zScore[i])).toBe(true);
  });
});

test('pausing holds the loop until the run goes on', async () => {
  await startTestBackend('cpu');
  let waits = 0;
  const paused = {
    ...control,
    whenRunning: async () => {
      waits++;
      await new Promise((resolve) => setTimeout(resolve, 1));
    },
  };
  const context = { seed: 3, control: paused, onEvent: () => {} };
  const result = await fitTraceVae(toyData(24), SMALL, context);
  expect(result.ok && waits).toBeGreaterThan(3);
  if (result.ok) result.value.dispose();
});

test('sharing equal structures in a batch changes no gradient', async () => {
  await startTestBackend('cpu');
  const data = toyData(12);
  const operationCount = data.traces.operations.length;
  const store = ParameterStore.initialise(traceVaeSpecs(SMALL, operationCount), 5);
  const model = { store, config: SMALL, operationCount };
  const optimiser = createOptimiser(model, 'joint');
  const once = makeBatch(data.traces, data.scale, data.train.subarray(0, 4), SMALL.maxNodes);
  // every trace three times: the same batch statistics, the same mean gradient
  const thrice = selectRows(once, [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3]);
  const random = createRandom(1);
  const z = Float32Array.from({ length: 4 * SMALL.latent }, () => random.normal());
  const z2 = Float32Array.from({ length: 4 * SMALL.latent2 }, () => random.normal());
  const repeat = (x: Float32Array): Float32Array => Float32Array.from([...x, ...x, ...x]);
  tf.tidy(() => {
    const gradientsOf = (batch: TraceBatch, noise: Noise) =>
      stepGradients(store, optimiser, batchLoss(model, 'joint', optimiser, batch, noise, 'train')())
        .gradients;
    const a = gradientsOf(once, { z, z2 });
    const b = gradientsOf(thrice, { z: repeat(z), z2: repeat(z2) });
    a.forEach((gradient, i) => {
      const other = b[i]!.dataSync();
      gradient.dataSync().forEach((value, k) => {
        expect(Math.abs(other[k]! - value)).toBeLessThan(1e-3 * (1 + Math.abs(value)));
      });
    });
  });
  optimiser.dispose();
  store.dispose();
});
