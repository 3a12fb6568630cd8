/**
 * How well a ranking by score puts anomalies on top, over every threshold at once. Equal scores are
 * one step: a threshold cannot part them.
 */
import type { Metrics } from './metrics.ts';

/**
 * @param scores  finite, higher is more anomalous
 * @param anomaly 1 anomaly, 0 normal, per score
 * @returns all numbers null but the counts where one of the two classes is absent
 */
export function rankingMetrics(scores: ArrayLike<number>, anomaly: ArrayLike<number>): Metrics {
  let anomalies = 0;
  for (let i = 0; i < anomaly.length; i++) anomalies += anomaly[i]!;
  const normal = scores.length - anomalies;
  if (normal === 0 || anomalies === 0) return { ...NO_METRICS, normal, anomalies };

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
      const below = end < order.length ? scores[order[end]!]! : score - 2;
      best = { f, precision, recall: truePositives / anomalies, threshold: between(below, score) };
    }
    start = end;
  }

  return {
    bestF: best.f,
    precision: best.precision,
    recall: best.recall,
    threshold: best.threshold,
    auroc: concordant / (normal * anomalies),
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

/** A threshold that parts two scores, whether flagging means `>` or `>=`. */
function between(below: number, score: number): number {
  const middle = below + (score - below) / 2;
  return middle < score ? middle : below;
}

/** Indices by falling score; ties by rising index, so that the order is one. */
export function descending(scores: ArrayLike<number>): Uint32Array {
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i);
  return order.sort((a, b) => scores[b]! - scores[a]! || a - b);
}
