/**
 * Metrics of a ranking whose traces count several times, or not at all: those of
 * {@link file://../scoring/ranking.ts} on a resample, without sorting again. Linear in traces.
 */
import { descendingOrder } from '../base/order.ts';

/** Traces from the highest score down. */
export interface Ranked {
  /** [T] indices of traces */
  readonly order: Uint32Array;
  /** [T] by place in `order`: 1 where the next score is lower, so that a threshold can lie here */
  readonly stepEnds: Uint8Array;
  /** Places of `order` that are above the threshold. */
  readonly flagged: number;
}

/** In the order of tables: average precision first. */
export const METRICS = ['averagePrecision', 'auroc', 'bestF', 'f', 'falseAlarms'] as const;
export type Metric = (typeof METRICS)[number];

/** Null where it is not defined; `f` and `falseAlarms` are at the threshold. */
export interface RankedMetrics extends Readonly<Record<Metric, number | null>> {
  readonly precision: number | null;
  readonly recall: number | null;
}

/** @param threshold null: no trace is flagged */
export function rankTraces(scores: Float64Array, threshold: number | null): Ranked {
  const order = descendingOrder(scores);
  const stepEnds = new Uint8Array(order.length);
  let flagged = 0;
  for (let place = 0; place < order.length; place++) {
    const score = scores[order[place]!]!;
    if (Number.isNaN(score)) throw new Error(`score ${order[place]} of ${order.length} is NaN`);
    if (threshold !== null && score > threshold) flagged = place + 1;
    const last = place + 1 === order.length;
    stepEnds[place] = last || scores[order[place + 1]!] !== score ? 1 : 0;
  }
  return { order, stepEnds, flagged };
}

/**
 * @param anomalous [T] 1 for an anomaly
 * @param times     [T] how often each trace counts
 * @param decides   whether there is a threshold; without one its metrics are null
 */
export function measureRanked(
  { order, stepEnds, flagged }: Ranked,
  anomalous: Uint8Array,
  times: ArrayLike<number>,
  decides: boolean,
): RankedMetrics {
  let anomalies = 0;
  let normals = 0;
  for (let trace = 0; trace < anomalous.length; trace++) {
    if (anomalous[trace] === 1) anomalies += times[trace]!;
    else normals += times[trace]!;
  }
  let [hits, misses, stepHits, stepMisses] = [0, 0, 0, 0];
  let [precisions, concordant, bestF] = [0, 0, 0];
  let atThreshold = { hits: 0, misses: 0 };
  for (let place = 0; place < order.length; place++) {
    const trace = order[place]!;
    if (anomalous[trace] === 1) stepHits += times[trace]!;
    else stepMisses += times[trace]!;
    if (stepEnds[place] === 0) continue;
    // pairs in the right order; a tie counts half
    concordant += stepMisses * (hits + stepHits / 2);
    hits += stepHits;
    misses += stepMisses;
    if (stepHits > 0) precisions += (stepHits * hits) / (hits + misses);
    bestF = Math.max(bestF, fOf(hits, misses, anomalies));
    if (place + 1 === flagged) atThreshold = { hits, misses };
    stepHits = 0;
    stepMisses = 0;
  }
  const [some, both] = [anomalies > 0, anomalies > 0 && normals > 0];
  return {
    averagePrecision: some ? precisions / anomalies : null,
    auroc: both ? concordant / (anomalies * normals) : null,
    bestF: some ? bestF : null,
    ...thresholdMetrics(decides && some, atThreshold, anomalies),
    falseAlarms: decides && normals > 0 ? atThreshold.misses / normals : null,
  };
}

const fOf = (hits: number, misses: number, anomalies: number): number =>
  (2 * hits) / (hits + misses + anomalies || 1);

/** As scoring/evaluate.ts: where nothing is flagged, precision is 0. */
function thresholdMetrics(
  defined: boolean,
  { hits, misses }: { readonly hits: number; readonly misses: number },
  anomalies: number,
): Pick<RankedMetrics, 'f' | 'precision' | 'recall'> {
  if (!defined) return { f: null, precision: null, recall: null };
  return {
    f: fOf(hits, misses, anomalies),
    precision: hits + misses > 0 ? hits / (hits + misses) : 0,
    recall: hits / anomalies,
  };
}
