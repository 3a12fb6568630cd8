/**
 * The structure terms of equation (3) for a few structures, L samples of z each, in eval mode. The
 * networks run on the device; the densities are summed here in float64.
 */
import { argMax, standardLogDensity } from '../../base/log-densities.ts';
import { repeatRows, type TraceBatch } from '../../features/trace-batch.ts';
import { categoricalLogProb } from '../../nn/distributions.ts';
import { copyMatrix } from '../../nn/lookup.ts';
import { createNodeGraph } from '../../nn/node-graph.ts';
import { readBack } from '../../nn/read-back.ts';
import * as tf from '../../nn/tf.ts';
import type { DecodedStructures } from './decoded-structures.ts';
import { structureEncoderInput } from './inputs.ts';
import { latencyPrior } from './latency-vae.ts';
import { decodePaper, type PaperLogits } from './paper-scores.ts';
import { decodePaths, type PathModel, pathMismatches } from './path-scores.ts';
import { readStatusLogits } from './status-decoder.ts';
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
  readonly decoded: DecodedStructures;
  /** [S, L, K2] of p(z2 | z); of no meaning in SingleZ, which has no z2 */
  readonly prior2: { readonly mean: Float32Array; readonly logStd: Float32Array };
  /** [S, L, 2 operations] of p(e_i | z, y_i, .), nats; null of a model that knows no statuses */
  readonly statusLogits: Float32Array | null;
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

  const [[logPz, priorMean, priorLogStd], decoded, statusLogits] = await Promise.all([
    readBack(() => {
      const zRows = tf.tensor2d(z, [size * samples, config.latent]);
      const prior2 =
        config.ablation === 'singlez'
          ? { mean: tf.scalar(0), logStd: tf.scalar(0) } // there is no z2
          : latencyPrior(store, config, zRows, 'eval');
      return [structurePriorLogProb(store, config, zRows), prior2.mean, prior2.logStd];
    }),
    decode(model, structures, z, samples),
    model.status === undefined ? null : readStatusLogits(store, z, config.latent),
  ]);
  return {
    structures,
    samples,
    meanZ: mean,
    z,
    logQz: logQ,
    logPz,
    decoded,
    prior2: { mean: priorMean, logStd: priorLogStd },
    statusLogits,
  };
}

/** @param z [S, L, K] */
const decode = async (
  model: TrainingModel,
  structures: TraceBatch,
  z: Float32Array,
  samples: number,
): Promise<DecodedStructures> =>
  hasPaths(model)
    ? decodePaths(model, structures, z, samples)
    : decodePaper(structures, samples, await paperLogits(model, structures, z, samples));

/** Whether the structure decoder is the one by call paths. */
export const hasPaths = (model: TrainingModel): model is PathModel => model.paths !== undefined;

/** @param z [S, L, K] */
async function paperLogits(
  { store, config, operationCount }: TrainingModel,
  structures: TraceBatch,
  z: Float32Array,
  samples: number,
): Promise<PaperLogits> {
  const [nodeCount, edges, operationLogProbs] = await readBack(() => {
    const repeated = repeatRows(structures, samples);
    const zRows = tf.tensor2d(z, [repeated.size, config.latent]);
    const topology = decodeTopology(store, config, zRows, 'eval');
    const graph = createNodeGraph(repeated, { padding: 'all' });
    const logits = decodeOperations(store, config, topology.nodeEmbedding, graph, 'eval');
    const observed = copyMatrix(repeated.operation, operationCount);
    return [topology.nodeCountLogits, topology.edgeLogits, categoricalLogProb(logits, observed)];
  });
  return { nodeCount, edges, operationLogProbs };
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
 * Which structures the model would not write as they are (section 5.1.2, "mismatched"): at the
 * posterior mean of z, the most probable node count, an edge (p > 0.5), or an operation given the
 * observed edges differs. Edges and operations are compared among the trace's own nodes.
 *
 * @param meanZ [S, K]
 * @returns     [S] 1 where anything differs
 */
export async function findMismatches(
  model: TrainingModel,
  { structures, meanZ }: Pick<StructureSamples, 'structures' | 'meanZ'>,
): Promise<Uint8Array> {
  if (hasPaths(model)) return pathMismatches(model, structures, meanZ);
  const { store, config } = model;
  const { size, maxNodes, nodeCount, parent, operation } = structures;
  const [nodeCountLogits, edgeLogits, likeliest] = await readBack(() => {
    const mean = tf.tensor2d(meanZ, [size, config.latent]);
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
