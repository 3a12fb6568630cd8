/**
 * The latency terms of equation (3) for a few traces, L samples of z2 each, in eval mode. Padding
 * plays no part: only real nodes are decoded.
 */
import type { TraceBatch } from '../../features/trace-batch.ts';
import { normalLogDensity } from '../../nn/host-densities.ts';
import { createNodeGraph } from '../../nn/node-graph.ts';
import { readBack } from '../../nn/read-back.ts';
import * as tf from '../../nn/tf.ts';
import { latencyEncoderInput, repeatRows, rowValues } from './inputs.ts';
import { decodeLatency, encodeLatency } from './latency-vae.ts';
import { sampleOnHost } from './structure-scores.ts';
import type { TrainingModel } from './train-step.ts';

/** Samples of z2 for T traces and the latencies that they predict. */
export interface LatencySamples {
  readonly traces: TraceBatch;
  /** L */
  readonly samples: number;
  /** [T, L, K2] */
  readonly z2: Float32Array;
  /** [T, L] log q(z2 | A, X, Y) */
  readonly logQz2: Float64Array;
  /** [T L] first row of each sample in the columns below */
  readonly firstRow: Int32Array;
  /** [rows] mean of p(x_i | A, Y, z2), standardised */
  readonly mean: Float32Array;
  /** [rows] log std, before any std limit */
  readonly logStd: Float32Array;
}

/** @param noise [T, L, K2] standard normal; zeros give the posterior mean */
export async function sampleLatencies(
  { store, config }: TrainingModel,
  traces: TraceBatch,
  noise: Float32Array,
): Promise<LatencySamples> {
  const samples = noise.length / (traces.size * config.latent2);
  const [mean, logStd] = await readBack(() => {
    const posterior = encodeLatency(store, config, latencyEncoderInput(traces), 'eval');
    return [posterior.mean, posterior.logStd];
  });
  const { values: z2, logQ } = sampleOnHost(mean, logStd, noise, config.latent2, samples);

  let firstRow: Int32Array = new Int32Array(0);
  const [latencyMean, latencyLogStd] = await readBack(() => {
    const repeated = repeatRows(traces, samples);
    const graph = createNodeGraph(repeated, { padding: 'none' });
    firstRow = graph.firstRow;
    const operations = rowValues(repeated, graph, repeated.operation);
    // the dispatching layer, by copying: a product would be larger than the network
    const rows = new Float32Array(graph.rows * config.latent2);
    for (let row = 0; row < graph.rows; row++) {
      const sample = graph.graphOf[row]! * config.latent2;
      if (sample >= 0) {
        rows.set(z2.subarray(sample, sample + config.latent2), row * config.latent2);
      }
    }
    const z2Rows = tf.tensor2d(rows, [graph.rows, config.latent2]);
    const predicted = decodeLatency(store, config, z2Rows, { graph, operations }, 'eval');
    return [predicted.mean, predicted.logStd];
  });
  return {
    traces,
    samples,
    z2,
    logQz2: logQ,
    firstRow,
    mean: latencyMean,
    logStd: latencyLogStd,
  };
}

/**
 * log p(z2 | z) of each sample.
 *
 * @param prior parameters of p(z2 | z); those of sample l of trace t start at `priorStart(t, l)`
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
 * log p(x_i | A, Y, z2) of one node.
 *
 * @param row         t L + l
 * @param logStdLimit log sigma_p99, or infinity for no limit
 */
export function nodeLatencyLogProb(
  { traces, samples, firstRow, mean, logStd }: LatencySamples,
  row: number,
  node: number,
  logStdLimit: number,
): number {
  const at = firstRow[row]! + node;
  const x = traces.latency[Math.floor(row / samples) * traces.maxNodes + node]!;
  return normalLogDensity(x, mean[at]!, Math.min(logStd[at]!, logStdLimit));
}

/** Sum over the real nodes of one sample. */
export function latencyLogProbOf(scores: LatencySamples, row: number, logStdLimit: number): number {
  const nodes = scores.traces.nodeCount[Math.floor(row / scores.samples)]!;
  let sum = 0;
  for (let i = 0; i < nodes; i++) sum += nodeLatencyLogProb(scores, row, i, logStdLimit);
  return sum;
}

/** The authors clamp a limit of 0 before its log. */
export const logLimit = (stdLimit: number): number => Math.log(Math.max(stdLimit, 1e-7));
