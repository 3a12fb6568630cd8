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
 * @param normal    [T0] scores of normal traces, nats, ascending, not NaN; higher is more anomalous.
 *   scikit-learn refuses infinite scores; here equal infinities are a tie
 * @param anomalous [T1] scores of anomalies, alike
 * @returns every number finite or null; the threshold is null where no finite one flags the traces
 */
export function rankingOfSorted(normal: Float64Array, anomalous: Float64Array): Metrics {
  if (anomalous.length === 0) return { ...NO_METRICS, normal: normal.length };

  // traces not passed yet, from the highest score down
  let normalLeft = normal.length;
  let anomalousLeft = anomalous.length;
  let best = { f: -1, precision: 0, recall: 0, threshold: 0 };
  let precisions = 0;
  let concordant = 0;

  while (normalLeft > 0 || anomalousLeft > 0) {
    const score = highest(normal, normalLeft, anomalous, anomalousLeft)!;
    const hits = tiesAtEnd(anomalous, anomalousLeft, score);
    const misses = tiesAtEnd(normal, normalLeft, score);
    // pairs (anomaly, normal) in the right order; a tie counts half, as in Mann-Whitney's U
    concordant += misses * (anomalous.length - anomalousLeft + hits / 2);
    anomalousLeft -= hits;
    normalLeft -= misses;

    const truePositives = anomalous.length - anomalousLeft;
    const flagged = truePositives + normal.length - normalLeft;
    const precision = truePositives / flagged;
    precisions += hits * precision;

    const f = (2 * truePositives) / (flagged + anomalous.length);
    if (f > best.f) {
      const below = highest(normal, normalLeft, anomalous, anomalousLeft);
      const threshold = below === null ? under(score) : partOf(below, score);
      best = { f, precision, recall: truePositives / anomalous.length, threshold };
    }
  }

  return {
    bestF: best.f,
    precision: best.precision,
    recall: best.recall,
    threshold: Number.isFinite(best.threshold) ? best.threshold : null,
    auroc: normal.length > 0 ? concordant / (normal.length * anomalous.length) : null,
    averagePrecision: precisions / anomalous.length,
    normal: normal.length,
    anomalies: anomalous.length,
  };
}

/** The higher last score of the first m of a and the first n of b; null where both are none. */
function highest(a: Float64Array, m: number, b: Float64Array, n: number): number | null {
  if (m === 0) return n === 0 ? null : b[n - 1]!;
  return n === 0 ? a[m - 1]! : Math.max(a[m - 1]!, b[n - 1]!);
}

/** How many of the last of the first n are this score. */
function tiesAtEnd(ascending: Float64Array, n: number, score: number): number {
  let first = n;
  while (first > 0 && ascending[first - 1] === score) first--;
  return n - first;
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
export function partOf(below: number, score: number): number {
  // an infinite score is parted from the rest by a finite threshold
  const low = Math.max(below, -Number.MAX_VALUE);
  const high = Math.min(score, Number.MAX_VALUE);
  const width = high - low;
  const middle = Number.isFinite(width) ? low + width / 2 : low / 2 + high / 2;
  return middle < high ? middle : below;
}

/** A threshold below the lowest score: by 1, or by as little as a double of that size can. */
export function under(score: number): number {
  const high = Math.min(score, Number.MAX_VALUE);
  return high - 1 < high ? high - 1 : high - Math.abs(high) * Number.EPSILON;
}
