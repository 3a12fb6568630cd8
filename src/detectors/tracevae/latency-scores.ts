/**
 * The latency terms of equation (3) for a few traces, L samples of z2 each, in eval mode. Padding
 * plays no part: only real nodes are decoded.
 */
import { normalLogDensity, tailedNormalLogDensity } from '../../base/log-densities.ts';
import { repeatRows, type TraceBatch } from '../../features/trace-batch.ts';
import { createNodeGraph } from '../../nn/node-graph.ts';
import { rowValues } from '../../nn/node-layout.ts';
import { readBack } from '../../nn/read-back.ts';
import * as tf from '../../nn/tf.ts';
import { latencyEncoderInput } from './inputs.ts';
import {
  connectLatent,
  dispatchSamples,
  encodeLatency,
  LATENCY_LOG_STD_MIN,
  latencyOutputs,
  tailsFrom,
} from './latency-vae.ts';
import { sampleOnHost } from './structure-scores.ts';
import { decoderPadding } from './trace-vae.ts';
import type { TrainingModel } from './train-step.ts';

/** Samples of z2 for T traces and the latencies that they predict. */
export interface LatencySamples {
  readonly traces: TraceBatch;
  /** L */
  readonly samples: number;
  /** [T, K2] mean of q(z2 | A, X, Y); empty for SingleZ */
  readonly meanZ2: Float32Array;
  /** [T, L, K2]; of SingleZ [T, L, K], z itself */
  readonly z2: Float32Array;
  /** Where the tails of p(x_i | A, Y, z2) begin, stds; infinity: nowhere. */
  readonly tailStds: number;
  /** [T, L] log q(z2 | A, X, Y) */
  readonly logQz2: Float64Array;
  /** [T L] first row of each sample in the columns below */
  readonly firstRow: Int32Array;
  /** [rows] mean of p(x_i | A, Y, z2), standardised */
  readonly mean: Float32Array;
  /** [rows] log std, before any std limit */
  readonly logStd: Float32Array;
}

/**
 * Samples of q(z2 | A, X, Y), equation (3), and the latencies that they predict.
 *
 * @param traces [T, N]
 * @param noise  [T, L, K2] standard normal; zeros give the posterior mean
 * @returns      z2 [T, L, K2], log q [T, L] nats, mean and log std [rows] of standardised latency
 */
export async function sampleLatencies(
  model: TrainingModel,
  traces: TraceBatch,
  noise: Float32Array,
): Promise<LatencySamples> {
  const { store, config } = model;
  const samples = noise.length / (traces.size * config.latent2);
  const [mean, logStd] = await readBack(() => {
    const posterior = encodeLatency(store, config, latencyEncoderInput(traces), 'eval');
    return [posterior.mean, posterior.logStd];
  });
  const { values: z2, logQ } = sampleOnHost(mean, logStd, noise, config.latent2, samples);
  return { ...(await predictLatencies(model, traces, z2, samples)), meanZ2: mean, logQz2: logQ };
}

/**
 * SingleZ (section 6.6): latencies from the samples of z, whose densities are counted with the
 * structure.
 *
 * @param traces  [T, N]
 * @param z       [T, L, K]
 * @param samples L
 * @returns       log q [T, L], all 0; mean and log std [rows] of standardised latency
 */
export async function latenciesFromZ(
  model: TrainingModel,
  traces: TraceBatch,
  z: Float32Array,
  samples: number,
): Promise<LatencySamples> {
  const predicted = await predictLatencies(model, traces, z, samples);
  const logQz2 = new Float64Array(traces.size * samples);
  return { ...predicted, meanZ2: new Float32Array(0), logQz2 };
}

/**
 * What p(x | A, Y, z2) makes of samples of z2, from wherever they are.
 *
 * @param z2 [T, L, K2]
 */
export async function predictLatencies(
  { store, config }: TrainingModel,
  traces: TraceBatch,
  z2: Float32Array,
  samples: number,
): Promise<Omit<LatencySamples, 'logQz2' | 'meanZ2'>> {
  const size = z2.length / (traces.size * samples);
  let firstRow: Int32Array = new Int32Array(0);
  const [outputs] = await readBack(() => {
    const repeated = repeatRows(traces, samples);
    const graph = createNodeGraph(repeated, { padding: decoderPadding(config, 'eval') });
    firstRow = graph.firstRow;
    const dispatched =
      config.ablation === 'fc'
        ? connectLatent(store, config, tf.tensor2d(z2, [repeated.size, size]), 'eval')
        : dispatchSamples(
            store,
            { values: z2, width: size, indexOf: graph.graphOf },
            rowValues(repeated, graph, repeated.operation),
          );
    return [latencyOutputs(store, config, dispatched, graph, 'eval')];
  });
  const mean = new Float32Array(outputs.length / 2);
  const logStd = new Float32Array(mean.length);
  for (let row = 0; row < mean.length; row++) {
    mean[row] = outputs[2 * row]!;
    logStd[row] = Math.max(outputs[2 * row + 1]!, LATENCY_LOG_STD_MIN);
  }
  return { traces, samples, z2, firstRow, mean, logStd, tailStds: tailsFrom(config) };
}

/**
 * log p(z2 | z) of each sample, equation (2).
 *
 * @param size  K2; the samples are [T, L, K2]
 * @param prior [S, L, K2] of p(z2 | z); those of sample l of trace t start at `priorStart(t, l)`
 * @returns     [T, L] nats
 */
export function priorLogProbs(
  { traces, samples, z2 }: LatencySamples,
  size: number,
  prior: { readonly mean: Float32Array; readonly logStd: Float32Array },
  priorStart: (trace: number, sample: number) => number,
): Float64Array {
  const logProbs = new Float64Array(traces.size * samples);
  for (let row = 0; row < logProbs.length; row++) {
    const start = priorStart(Math.floor(row / samples), row % samples);
    for (let k = 0; k < size; k++) {
      const x = z2[row * size + k]!;
      logProbs[row]! += normalLogDensity(x, prior.mean[start + k]!, prior.logStd[start + k]!);
    }
  }
  return logProbs;
}

/**
 * log p(x_i | A, Y, z2) of one node, equation (2), its std cut as section 5.3 says.
 *
 * @param row         t L + l
 * @param node        i, below N
 * @param logStdLimit log sigma_p99 of standardised latency, or infinity for no limit
 * @returns           nats
 */
export function nodeLatencyLogProb(
  { traces, samples, firstRow, mean, logStd, tailStds }: LatencySamples,
  row: number,
  node: number,
  logStdLimit: number,
): number {
  const at = firstRow[row]! + node;
  const x = traces.latency[Math.floor(row / samples) * traces.maxNodes + node]!;
  return tailedNormalLogDensity(x, mean[at]!, Math.min(logStd[at]!, logStdLimit), tailStds);
}

/**
 * Sums over the nodes of one sample: log p(X | A, Y, z2) of equation (2), nats, one for each way to
 * limit stds.
 *
 * @param row             t L + l
 * @param logStdLimitsOf  log limit of an operation's std, or infinity
 */
export function latencyLogProbsOf(
  scores: LatencySamples,
  row: number,
  logStdLimitsOf: readonly ((operation: number) => number)[],
): number[] {
  const { traces, samples, firstRow, logStd } = scores;
  const { nodeCount, operation, maxNodes } = traces;
  const trace = Math.floor(row / samples);
  const sums = logStdLimitsOf.map(() => 0);
  for (let i = 0; i < nodeCount[trace]!; i++) {
    // most stds are below any limit
    const free = nodeLatencyLogProb(scores, row, i, Number.POSITIVE_INFINITY);
    const own = logStd[firstRow[row]! + i]!;
    for (let s = 0; s < sums.length; s++) {
      const limit = logStdLimitsOf[s]!(operation[trace * maxNodes + i]!);
      sums[s]! += own > limit ? nodeLatencyLogProb(scores, row, i, limit) : free;
    }
  }
  return sums;
}

/** No node's std is limited: the plain NLL of equation (3). */
export const unlimited = (): number => Number.POSITIVE_INFINITY;
