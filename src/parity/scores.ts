/** Log-probabilities and scores as scoring computes them: every variant, one and four samples. */
import {
  type LatencySamples,
  priorLogProbs,
  sampleLatencies,
} from '../detectors/tracevae/latency-scores.ts';
import {
  emptyTerms,
  writeLatencyTerms,
  writeStructureTerms,
} from '../detectors/tracevae/scoring.ts';
import { type StructureSamples, sampleStructures } from '../detectors/tracevae/structure-scores.ts';
import type { TrainingModel } from '../detectors/tracevae/train-step.ts';
import type { TraceBatch } from '../features/trace-batch.ts';
import { combineScores } from '../scoring/combine.ts';
import { correctTerms } from '../scoring/corrected-terms.ts';
import type { Corrections } from '../scoring/corrections/list.ts';
import type { ScoreTerms } from '../scoring/score-terms.ts';
import { GOLDEN_VARIANTS, type GoldenVariant, LOG_PROBS, type LogProb } from './golden-file.ts';
import type { Comparison } from './golden-model.ts';
import { compare, type Report, rowParts, TOLERANCE } from './measure.ts';

const VARIANT_NAMES = Object.keys(GOLDEN_VARIANTS) as GoldenVariant[];

export const toleranceOf = (name: LogProb): number =>
  name === 'log_q_z' || name === 'log_q_z2' ? TOLERANCE.logQ : TOLERANCE.value;

export const compareScores: Comparison = async (model, report) => {
  const { golden, batch, names } = model;
  for (const key of ['n_z_1', 'n_z_4'] as const) {
    const { terms, structures, latencies } = await sampleTerms(
      model,
      batch,
      {
        z: Float32Array.from(golden.traces.flatMap((trace) => trace[key].noise_z.flat())),
        z2: Float32Array.from(golden.traces.flatMap((trace) => trace[key].noise_z2.flat())),
      },
      golden.std_limit,
    );
    const pick = <T>(of: (sample: (typeof golden.traces)[number][typeof key]) => T): T[] =>
      golden.traces.map((trace) => of(trace[key]));
    const rows = { z: pick(({ z }) => z), z2: pick(({ z2 }) => z2) };
    compare(report, `${key} z`, TOLERANCE.value, rowParts(names, structures.z, rows.z));
    compare(report, `${key} z2`, TOLERANCE.value, rowParts(names, latencies.z2, rows.z2));
    for (const variant of VARIANT_NAMES) {
      compareVariant(report, `${key} ${variant}`, names, terms, GOLDEN_VARIANTS[variant], {
        logProb: (name) => pick(({ log_probs }) => log_probs[variant][name]),
        score: pick(({ nll }) => nll[variant]),
      });
    }
  }
};

/** Every log-probability under one variant, and the score that they add up to. */
function compareVariant(
  report: Report,
  label: string,
  names: readonly string[],
  terms: ScoreTerms,
  corrections: Corrections,
  expected: {
    /** One entry a trace. */
    readonly logProb: (name: LogProb) => readonly (number | readonly number[])[];
    readonly score: readonly number[];
  },
): void {
  const corrected = correctedLogProbs(terms, corrections);
  for (const name of LOG_PROBS) {
    const parts = rowParts(names, corrected[name], expected.logProb(name));
    compare(report, `${label} ${name}`, toleranceOf(name), parts);
  }
  const scores = combineScores(terms, corrections);
  compare(report, `${label} score`, TOLERANCE.value, rowParts(names, scores, expected.score));
}

/** [T, L] each, corrected. */
export function correctedLogProbs(
  terms: ScoreTerms,
  corrections: Corrections,
): Record<LogProb, Float64Array> {
  const { structure, latency, samples, structureRow } = terms;
  const { nodeCount, edges, logPLatency, factors } = correctTerms(terms, corrections);
  const size = terms.trace.length * samples;
  const perRow = (of: (x: number, s: number, trace: number) => number): Float64Array =>
    Float64Array.from({ length: size }, (_, x) => {
      const trace = Math.floor(x / samples);
      return of(x, structureRow[trace]! * samples + (x % samples), trace);
    });
  return {
    log_q_z: perRow((_x, s) => structure.logQz[s]!),
    log_p_z: perRow((_x, s) => structure.logPz[s]!),
    log_q_z2: perRow((x) => latency.logQz2[x]!),
    log_p_z2: perRow((x) => latency.logPz2[x]!),
    log_p_node_count: perRow((_x, s) => nodeCount[s]!),
    log_p_adj: perRow((_x, s) => edges[s]!),
    log_p_node_type: perRow((_x, s) => structure.logPNodeType[s]!),
    log_p_latency: perRow((x, _s, trace) => (factors.latency?.(trace) ?? 1) * logPLatency[x]!),
  };
}

export interface SampledTerms {
  readonly terms: ScoreTerms;
  readonly structures: StructureSamples;
  readonly latencies: LatencySamples;
}

/**
 * The terms of every trace of a batch, each with its own structure row.
 *
 * @param noise [B, L, K] and [B, L, K2]
 */
export async function sampleTerms(
  model: TrainingModel,
  batch: TraceBatch,
  noise: { readonly z: Float32Array; readonly z2: Float32Array },
  stdLimit: number,
): Promise<SampledTerms> {
  const { config, operationCount } = model;
  const structures = await sampleStructures(model, batch, noise.z);
  const latencies = await sampleLatencies(model, batch, noise.z2);
  const { samples } = structures;
  const order = Uint32Array.from({ length: batch.size }, (_, trace) => trace);
  const terms = emptyTerms({
    samples,
    maxNodes: config.maxNodes,
    stdLimits: { global: stdLimit, byOperation: new Float64Array(operationCount).fill(stdLimit) },
    trace: order,
    structureRow: order,
    nodeCount: Uint16Array.from(batch.nodeCount),
    latencyNodes: Uint16Array.from(batch.nodeCount),
    structures: batch.size,
  });
  const priorStart = (trace: number, sample: number): number =>
    (trace * samples + sample) * config.latent2;
  const logPz2 = priorLogProbs(latencies, config.latent2, structures.prior2, priorStart);
  writeStructureTerms(terms, structures, 0);
  writeLatencyTerms(terms, latencies, logPz2, order);
  return { terms, structures, latencies };
}
