/** What the ablations of section 6.6 replace, and what they leave alone. */
import { beforeAll, expect, test } from 'vitest';
import { createRandom, normals } from '../../base/random.ts';
import { makeBatch } from '../../features/trace-batch.ts';
import { ParameterStore } from '../../nn/parameters.ts';
import { rowIndex } from '../../nn/row-index.ts';
import * as tf from '../../nn/tf.ts';
import { startTestBackend } from '../../testing/backends.ts';
import { SMALL_TRACEVAE } from '../../testing/small-tracevae.ts';
import { toyData } from '../../testing/toy-traces.ts';
import { modelBatch } from './inputs.ts';
import type { Ablation } from './meta.ts';
import { ABLATIONS, ablated } from './meta-ablations.ts';
import { scoreTraces } from './scoring.ts';
import {
  latencyInput,
  latencyPass,
  structureInput,
  structurePass,
  traceVaeSpecs,
} from './trace-vae.ts';

const OPERATIONS = 6;
const data = toyData(24);

const modelOf = (ablation: Ablation) => {
  const config = ablated(SMALL_TRACEVAE, ablation);
  const store = ParameterStore.initialise(traceVaeSpecs(config, OPERATIONS), 5);
  return { config, store, operationCount: OPERATIONS };
};

beforeAll(() => startTestBackend('cpu'));

const names = (ablation: Ablation): string[] =>
  traceVaeSpecs(ablated(SMALL_TRACEVAE, ablation), OPERATIONS).map(({ name }) => name);

test('FC adds its network, SingleZ drops q(z2) and p(z2 | z), DimEx has the same parameters', () => {
  const whole = new Set(names('none'));
  const more = names('fc').filter((name) => !whole.has(name));
  expect(more.length).toBeGreaterThan(0);
  expect(more.every((name) => /pG_(graph|node)_embedding/.test(name))).toBe(true);
  expect(names('fc')).toEqual(expect.arrayContaining([...whole]));
  expect(names('singlez').some((name) => /z2/.test(name))).toBe(false);
  expect(names('dimex')).toEqual(names('none'));
});

test('SingleZ has one latent variable as large as both, and no phase of its own for the time VAE', () => {
  const single = ablated(SMALL_TRACEVAE, 'singlez');
  expect(single.latent).toBe(SMALL_TRACEVAE.latent + SMALL_TRACEVAE.latent2);
  expect([single.epochsJoint, single.epochsTime]).toEqual([
    SMALL_TRACEVAE.epochsJoint + SMALL_TRACEVAE.epochsTime,
    0,
  ]);
  for (const { ablation } of ABLATIONS)
    expect(ablated(SMALL_TRACEVAE, ablation).ablation).toBe(ablation);
});

/** Predicted means of the first trace's nodes, in train or eval mode, at given noise. */
async function predicted(
  ablation: Ablation,
  change: { operation?: boolean; latency?: boolean },
): Promise<{ mean: number[]; z: number[] }> {
  const { config, store } = modelOf(ablation);
  const batch = modelBatch(data, config, data.train.subarray(0, 4), config.maxNodes);
  const changed = {
    ...batch,
    latency: change.latency ? batch.latency.map((x) => 2 * x + 1) : batch.latency,
  };
  const noise = tf.tensor2d(normals(createRandom(1), 4 * config.latent), [4, config.latent]);
  const noise2 = tf.tensor2d(normals(createRandom(2), 4 * config.latent2), [4, config.latent2]);
  const { z } = structurePass(
    store,
    config,
    structureInput(changed, OPERATIONS, config),
    noise,
    'eval',
  );
  // z2 of the batch as it is: only what the decoder reads is changed
  const times = latencyInput(batch, 'eval', config);
  const decoder = change.operation
    ? {
        ...times.decoder,
        operations: rowIndex(times.decoder.operations.rows.map((id) => (id === 0 ? 0 : 1))),
      }
    : times.decoder;
  const pass = latencyPass(store, config, { ...times, decoder }, z, noise2, 'eval');
  const [mean, latent] = await Promise.all([pass.likelihood.mean.data(), z.data()]);
  const nodes = batch.nodeCount[0]!;
  store.dispose();
  return { mean: Array.from(mean).slice(0, nodes), z: Array.from(latent) };
}

test('behind the dispatching layer a prediction knows its operation, behind FC its position alone', async () => {
  for (const [ablation, knows] of [
    ['none', true],
    ['fc', false],
  ] as const) {
    const [as, other] = [
      await predicted(ablation, {}),
      await predicted(ablation, { operation: true }),
    ];
    if (knows) expect(other.mean).not.toEqual(as.mean);
    else expect(other.mean).toEqual(as.mean);
  }
});

test('z of SingleZ reads the latencies, z of TraceVAE does not', async () => {
  for (const [ablation, reads] of [
    ['none', false],
    ['singlez', true],
  ] as const) {
    const [as, other] = [
      await predicted(ablation, {}),
      await predicted(ablation, { latency: true }),
    ];
    if (reads) expect(other.z).not.toEqual(as.z);
    else expect(other.z).toEqual(as.z);
  }
});

test('DimEx fills every trace up to N_max with dummies of latency zero', async () => {
  const { config, store, operationCount } = modelOf('dimex');
  const plain = makeBatch(data.traces, data.scale, data.train, 6);
  const filled = modelBatch(data, config, data.train, 6);
  expect([...filled.nodeCount]).toEqual(Array(data.train.length).fill(6));
  expect(filled.latency).toEqual(plain.latency);
  expect(filled.parent).toEqual(plain.parent);

  const terms = await scoreTraces({ config, store, operationCount }, data, data.val, {
    samples: 2,
    seed: 1,
    stdLimits: { global: 1, byOperation: new Float64Array(OPERATIONS).fill(1) },
    signal: new AbortController().signal,
    onProgress: () => {},
  });
  expect([...terms.latencyNodes]).toEqual(Array(data.val.length).fill(6));
  expect(Math.min(...terms.nodeCount)).toBeLessThan(6);
  store.dispose();
});

test('structure terms are kept once a structure, and once a trace where z knows the latencies', async () => {
  const options = {
    samples: 2,
    seed: 1,
    stdLimits: { global: 1, byOperation: new Float64Array(OPERATIONS).fill(1) },
    signal: new AbortController().signal,
    onProgress: () => {},
  };
  const structures = new Set(Array.from(data.train, (trace) => data.traces.structureOf[trace]!));
  for (const [ablation, rows] of [
    ['none', structures.size],
    ['singlez', data.train.length],
  ] as const) {
    const model = modelOf(ablation);
    const terms = await scoreTraces(model, data, data.train, options);
    expect(terms.structure.logPz).toHaveLength(2 * rows);
    const noLatent = terms.latency.logQz2.every((value) => value === 0);
    expect(noLatent).toBe(ablation === 'singlez');
    model.store.dispose();
  }
});
