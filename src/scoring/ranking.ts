/**
 * How well a ranking by score puts anomalies on top, over every threshold at once. Equal scores are
 * one step: a threshold cannot part them. The numbers are those of scikit-learn's
 * precision_recall_curve, roc_auc_score and average_precision_score.
 */
import type { Metrics } from './metrics.ts';

/**
 * Best F (section 6.3), ROC-AUC (section A.1) and average precision. As the authors' code: average
 * precision is what it prints as "auc".
 *
 * A metric is null where scikit-learn raises or warns that it is undefined, and scikit-learn's
 * number where it does neither. So without an anomaly there is no number at all; with nothing but
 * anomalies there is no AUROC, while average precision, best F, precision and recall are 1, every
 * trace being flagged.
 *
 * Of thresholds that share the best F, the highest counts. scikit-learn names the lowest score that
 * is flagged; here the threshold lies between that score and the next lower one, so that the same
 * traces are flagged by `>` as by `>=`. Only where no double lies between the two is the threshold
 * the lower score itself, and parts them by `>` alone.
 *
 * @param scores  [T] nats of a detector, higher is more anomalous; not NaN. scikit-learn refuses
 *   infinite scores; here equal infinities are a tie
 * @param anomaly [T] 1 anomaly, 0 normal
 * @returns every number finite or null; the threshold is null where no finite one flags the traces
 */
export function rankingMetrics(scores: ArrayLike<number>, anomaly: ArrayLike<number>): Metrics {
  let anomalies = 0;
  for (let i = 0; i < scores.length; i++) {
    if (Number.isNaN(scores[i])) throw new Error(`score ${i} of ${scores.length} is NaN`);
    anomalies += anomaly[i]!;
  }
  const normal = scores.length - anomalies;
  if (anomalies === 0) return { ...NO_METRICS, normal };

  const order = descending(scores);
  let truePositives = 0;
  let falsePositives = 0;
  let best = { f: -1, precision: 0, recall: 0, threshold: 0 };
  let averagePrecision = 0;
  let concordant = 0;

  for (let start = 0; start < order.length; ) {
    const score = scores[order[start]!]!;
    let end = start;
    let hits = 0;
    while (end < order.length && scores[order[end]!] === score) hits += anomaly[order[end++]!]!;
    const misses = end - start - hits;

    // pairs (anomaly, normal) in the right order; a tie counts half, as in Mann-Whitney's U
    concordant += misses * (truePositives + hits / 2);
    truePositives += hits;
    falsePositives += misses;
    const precision = truePositives / (truePositives + falsePositives);
    averagePrecision += (hits / anomalies) * precision;

    const f = (2 * truePositives) / (truePositives + falsePositives + anomalies);
    if (f > best.f) {
      const below = end < order.length ? scores[order[end]!]! : null;
      const threshold = below === null ? under(score) : between(below, score);
      best = { f, precision, recall: truePositives / anomalies, threshold };
    }
    start = end;
  }

  return {
    bestF: best.f,
    precision: best.precision,
    recall: best.recall,
    threshold: Number.isFinite(best.threshold) ? best.threshold : null,
    auroc: normal > 0 ? concordant / (normal * anomalies) : null,
    averagePrecision,
    normal,
    anomalies,
  };
}

export const NO_METRICS: Metrics = {
  bestF: null,
  precision: null,
  recall: null,
  threshold: null,
  auroc: null,
  averagePrecision: null,
  normal: 0,
  anomalies: 0,
};

/** A threshold that parts two scores; the lower one if no double lies between. */
function between(below: number, score: number): number {
  // an infinite score is parted from the rest by a finite threshold
  const low = Math.max(below, -Number.MAX_VALUE);
  const high = Math.min(score, Number.MAX_VALUE);
  const width = high - low;
  const middle = Number.isFinite(width) ? low + width / 2 : low / 2 + high / 2;
  return middle < high ? middle : below;
}

/** A threshold below the lowest score: by 1, or by as little as a double of that size can. */
function under(score: number): number {
  const high = Math.min(score, Number.MAX_VALUE);
  return high - 1 < high ? high - 1 : high - Math.abs(high) * Number.EPSILON;
}

/**
 * Indices by falling score; ties by rising index, so that the order is one.
 *
 * @param scores [T] not NaN
 * @returns      [T]
 */
export function descending(scores: ArrayLike<number>): Uint32Array {
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i);
  // the difference of equal infinities is NaN: as falsy as 0, so they are a tie too
  return order.sort((a, b) => scores[b]! - scores[a]! || a - b);
}
