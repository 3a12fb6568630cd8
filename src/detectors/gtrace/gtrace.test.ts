/** GTrace on five traces: what it learns before it trains, its loss, and scores by hand. */
import { beforeAll, expect, test } from 'vitest';
import { createRandom } from '../../base/random.ts';
import { fitLatencyScale } from '../../features/latency-scale.ts';
import { ParameterStore } from '../../nn/parameters.ts';
import * as tf from '../../nn/tf.ts';
import { startTestBackend } from '../../testing/backends.ts';
import { FIRST_FOUR, fiveTraces } from '../../testing/five-traces.ts';
import { toyData } from '../../testing/toy-traces.ts';
import { zeroWeights } from '../../testing/zero-weights.ts';
import { learnFacts, withFacts } from './facts.ts';
import { GTRACE } from './gtrace.ts';
import { gtraceBatch, prepareLoss, treeInput } from './loss.ts';
import { GTRACE_META } from './meta.ts';
import { type GTraceModel, gtraceSpecs } from './network.ts';

beforeAll(() => startTestBackend('cpu'));

const traces = fiveTraces();
const scale = fitLatencyScale(traces, FIRST_FOUR, 'authors');
const data = { traces, train: FIRST_FOUR, val: FIRST_FOUR, scale };
const config = { ...GTRACE_META.presets.tiny, embedding: 2, latent: 2, decoder: 2, latency: 2 };
const model: GTraceModel = { config, operationCount: 4, serviceCount: 2, positions: 8 };
const facts = learnFacts(traces, FIRST_FOUR, 0.5);
const options = { seed: 1, signal: new AbortController().signal, onProgress: () => {} };

test('the scale is of what lies below the 99th percentile, and has a floor', () => {
  // a: 10 12 14 6, of which 14 is above; c: 5 5 11, of which 11 is above, so that the rest is constant
  expect(facts.meanMs[1]).toBeCloseTo((10 + 12 + 6) / 3, 5);
  expect(facts.stdMs[1]).toBeCloseTo(Math.sqrt((0.6667 ** 2 + 2.6667 ** 2 + 3.3333 ** 2) / 3), 3);
  expect([facts.meanMs[3], facts.stdMs[3]]).toEqual([5, 0.5]);
});

test('operations and services that training lacks have the row of the unknown one', () => {
  const without = learnFacts(traces, Uint32Array.of(3), 10);
  expect([...without.operationRow]).toEqual([0, 1, 2, 0]);
  expect([...without.serviceRow]).toEqual([0, 1, 1, 1]);
  expect([without.meanMs[3], without.stdMs[3]]).toEqual([50, 50]);
  const input = treeInput(gtraceBatch(traces, without, Uint32Array.of(0), 3), without);
  expect([...input.operation]).toEqual([1, 2, 0]);
});

test('statuses are what the dataset says of failed spans', () => {
  const errorCount = new Uint16Array(traces.latencyUs.length);
  errorCount[1] = 2;
  const of = (set: typeof traces) => [
    ...treeInput(gtraceBatch(set, facts, Uint32Array.of(0), 3), facts).status,
  ];
  expect(of(traces)).toEqual([0, 0, 0]);
  expect(of({ ...traces, errorCount })).toEqual([1, 2, 1]);
});

/** Every position says the same, p(latency) is N(1, e^-2) in its units, and z is N(0, 1). */
const weights = withFacts(
  {
    formatVersion: 1,
    tensors: zeroWeights(gtraceSpecs(model), {
      'p1.operation.bias_store.value': [0, Math.log(3), 0, 0],
      'p2.mean.bias_store.value': [1],
      'p2.log_variance.bias_store.value': [-2],
      'p2.factor': [1, 1, 1, 1, 1, 1, 1, 1],
    }),
  },
  { ...facts, units: Float32Array.of(2, 10) },
);
const restore = () =>
  GTRACE.restore(
    {
      config,
      schedule: {
        epochs: 1,
        batchSize: 4,
        validateEvery: 1,
        earlyStopping: 0,
        clipNorm: 1,
        l2: 0,
      },
      graphs: { units: 1, heads: 1, layers: 1, operationEmbedding: 1 },
    },
    4,
    weights,
  );

test('a score is the oddest position and the oddest latency, over their units', async () => {
  const restored = restore();
  if (restored.kind !== 'scores') throw new Error('no scores');
  const { score, terms, worstNode } = await restored.scoreTraces(
    data,
    Uint32Array.of(0, 3, 4, 1),
    options,
  );
  // classes 0 to 3 have 1/6, 1/2, 1/6, 1/6; every trace has a node or an end of 1/6
  for (const value of terms!.structure!) expect(value).toBeCloseTo(Math.log(6) / 2, 5);
  // a node: (x - 1)² e² / 2 - 1, above the least of -7 / 2
  const nll = (ms: number, op: number): number =>
    (((ms - facts.meanMs[op]!) / facts.stdMs[op]! - 1) ** 2 * Math.exp(2)) / 2 - 1 + 3.5;
  const of = [
    [nll(10, 1), nll(4, 2), nll(5, 3)],
    [nll(6, 1), nll(4, 2)],
    [nll(100, 1), nll(5, 3)],
    [nll(12, 1), nll(6, 2), nll(5, 3)],
  ];
  of.forEach((nodes, i) => {
    expect(terms!.latency![i]! / (Math.max(...nodes) / 10)).toBeCloseTo(1, 4);
    expect(worstNode![i]).toBe(nodes.indexOf(Math.max(...nodes)));
    expect(score[i]).toBeCloseTo(terms!.structure![i]! + terms!.latency![i]!, 9);
  });
  const { nodes } = await restored.explain(data, 0, { seed: 1 });
  expect(nodes.expectedMs[0]).toBeCloseTo(facts.meanMs[1]! + facts.stdMs[1]!, 4);
  expect(nodes.stdMs[0]).toBeCloseTo(facts.stdMs[1]! * Math.exp(-1), 4);
  restored.dispose();
});

test('the loss has the gradients of finite differences', () => {
  const toy = toyData(12);
  const learnt = learnFacts(toy.traces, toy.train, 0.5);
  const errorCount = Uint16Array.from(toy.traces.latencyUs, (_, node) => (node % 4 === 0 ? 1 : 0));
  const of: GTraceModel = { config, operationCount: 6, serviceCount: 2, positions: 10 };
  const store = ParameterStore.initialise(gtraceSpecs(of), 4);
  const batch = gtraceBatch({ ...toy.traces, errorCount }, learnt, toy.train.subarray(0, 5), 5);
  const loss = (): tf.Scalar => {
    const parts = prepareLoss(store, of, learnt, batch, createRandom(3))('train');
    return tf.addN([parts.kl, parts.nllStructure!, parts.nllTime]) as tf.Scalar;
  };
  const names = store.trainable();
  const gradients = tf.tidy(() =>
    tf
      .valueAndGrads(loss)(names.map((name) => store.get(name)))
      .grads.map((gradient) => Float32Array.from(gradient.dataSync())),
  );
  // along a random direction per parameter, one difference each
  names.forEach((name, i) => {
    const start = store.get(name);
    const { shape } = start;
    const values = Float32Array.from(start.dataSync());
    const random = createRandom(9, i);
    const direction = values.map(() => random.normal());
    const moved = (by: number): number => {
      store.replace(
        name,
        tf.tensor(
          values.map((value, k) => value + by * direction[k]!),
          shape,
        ),
      );
      return tf.tidy(() => loss().dataSync()[0]!);
    };
    const step = 2e-3;
    const difference = (moved(step) - moved(-step)) / (2 * step);
    moved(0);
    const found = gradients[i]!.reduce((sum, value, k) => sum + value * direction[k]!, 0);
    expect(Math.abs(found - difference), name).toBeLessThan(5e-3 * (1 + Math.abs(difference)));
  });
  expect(Math.hypot(...gradients.map((values) => Math.hypot(...values)))).toBeGreaterThan(0.1);
  store.dispose();
});
