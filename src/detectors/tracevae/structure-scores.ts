/**
 * The structure terms of equation (3) for a few structures, L samples of z each, in eval mode. The
 * networks run on the device; the densities are summed here in float64.
 */
import {
  argMax,
  bernoulliLogMass,
  categoricalLogMass,
  standardLogDensity,
} from '../../base/log-densities.ts';
import { repeatRows, type TraceBatch } from '../../features/trace-batch.ts';
import { categoricalLogProb } from '../../nn/distributions.ts';
import { copyMatrix } from '../../nn/lookup.ts';
import { createNodeGraph } from '../../nn/node-graph.ts';
import { readBack } from '../../nn/read-back.ts';
import * as tf from '../../nn/tf.ts';
import { structureEncoderInput } from './inputs.ts';
import { latencyPrior } from './latency-vae.ts';
import {
  decodeOperations,
  decodeTopology,
  encodeStructure,
  structurePriorLogProb,
} from './struct-vae.ts';
import type { TrainingModel } from './train-step.ts';

/** Samples of z for S structures and what the decoders make of them. Row-major. */
export interface StructureSamples {
  readonly structures: TraceBatch;
  /** L */
  readonly samples: number;
  /** [S, K] mean of q(z | A, Y) */
  readonly meanZ: Float32Array;
  /** [S, L, K] */
  readonly z: Float32Array;
  /** [S, L] log q(z | A, Y) */
  readonly logQz: Float64Array;
  /** [S, L] log p(z) */
  readonly logPz: Float32Array;
  /** [S, L, N_max + 1] */
  readonly nodeCountLogits: Float32Array;
  /** [S, L, N_max, N_max] */
  readonly edgeLogits: Float32Array;
  /** [S, L, N_max] log p(y_i | z) of the observed operation, 0 (padding) beyond the trace */
  readonly operationLogProbs: Float32Array;
  /** [S, L, K2] of p(z2 | z); of no meaning in SingleZ, which has no z2 */
  readonly prior2: { readonly mean: Float32Array; readonly logStd: Float32Array };
}

/**
 * The samples of equation (3) and what p(N, A, Y | z) and p(z2 | z) make of them.
 *
 * @param structures S rows; latencies play no part but in SingleZ, where a row is a trace
 * @param noise      [S, L, K] standard normal; zeros give the posterior mean
 * @returns          log probabilities in nats, shapes as in {@link StructureSamples}
 */
export async function sampleStructures(
  model: TrainingModel,
  structures: TraceBatch,
  noise: Float32Array,
): Promise<StructureSamples> {
  const { store, config, operationCount } = model;
  const { size } = structures;
  const samples = noise.length / (size * config.latent);
  const [mean, logStd] = await readBack(() => {
    const ones = new Float32Array(size).fill(1);
    const input = structureEncoderInput(structures, ones, operationCount);
    const posterior = encodeStructure(store, config, input, 'eval');
    return [posterior.mean, posterior.logStd];
  });
  const { values: z, logQ } = sampleOnHost(mean, logStd, noise, config.latent, samples);

  const [logPz, nodeCountLogits, edgeLogits, operationLogProbs, priorMean, priorLogStd] =
    await readBack(() => {
      const repeated = repeatRows(structures, samples);
      const rows = repeated.size;
      const zRows = tf.tensor2d(z, [rows, config.latent]);
      const topology = decodeTopology(store, config, zRows, 'eval');
      const graph = createNodeGraph(repeated, { padding: 'all' });
      const logits = decodeOperations(store, config, topology.nodeEmbedding, graph, 'eval');
      const observed = copyMatrix(repeated.operation, operationCount);
      const prior2 =
        config.ablation === 'singlez'
          ? { mean: tf.scalar(0), logStd: tf.scalar(0) } // there is no z2
          : latencyPrior(store, config, zRows, 'eval');
      return [
        structurePriorLogProb(store, config, zRows),
        topology.nodeCountLogits,
        topology.edgeLogits,
        categoricalLogProb(logits, observed),
        prior2.mean,
        prior2.logStd,
      ];
    });
  return {
    structures,
    samples,
    meanZ: mean,
    z,
    logQz: logQ,
    logPz,
    nodeCountLogits,
    edgeLogits,
    operationLogProbs,
    prior2: { mean: priorMean, logStd: priorLogStd },
  };
}

/**
 * Samples of q of equation (3), mean + std noise, with log q of each. The standardised sample is
 * the noise itself, so log q keeps its digits where a std of exp(-7) would cost them.
 *
 * @param mean   [rows, size]
 * @param logStd [rows, size]
 * @param noise  [rows, samples, size] standard normal
 * @returns      values [rows, samples, size]; logQ [rows, samples] nats
 */
export function sampleOnHost(
  mean: Float32Array,
  logStd: Float32Array,
  noise: Float32Array,
  size: number,
  samples: number,
): { values: Float32Array; logQ: Float64Array } {
  const values = new Float32Array(noise.length);
  const logQ = new Float64Array(noise.length / size);
  for (let row = 0; row < logQ.length; row++) {
    const source = Math.floor(row / samples) * size;
    for (let k = 0; k < size; k++) {
      const epsilon = noise[row * size + k]!;
      const logSigma = logStd[source + k]!;
      values[row * size + k] = mean[source + k]! + Math.exp(logSigma) * epsilon;
      logQ[row]! += standardLogDensity(epsilon) - logSigma;
    }
  }
  return { values, logQ };
}

/**
 * log p(N | z) of the observed node count, equation (2).
 *
 * @param row s L + l
 * @returns   nats
 */
export function nodeCountLogProb(scores: StructureSamples, row: number): number {
  const { structures, samples, nodeCountLogits } = scores;
  const classes = structures.maxNodes + 1;
  const nodes = structures.nodeCount[Math.floor(row / samples)]!;
  return categoricalLogMass(nodeCountLogits, row * classes, classes, nodes);
}

/**
 * Calls `visit` with log p(A_ij | z), nats, of every entry i < j as observed, equation (2).
 *
 * Differs from the paper: only i < j of the product over ij, as in the authors' code. Entries of
 * padding nodes are among them.
 *
 * @param row s L + l
 */
export function forEachEdge(
  scores: StructureSamples,
  row: number,
  visit: (i: number, j: number, logProb: number) => void,
): void {
  const { structures, samples, edgeLogits } = scores;
  const { maxNodes, parent } = structures;
  const tree = Math.floor(row / samples) * maxNodes;
  const start = row * maxNodes * maxNodes;
  for (let j = 1; j < maxNodes; j++) {
    const observedParent = parent[tree + j]!;
    for (let i = 0; i < j; i++) {
      const logit = edgeLogits[start + i * maxNodes + j]!;
      visit(i, j, bernoulliLogMass(logit, i === observedParent));
    }
  }
}

const LOG_HALF = Math.log(0.5);

/**
 * Sums of log p(A_ij | z) over i < j of N_max nodes: all (equation 2), and those with p < 0.5,
 * which equation (6) scales.
 *
 * @param row s L + l
 * @returns   nats
 */
export function adjacencyLogProb(
  scores: StructureSamples,
  row: number,
): { all: number; unlikely: number } {
  let all = 0;
  let unlikely = 0;
  forEachEdge(scores, row, (_i, _j, logProb) => {
    all += logProb;
    if (logProb < LOG_HALF) unlikely += logProb;
  });
  return { all, unlikely };
}

/**
 * Sum of log p(y_i | z), equation (2).
 *
 * Differs from the paper: over all N_max positions, padding included, as in the authors' code.
 *
 * @param row s L + l
 * @returns   nats
 */
export function nodeTypeLogProb(scores: StructureSamples, row: number): number {
  const { maxNodes } = scores.structures;
  let sum = 0;
  for (let i = 0; i < maxNodes; i++) sum += scores.operationLogProbs[row * maxNodes + i]!;
  return sum;
}

/**
 * Which structures the model would not write as they are (section 5.1.2, "mismatched"): at the
 * posterior mean of z, the most probable node count, an edge (p > 0.5), or an operation given the
 * observed edges differs. Edges and operations are compared among the trace's own nodes.
 *
 * @param structures [S, N_max]
 * @returns          [S] 1 where anything differs
 */
export async function findMismatches(
  { store, config, operationCount }: TrainingModel,
  structures: TraceBatch,
): Promise<Uint8Array> {
  const { size, maxNodes, nodeCount, parent, operation } = structures;
  const [nodeCountLogits, edgeLogits, likeliest] = await readBack(() => {
    const ones = new Float32Array(size).fill(1);
    const input = structureEncoderInput(structures, ones, operationCount);
    const { mean } = encodeStructure(store, config, input, 'eval');
    const topology = decodeTopology(store, config, mean, 'eval');
    const graph = createNodeGraph(structures, { padding: 'all' });
    const logits = decodeOperations(store, config, topology.nodeEmbedding, graph, 'eval');
    return [
      topology.nodeCountLogits,
      topology.edgeLogits,
      tf.cast(tf.argMax(logits, 1), 'float32'),
    ];
  });
  return Uint8Array.from({ length: size }, (_, s) => {
    const nodes = nodeCount[s]!;
    if (argMax(nodeCountLogits, s * (maxNodes + 1), maxNodes + 1) !== nodes) return 1;
    for (let j = 0; j < nodes; j++) {
      if (likeliest[s * maxNodes + j] !== operation[s * maxNodes + j]) return 1;
      for (let i = 0; i < j; i++) {
        const expected = edgeLogits[(s * maxNodes + i) * maxNodes + j]! > 0;
        if (expected !== (parent[s * maxNodes + j] === i)) return 1;
      }
    }
    return 0;
  });
}
