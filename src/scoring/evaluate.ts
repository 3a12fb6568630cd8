/**
 * One variant's report: best F, AUROC and average precision of sections 6.3 and A.1 over all test
 * traces and per kind of anomaly, the inversion of section 5.1.2, and the metrics at the threshold
 * of section A.2.
 */
import { percentile as percentileOf } from '../base/statistics.ts';
import { labelCode } from '../trace/trace-set.ts';
import { inversion } from './inversion.ts';
import type { ThresholdMetrics, VariantReport } from './metrics.ts';
import { NO_METRICS, rankingMetrics } from './ranking.ts';

const UNLABELLED = labelCode('unlabelled');
const STRUCTURE = labelCode('structure');
const TIME = labelCode('time');

/** Section A.2 of the paper. */
export const THRESHOLD_PERCENTILE = 99;

/**
 * The metrics of sections 6.3, A.1, A.2 and 5.1.2 of one variant.
 *
 * @param scores     [T] of the test traces, nats, higher is more anomalous
 * @param labels     [T] index into LABELS; unlabelled traces count as normal if any trace has a
 *   label, and if none has, every metric is null
 * @param valScores  [V] nats, validation scores of the same variant, same samples and corrections;
 *   a trace is flagged when its score is above their percentile
 * @param decision   threshold of a detector that decides by itself, null for the percentile's
 * @param structure  whether structure anomalies are measured by themselves (table 1: not of VGAE)
 */
export function evaluate(
  scores: Float64Array,
  labels: Uint8Array,
  valScores: Float64Array,
  { decision = null, structure: measuresStructure = true }: EvaluateOptions = {},
): VariantReport {
  const percentile = decision === null ? THRESHOLD_PERCENTILE : null;
  const threshold = decision ?? percentileOrNull(valScores);
  const labelled = labels.some((label) => label !== UNLABELLED);
  const total = subset(scores, labels, labelled ? [STRUCTURE, TIME] : null);
  const structure = subset(scores, labels, labelled && measuresStructure ? [STRUCTURE] : null);
  const time = subset(scores, labels, labelled ? [TIME] : null);

  return {
    total: metricsOf(total),
    structure: metricsOf(structure),
    time: metricsOf(time),
    inversion: inversion(scoresOf(total, 0), scoresOf(total, 1)),
    atThreshold: {
      percentile,
      threshold,
      total: thresholdMetrics(total, threshold),
      structure: thresholdMetrics(structure, threshold),
      time: thresholdMetrics(time, threshold),
    },
  };
}

export interface EvaluateOptions {
  readonly decision?: number | null;
  readonly structure?: boolean;
}

const percentileOrNull = (valScores: Float64Array): number | null =>
  valScores.length > 0 ? percentileOf(valScores, THRESHOLD_PERCENTILE) : null;

/** Normal traces and the anomalies of some kinds (section 6.3). */
interface Subset {
  readonly scores: Float64Array;
  /** 1 anomaly, 0 normal */
  readonly anomaly: Uint8Array;
}

/** @param kinds labels that count as anomalies; null for no labels at all, an empty subset */
function subset(scores: Float64Array, labels: Uint8Array, kinds: readonly number[] | null): Subset {
  const keptScores = new Float64Array(kinds ? scores.length : 0);
  const anomaly = new Uint8Array(keptScores.length);
  let count = 0;
  for (let i = 0; i < keptScores.length; i++) {
    const isAnomaly = labels[i] === STRUCTURE || labels[i] === TIME;
    if (isAnomaly && !kinds?.includes(labels[i]!)) continue;
    keptScores[count] = scores[i]!;
    anomaly[count++] = isAnomaly ? 1 : 0;
  }
  return { scores: keptScores.subarray(0, count), anomaly: anomaly.subarray(0, count) };
}

const metricsOf = ({ scores, anomaly }: Subset) =>
  scores.length > 0 ? rankingMetrics(scores, anomaly) : NO_METRICS;

const scoresOf = ({ scores, anomaly }: Subset, wanted: 0 | 1): Float64Array =>
  scores.filter((_, i) => anomaly[i] === wanted);

/**
 * Null where there are no anomalies or no threshold. Where nothing is flagged, precision is 0, as
 * in scikit-learn.
 */
function thresholdMetrics({ scores, anomaly }: Subset, threshold: number | null): ThresholdMetrics {
  let truePositives = 0;
  let flagged = 0;
  let anomalies = 0;
  for (let i = 0; i < scores.length; i++) {
    anomalies += anomaly[i]!;
    if (threshold === null || scores[i]! <= threshold) continue;
    flagged++;
    truePositives += anomaly[i]!;
  }
  if (threshold === null || anomalies === 0) {
    return { f: null, precision: null, recall: null };
  }
  return {
    f: (2 * truePositives) / (flagged + anomalies),
    precision: flagged > 0 ? truePositives / flagged : 0,
    recall: truePositives / anomalies,
  };
}
