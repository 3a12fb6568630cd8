/**
 * Parity with the authors' implementation, number for number: forward pass, scores, gradients, one
 * optimiser step. Tolerances as the golden file states them.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { batchNormLeakyRelu } from '../../nn/batch-norm.ts';
import { gatLayer } from '../../nn/gat-network.ts';
import { graphConvolution } from '../../nn/graph-convolution.ts';
import type { NodeGraph } from '../../nn/node-graph.ts';
import { nodeGraphOf } from '../../nn/node-graph.ts';
import { layoutNodes } from '../../nn/node-layout.ts';
import { ParameterStore } from '../../nn/parameters.ts';
import { flowForward, flowInverse, initialiseActNorms } from '../../nn/real-nvp.ts';
import * as tf from '../../nn/tf.ts';
import { combineScores, correctionsOf } from '../../scoring/corrections.ts';
import type { ScoreTerms, Variant } from '../../scoring/score-terms.ts';
import { startTestBackend, TEST_BACKENDS } from '../../testing/backends.ts';
import { Deviations } from '../../testing/deviation.ts';
import {
  batchOf,
  type Golden,
  goldenConfig,
  goldenWeights,
  readGolden,
} from '../../testing/golden/tracevae-golden.ts';
import {
  copyMatrix,
  latencyDecoderInput,
  latencyEncoderInput,
  structureEncoderInput,
  structureTargets,
} from './inputs.ts';
import { priorLogProbs, sampleLatencies } from './latency-scores.ts';
import { decodeLatency, encodeLatency, latencyPrior } from './latency-vae.ts';
import { combineLoss, LOSS_TERMS, lossTerms } from './loss.ts';
import { emptyTerms, writeLatencyTerms, writeStructureTerms } from './scoring.ts';
import {
  decodeOperations,
  decodeTopology,
  encodeStructure,
  OPERATION_EMBEDDING,
  PRIOR,
} from './struct-vae.ts';
import { sampleStructures } from './structure-scores.ts';
import {
  latencyInput,
  latencyPass,
  structureInput,
  structurePass,
  traceVaeSpecs,
} from './trace-vae.ts';
import { createOptimiser, stepGradients, type TrainingModel } from './train-step.ts';

const golden = readGolden();
const config = { ...goldenConfig(golden), l2: 1e-4, unitBall: 1, clipNorm: 10 };
const operationCount = golden.config.num_operations;
const batch = batchOf(golden.traces, config.maxNodes);

const FORWARD = 1e-4;
/** Clipped dimensions divide by a std of exp(-7). */
const LOG_Q = 5e-4;
const GRADIENT = 1e-3;

const load = (): TrainingModel => ({
  store: ParameterStore.load(traceVaeSpecs(config, operationCount), goldenWeights(golden)),
  config,
  operationCount,
});

const tensor2d = (rows: readonly (readonly number[])[]): tf.Tensor2D =>
  tf.tensor2d(rows.map((row) => [...row]));

describe.each(TEST_BACKENDS)('the golden numbers on the %s backend', (backend) => {
  const deviations = new Deviations();
  let model: TrainingModel;

  beforeAll(async () => {
    await startTestBackend(backend);
    model = load();
  });
  afterAll(() => {
    model.store.dispose();
    console.info(`worst deviation on ${backend}: ${deviations.report()}`);
  });

  test('parameters have the authors’ names, shapes and order', () => {
    const specs = traceVaeSpecs(config, operationCount);
    expect(specs.map(({ name }) => name)).toEqual(Object.keys(golden.weights));
  });

  test('eval forward pass: posteriors, decoders, prior', () => {
    const { store } = model;
    tf.tidy(() => {
      const one = golden.traces.map((trace) => trace.n_z_1);
      const ones = new Float32Array(batch.size).fill(1);
      const encoder = structureEncoderInput(batch, ones, operationCount);
      const q = encodeStructure(store, config, encoder, 'eval');
      deviations.check(
        'q(z) mean',
        q.mean.dataSync(),
        one.map((t) => t.qz_mean),
        FORWARD,
      );
      deviations.check(
        'q(z) log std',
        q.logStd.dataSync(),
        one.map((t) => t.qz_logstd),
        FORWARD,
      );
      const q2 = encodeLatency(store, config, latencyEncoderInput(batch), 'eval');
      deviations.check(
        'q(z2) mean',
        q2.mean.dataSync(),
        one.map((t) => t.qz2_mean),
        FORWARD,
      );
      deviations.check(
        'q(z2) log std',
        q2.logStd.dataSync(),
        one.map((t) => t.qz2_logstd),
        FORWARD,
      );

      const z = tensor2d(one.map((t) => t.z));
      const topology = decodeTopology(store, config, z, 'eval');
      const { graph } = structureTargets(batch, operationCount);
      const types = decodeOperations(store, config, topology.nodeEmbedding, graph, 'eval');
      const n = config.maxNodes;
      const edges = topology.edgeLogits.arraySync() as number[][][];
      const upper = edges.map((rows) =>
        rows.flatMap((row, i) => row.filter((_, j) => i < j && j < n)),
      );
      deviations.check(
        'p(N) logits',
        topology.nodeCountLogits.dataSync(),
        one.map((t) => t.node_count_logits),
        FORWARD,
      );
      deviations.check(
        'node embedding',
        topology.nodeEmbedding.dataSync(),
        one.map((t) => t.node_embedding),
        FORWARD,
      );
      deviations.check(
        'p(A) logits',
        upper,
        one.map((t) => t.edge_logits_triu),
        FORWARD,
      );
      deviations.check(
        'p(Y) logits',
        types.dataSync(),
        one.map((t) => t.node_type_logits),
        FORWARD,
      );

      const prior = latencyPrior(store, config, z, 'eval');
      deviations.check(
        'p(z2|z) mean',
        prior.mean.dataSync(),
        one.map((t) => t.pz2_mean),
        FORWARD,
      );
      deviations.check(
        'p(z2|z) log std',
        prior.logStd.dataSync(),
        one.map((t) => t.pz2_logstd),
        FORWARD,
      );

      const steps: { output: number[][]; logDet: number[] }[] = [];
      flowForward(store, PRIOR, config.flowLevels, z, ({ output, logDet }) => {
        steps.push({ output: output.arraySync(), logDet: logDet.arraySync() });
      });
      steps.forEach((step, layer) => {
        const expected = one.map((t) => t.pz_flow_steps[layer]!);
        deviations.check(
          'flow steps',
          step.output,
          expected.map((s) => s.output),
          FORWARD,
        );
        deviations.check(
          'flow log det',
          step.logDet,
          expected.map((s) => s.log_det_cumulative),
          FORWARD,
        );
      });
    });
  });

  test('latency decoder, with all padding nodes and without', () => {
    const { store } = model;
    tf.tidy(() => {
      const one = golden.traces.map((trace) => trace.n_z_1);
      const z2 = tensor2d(one.map((t) => t.z2));
      for (const padding of ['all', 'one', 'none'] as const) {
        const input = latencyDecoderInput(batch, padding);
        const { graph } = input;
        const z2Rows: tf.Tensor2D = tf.matMul(input.dispatch, z2);
        const p = decodeLatency(store, config, z2Rows, input, 'eval');
        const rows = [...Array(graph.rows).keys()];
        const pick = (key: 'latency_mean' | 'latency_logstd'): number[] =>
          rows.map((row) => one[graph.graphOf[row]!]![key][graph.nodeOf[row]!]!);
        deviations.check('p(X) mean', p.mean.dataSync(), pick('latency_mean'), FORWARD);
        deviations.check('p(X) log std', p.logStd.dataSync(), pick('latency_logstd'), FORWARD);
      }
    });
  });

  test('every layer of the four graph networks', () => {
    for (const trace of golden.traces) {
      const outputs = trace.layer_outputs;
      if (outputs === undefined) continue;
      tf.tidy(() => checkLayers(model, trace, outputs as Outputs, deviations));
    }
  });

  test('log-probabilities and scores of one and of four samples, every variant', async () => {
    for (const key of ['n_z_1', 'n_z_4'] as const) {
      const noise = {
        z: golden.traces.map((t) => t[key].noise_z).flat(2),
        z2: golden.traces.map((t) => t[key].noise_z2).flat(2),
      };
      const terms = await termsOf(model, noise, golden.std_limit);
      const variants = {
        nll: 'nll',
        bcscale: 'bcscale',
        ncnorm: 'ncnorm',
        stdlimit: 'stdlimit',
        all: 'full',
      } as const satisfies Record<string, Variant>;
      for (const [theirs, ours] of Object.entries(variants) as [keyof typeof variants, Variant][]) {
        const expected = golden.traces.map((t) => t[key].nll[theirs]);
        const scores = combineScores(terms, correctionsOf(ours));
        deviations.check(`score ${key}`, scores, expected, FORWARD);
        const theirTerms = golden.traces.map((t) => t[key].log_probs[theirs]);
        const limited = theirs === 'stdlimit' || theirs === 'all';
        const { structure, latency } = terms;
        if (theirs !== 'nll' && theirs !== 'stdlimit') continue;
        const check = (
          name: keyof (typeof theirTerms)[number],
          actual: Float32Array,
          tolerance: number,
        ): void => {
          const values = theirTerms.map((t) => t[name] as number | readonly number[]);
          deviations.check(name, actual, values, tolerance);
        };
        check('log_q_z', structure.logQz, LOG_Q);
        check('log_p_z', structure.logPz, FORWARD);
        check('log_q_z2', latency.logQz2, LOG_Q);
        check('log_p_z2', latency.logPz2, FORWARD);
        check('log_p_node_count', structure.logPNodeCount, FORWARD);
        check('log_p_adj', structure.logPAdjacency, FORWARD);
        check('log_p_node_type', structure.logPNodeType, FORWARD);
        check('log_p_latency', limited ? latency.logPLatencyLimited : latency.logPLatency, FORWARD);
      }
    }
  });

  test('the pass that trains gives the same terms in eval mode', () => {
    const one = golden.traces.map((trace) => trace.n_z_1);
    tf.tidy(() => {
      const noise = tensor2d(one.map((t) => t.noise_z));
      const noise2 = tensor2d(one.map((t) => t.noise_z2));
      const input = structureInput(batch, operationCount);
      const structure = structurePass(model.store, config, input, noise, 'eval');
      const times = latencyInput(batch, 'eval');
      const latency = latencyPass(model.store, config, times, structure.z, noise2, 'eval');
      checkPasses(deviations, structure, latency, {
        log_q_z: one.map((t) => t.log_probs.nll.log_q_z),
        log_p_z: one.map((t) => t.log_probs.nll.log_p_z),
        log_q_z2: one.map((t) => t.log_probs.nll.log_q_z2),
        log_p_z2: one.map((t) => t.log_probs.nll.log_p_z2),
        log_p_node_count: one.map((t) => t.log_probs.nll.log_p_node_count),
        log_p_adj: one.map((t) => t.log_probs.nll.log_p_adj),
        log_p_node_type: one.map((t) => t.log_probs.nll.log_p_node_type),
        log_p_latency: one.map((t) => t.log_probs.nll.log_p_latency),
      });
    });
  });

  test('the prior in both directions, and its data-dependent start', () => {
    const { store } = load();
    tf.tidy(() => {
      const sampling = golden.pz_flow_sampling;
      const { output, logDet } = flowInverse(store, PRIOR, config.flowLevels, tensor2d(sampling.x));
      deviations.check('flow inverse', output.arraySync(), sampling.z, FORWARD);
      deviations.check('flow inverse log det', logDet.arraySync(), sampling.log_det_dz_dx, FORWARD);

      const start = golden.actnorm_init;
      const z = tensor2d(start.z_batch);
      initialiseActNorms(store, PRIOR, config.flowLevels, z);
      for (const [layer, expected] of Object.entries(start.layers)) {
        const bias = store.get(`${layer}.bias`).dataSync();
        const preScale = store.get(`${layer}.pre_scale`).dataSync();
        deviations.check('ActNorm start', bias, expected.bias, FORWARD);
        deviations.check('ActNorm start', preScale, expected.pre_scale, FORWARD);
      }
      const pass = flowForward(store, PRIOR, config.flowLevels, z);
      deviations.check('ActNorm start', pass.output.arraySync(), start.x, FORWARD);
      deviations.check('ActNorm start', pass.logDet.arraySync(), start.log_det, FORWARD);
    });
    store.dispose();
  });

  describe.each(golden.training)('a training step, $mode', (step) => {
    const phase = step.mode === 'joint' ? 'joint' : 'time';
    const noise = {
      z: Float32Array.from(step.noise_z.flat()),
      z2: Float32Array.from(step.noise_z2.flat()),
    };

    test('log-probabilities a trace and the loss', () => {
      const { store } = load();
      tf.tidy(() => {
        const input = structureInput(batch, operationCount);
        const mode = phase === 'joint' ? 'train' : 'eval';
        const structure = structurePass(store, config, input, tensor2d(step.noise_z), mode);
        const times = latencyInput(batch, 'train');
        const noise2 = tensor2d(step.noise_z2);
        const latency = latencyPass(store, config, times, structure.z, noise2, 'train');
        checkPasses(deviations, structure, latency, step.per_trace_log_probs);

        const trained = { store, config, operationCount };
        const optimiser = createOptimiser(trained, phase);
        const terms = lossTerms(structure, latency, optimiser.penaltyNorm()).dataSync();
        const parts = combineLoss(terms, config);
        const ball = terms[LOSS_TERMS.indexOf('unit ball of z')]!;
        deviations.check('loss parts', parts.loss, step.loss, FORWARD);
        deviations.check('loss parts', parts.kl, step.kl, FORWARD);
        deviations.check('loss parts', -(parts.nllStructure + parts.nllTime), step.recons, FORWARD);
        deviations.check('loss parts', terms.at(-1)!, step.l2_norm, FORWARD);
        deviations.check('loss parts', ball, step.unit_ball, FORWARD);
        optimiser.dispose();
      });
      store.dispose();
    });

    test('gradients, the step and the running statistics', () => {
      const trained = load();
      const { store } = trained;
      const optimiser = createOptimiser(trained, phase);
      tf.tidy(() => {
        const { gradients } = stepGradients(trained, phase, optimiser, batch, noise);
        expect([...optimiser.names].sort()).toEqual(Object.keys(step.grads_before_clip).sort());
        let squares = 0;
        gradients.forEach((gradient, i) => {
          const name = optimiser.names[i]!;
          // the golden gradients include the penalty's, which the optimiser adds
          const pull = step.l2_param_names.includes(name) ? config.l2 / step.l2_norm : 0;
          const weights = golden.weights[name]!.data;
          const values = Array.from(gradient.dataSync()).map((g, k) => g + pull * weights[k]!);
          squares += values.reduce((sum, g) => sum + g * g, 0);
          const expected = step.grads_before_clip[name]!;
          expect(gradient.shape).toEqual(expected.shape);
          deviations.check(`gradients, ${step.mode}`, values, [...expected.data], GRADIENT);
        });
        deviations.check(
          `gradient norm, ${step.mode}`,
          Math.sqrt(squares),
          step.grad_global_norm_before_clip,
          GRADIENT,
        );
        optimiser.step(gradients, config.learningRate);
      });
      for (const [name, expected] of Object.entries(step.params_after_one_rmsprop_step)) {
        const gradient = step.grads_before_clip[name]!.data;
        const values = store.get(name).dataSync();
        expected.data.forEach((value, k) => {
          // A bias in front of BatchNorm has no effect, so its gradient is rounding noise around
          // 0, which RMSprop's first step blows up to a step of any size up to 10 lr.
          const noise = isAttentionBias(name) && Math.abs(gradient[k]!) < 1e-5;
          const tolerance = noise ? 20 * config.learningRate : FORWARD;
          const group = noise ? 'biases before BatchNorm after a step' : 'parameters after a step';
          deviations.check(group, values[k]!, value, tolerance);
        });
      }
      for (const [name, expected] of Object.entries(step.buffers_after_step)) {
        deviations.check(
          'running statistics',
          store.get(name).dataSync(),
          [...expected.data],
          FORWARD,
        );
      }
      for (const [name, { data }] of Object.entries(golden.weights)) {
        if (name in step.params_after_one_rmsprop_step || name in step.buffers_after_step) continue;
        deviations.check(
          'parameters that rest',
          store.get(name).dataSync(),
          data.map(Math.fround),
          0,
        );
      }
      optimiser.dispose();
      store.dispose();
    });
  });
});

const isAttentionBias = (name: string): boolean =>
  name.endsWith('.gnn.bias') &&
  `${name.slice(0, -'gnn.bias'.length)}normalization.bias` in golden.weights;

type Outputs = Readonly<Record<string, number[] | number[][] | number[][][]>>;

function checkLayers(
  { store }: TrainingModel,
  trace: Golden['traces'][number],
  outputs: Outputs,
  deviations: Deviations,
): void {
  const own = batchOf([trace], config.maxNodes);
  const real = nodeGraphOf(layoutNodes(own, { padding: 'none', block: 'tight' }), false);
  const padded = nodeGraphOf(layoutNodes(own, { padding: 'all', block: 'tight' }), false);
  const table = store.get<tf.Tensor2D>(OPERATION_EMBEDDING);
  const embed = (ids: Int32Array): tf.Tensor2D => tf.matMul(copyMatrix(ids, operationCount), table);
  const nodes = trace.node_count;
  const y = embed(own.operation.subarray(0, nodes));
  const z2 = tf.tile(tensor2d([trace.n_z_1.z2]), [config.maxNodes, 1]) as tf.Tensor2D;
  const latency = tf.tensor2d(own.latency.slice(0, nodes), [nodes, 1]);
  const networks: readonly [string, string, tf.Tensor2D, NodeGraph, 'pool' | 'graphconv'][] = [
    ['qz_gnn', 'struct_vae.qz_gnn_layers', y, real, 'pool'],
    ['qz2_gnn', 'latency_vae.qz2_gnn_layers', tf.concat([y, latency], 1), real, 'pool'],
    [
      'p_node_type_gnn',
      'struct_vae.pG_node_type_logits',
      tensor2d(trace.n_z_1.node_embedding),
      padded,
      'graphconv',
    ],
    [
      'p_latency_gnn',
      'latency_vae.pG_node_features',
      tf.concat([z2, embed(own.operation)], 1),
      padded,
      'graphconv',
    ],
  ];
  for (const [theirs, name, input, graph, end] of networks) {
    let h = input;
    for (let layer = 0; layer < config.layers; layer++) {
      const block = `${name}.gnn.${layer}`;
      const norm = `${block}.normalization`;
      const check = (part: string, value: tf.Tensor): void =>
        deviations.check(
          `layers: ${part}`,
          value.dataSync(),
          outputs[`${theirs}.${layer}.${part}`]!,
          FORWARD,
        );
      const attended = gatLayer(store, block, h, graph);
      check('gatconv', attended);
      check('batchnorm', batchNormLeakyRelu(store, norm, attended, graph.shares, 'eval', 1));
      h = batchNormLeakyRelu(store, norm, attended, graph.shares, 'eval');
      check('out', h);
    }
    const last = `${config.layers}.${end}`;
    const output =
      end === 'pool'
        ? tf.mean(h, 0)
        : graphConvolution(store, `${name}.gnn.${config.layers}.gnn`, h, graph);
    deviations.check(`layers: ${end}`, output.dataSync(), outputs[`${theirs}.${last}`]!, FORWARD);
  }
}

function checkPasses(
  deviations: Deviations,
  structure: ReturnType<typeof structurePass>,
  latency: ReturnType<typeof latencyPass>,
  expected: Golden['training'][number]['per_trace_log_probs'],
): void {
  const check = (
    name: keyof typeof expected,
    tensor: tf.Tensor1D,
    tolerance: number = FORWARD,
  ): void => deviations.check(`pass ${name}`, tensor.dataSync(), expected[name], tolerance);
  check('log_q_z', structure.logQz, LOG_Q);
  check('log_p_z', structure.logPz);
  check('log_p_node_count', structure.logPNodeCount);
  check('log_p_adj', structure.logPAdjacency);
  check('log_p_node_type', structure.logPNodeType);
  check('log_q_z2', latency.logQz2, LOG_Q);
  check('log_p_z2', latency.logPz2);
  check('log_p_latency', latency.logPLatency);
}

/** The terms of all golden traces, as scoring writes them. */
async function termsOf(
  model: TrainingModel,
  noise: { readonly z: readonly number[]; readonly z2: readonly number[] },
  stdLimit: number,
): Promise<ScoreTerms> {
  const structures = await sampleStructures(model, batch, Float32Array.from(noise.z));
  const latencies = await sampleLatencies(model, batch, Float32Array.from(noise.z2));
  const { samples } = structures;
  const order = Uint32Array.from(golden.traces.keys());
  const terms = emptyTerms({
    samples,
    maxNodes: config.maxNodes,
    stdLimit,
    trace: order,
    structureRow: order,
    nodeCount: Uint16Array.from(batch.nodeCount),
    structures: batch.size,
  });
  const priorStart = (trace: number, sample: number): number =>
    (trace * samples + sample) * config.latent2;
  const logPz2 = priorLogProbs(latencies, config.latent2, structures.prior2, priorStart);
  writeStructureTerms(terms, structures, 0);
  writeLatencyTerms(terms, latencies, logPz2, order);
  return terms;
}
