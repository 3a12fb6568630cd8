/**
 * Metrics of several detectors on one set, with intervals, and how far each is from a baseline: all
 * are measured on the same resamples, so that a difference has no more noise than it must.
 */
import { runThrough, type Sliced } from '../base/slices.ts';
import { mean } from '../base/statistics.ts';
import type { JudgedScores, JudgedSet } from './judged.ts';
import { METRICS, type Metric, measureRanked, type RankedMetrics, rankTraces } from './ranking.ts';
import { createResamples, type Interval, intervalOf, type ResampleOptions } from './resample.ts';

export interface Measured {
  readonly metrics: RankedMetrics;
  readonly interval: Readonly<Record<Metric, Interval | null>>;
  /** [resamples] of each metric; NaN where it is not defined */
  readonly draws: Readonly<Record<Metric, Float64Array>>;
}

/** What is resampled: which traces are anomalies, and which of them come together. */
type ResampledSet = Pick<JudgedSet, 'anomalous' | 'faultOf' | 'faults'>;
type MeasuredScores = Pick<JudgedScores, 'scores' | 'threshold'>;

/** @returns one for each of the scores */
export const measureAll = (
  set: ResampledSet,
  entries: readonly MeasuredScores[],
  options: ResampleOptions,
): Measured[] => runThrough(measureInSlices(set, entries, options));

/** The same with a pause after every resample. */
export function* measureInSlices(
  set: ResampledSet,
  entries: readonly MeasuredScores[],
  { count, seed }: ResampleOptions,
): Sliced<Measured[]> {
  const ranked = entries.map(({ scores, threshold }) => rankTraces(scores, threshold));
  const draws = entries.map(() => perMetric(() => new Float64Array(count)));
  const timesOf = createResamples(set, { seed });
  for (let draw = 0; draw < count; draw++) {
    const times = timesOf(draw);
    for (const [i, { threshold }] of entries.entries()) {
      const measured = measureRanked(ranked[i]!, set.anomalous, times, threshold !== null);
      for (const metric of METRICS) draws[i]![metric][draw] = measured[metric] ?? Number.NaN;
    }
    yield;
  }
  const once = new Uint8Array(set.anomalous.length).fill(1);
  return entries.map(({ threshold }, i) => ({
    metrics: measureRanked(ranked[i]!, set.anomalous, once, threshold !== null),
    interval: perMetric((metric) => intervalOf(draws[i]![metric])),
    draws: draws[i]!,
  }));
}

/** A value of each metric. */
export const perMetric = <V>(of: (metric: Metric) => V): Record<Metric, V> =>
  Object.fromEntries(METRICS.map((metric) => [metric, of(metric)])) as Record<Metric, V>;

/** A mean over seeds, and where it lies in 95 % of the resamples. */
export interface MeanOverSeeds {
  readonly mean: number | null;
  readonly interval: Interval | null;
}

/** @param seeds the same detector and variant with several seeds, on the same resamples */
export function meanOverSeeds(seeds: readonly Measured[], metric: Metric): MeanOverSeeds {
  const values = seeds.map(({ metrics }) => metrics[metric] ?? Number.NaN);
  return {
    mean: numberOrNull(mean(values)),
    interval: intervalOf(meanDraws(seeds, metric)),
  };
}

/**
 * By how much the mean over seeds is above the baseline's, on the same resamples.
 *
 * @returns of `interval`: where all of it is above 0, the detector is ahead by more than the traces'
 *   (or the faults') own chance
 */
export function pairedDifference(
  seeds: readonly Measured[],
  baseline: readonly Measured[],
  metric: Metric,
): MeanOverSeeds {
  const [own, theirs] = [meanOverSeeds(seeds, metric), meanOverSeeds(baseline, metric)];
  const [ours, others] = [meanDraws(seeds, metric), meanDraws(baseline, metric)];
  return {
    mean: own.mean === null || theirs.mean === null ? null : own.mean - theirs.mean,
    interval: intervalOf(ours.map((value, draw) => value - others[draw]!)),
  };
}

/** [resamples] */
const meanDraws = (seeds: readonly Measured[], metric: Metric): Float64Array =>
  Float64Array.from(seeds[0]?.draws[metric] ?? [], (_, draw) =>
    mean(seeds.map(({ draws }) => draws[metric][draw]!)),
  );

const numberOrNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
