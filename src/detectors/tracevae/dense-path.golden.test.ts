/**
 * What WebGPU computes - dense masked attention in packed blocks, tensor-only log-determinants, the
 * optimiser on flat vectors - run on the cpu backend and held against the golden numbers.
 */
import { beforeAll, expect, test, vi } from 'vitest';
import { ParameterStore } from '../../nn/parameters.ts';
import * as tf from '../../nn/tf.ts';
import { startTestBackend } from '../../testing/backends.ts';
import { Deviations } from '../../testing/deviation.ts';
import {
  batchOf,
  goldenConfig,
  goldenWeights,
  readGolden,
} from '../../testing/golden/tracevae-golden.ts';
import { latencyInput, structureInput, structurePass, traceVaeSpecs } from './trace-vae.ts';
import { createOptimiser, stepGradients } from './train-step.ts';

vi.mock(import('../../nn/host-memory.ts'), async (original) => ({
  ...(await original()),
  tensorsAreHostMemory: () => false,
}));

const golden = readGolden();
const config = { ...goldenConfig(golden), l2: 1e-4, unitBall: 1, clipNorm: 10 };
const operationCount = golden.config.num_operations;
const batch = batchOf(golden.traces, config.maxNodes);
const load = (): ParameterStore =>
  ParameterStore.load(traceVaeSpecs(config, operationCount), goldenWeights(golden));

beforeAll(() => startTestBackend('cpu'));

test('several traces share a block, and the graph is dense', () => {
  tf.tidy(() => {
    const { graph } = latencyInput(batch, 'train').encoder;
    expect(graph.dense).not.toBeNull();
    expect(graph.rows / graph.block).toBeLessThan(batch.size);
  });
});

test('eval forward pass', () => {
  const store = load();
  const deviations = new Deviations();
  tf.tidy(() => {
    const one = golden.traces.map((trace) => trace.n_z_1);
    const noise = tf.tensor2d(one.map((t) => [...t.noise_z]));
    const input = structureInput(batch, operationCount);
    const pass = structurePass(store, config, input, noise, 'eval');
    const of = (name: keyof (typeof one)[0]['log_probs']['nll']): number[] =>
      one.map((t) => t.log_probs.nll[name]);
    deviations.check('log p(z)', pass.logPz.dataSync(), of('log_p_z'), 1e-4);
    deviations.check('log p(A)', pass.logPAdjacency.dataSync(), of('log_p_adj'), 1e-4);
    deviations.check('log p(Y)', pass.logPNodeType.dataSync(), of('log_p_node_type'), 1e-4);
  });
  store.dispose();
});

test.each(golden.training)('gradients and running statistics, $mode', (step) => {
  const store = load();
  const model = { store, config, operationCount };
  const phase = step.mode === 'joint' ? 'joint' : 'time';
  const optimiser = createOptimiser(model, phase);
  const deviations = new Deviations();
  const noise = {
    z: Float32Array.from(step.noise_z.flat()),
    z2: Float32Array.from(step.noise_z2.flat()),
  };
  tf.tidy(() => {
    const { gradients } = stepGradients(model, phase, optimiser, batch, noise);
    gradients.forEach((gradient, i) => {
      const name = optimiser.names[i]!;
      const pull = step.l2_param_names.includes(name) ? config.l2 / step.l2_norm : 0;
      const weights = golden.weights[name]!.data;
      const values = Array.from(gradient.dataSync()).map((g, k) => g + pull * weights[k]!);
      deviations.check('gradients', values, [...step.grads_before_clip[name]!.data], 1e-3);
    });
    optimiser.step(gradients, config.learningRate);
  });
  for (const [name, { data }] of Object.entries(step.buffers_after_step)) {
    deviations.check('running statistics', store.get(name).dataSync(), [...data], 1e-4);
  }
  console.info(`dense path, ${step.mode}, worst deviation: ${deviations.report()}`);
  optimiser.dispose();
  store.dispose();
});
