/**
 * NLL inversion (sections 5.1.2 and figure 6): anomalies that score like, or below, normal traces.
 *
 * The overlap is the area under the lower of the two histograms, sum over bins of the smaller of
 * the two shares. Bins are quantiles of the mixture of half normal and half anomalous scores, so
 * the area depends on the order of scores alone: a log axis, a factor or the corrections' scale do
 * not move it, and variants compare. With an even number of bins one edge is the mixture's median,
 * so distributions that a threshold can part overlap by exactly 0.
 */
import { percentileOfSorted } from '../base/statistics.ts';
import type { Inversion } from './metrics.ts';

/**
 * How far scores are inverted, section 5.1.2.
 *
 * Differs from the paper: figure 6 shows only the anomalies that are reconstructed otherwise
 * ("mismatched"); here all anomalies count.
 *
 * @param normal    [T0] scores of the normal test traces, ascending, nats
 * @param anomalous [T1] scores of the anomalies, ascending, nats
 * @returns nulls where a class is absent (the median needs only normal traces)
 */
export function inversionOfSorted(normal: Float64Array, anomalous: Float64Array): Inversion {
  if (normal.length === 0) {
    return { area: null, normalMedian: null, anomaliesBelowNormalMedian: null };
  }
  const normalMedian = percentileOfSorted(normal, 50);
  if (anomalous.length === 0) {
    return { area: null, normalMedian, anomaliesBelowNormalMedian: null };
  }
  const below = anomalous.reduce((count, score) => count + (score < normalMedian ? 1 : 0), 0);
  return {
    area: overlapOfSorted(normal, anomalous),
    normalMedian,
    anomaliesBelowNormalMedian: below / anomalous.length,
  };
}

/** At most this many bins; fewer for small classes, whose empty bins would hide an overlap. */
const MAX_BINS = 20;

/**
 * Shared area of two samples' distributions, the red area of figure 6.
 *
 * Differs from the paper: figure 6 draws this area over the NLL and gives no number; here the bins
 * are quantiles.
 *
 * @param a [T0] scores; not NaN
 * @param b [T1] scores; not NaN
 * @returns 0 (a threshold parts them) to 1 (the same), unitless
 */
export const overlapArea = (a: Float64Array, b: Float64Array): number =>
  overlapOfSorted(a.slice().sort(), b.slice().sort());

/** {@link overlapArea} of samples that are ascending already. */
export function overlapOfSorted(first: Float64Array, second: Float64Array): number {
  const bins = binCount(Math.min(first.length, second.length));
  // a score of one class weighs the size of the other: whole numbers, so that quantiles are exact
  const whole = 2 * first.length * second.length;

  let area = 0;
  let i = 0;
  let j = 0;
  let lastI = 0;
  let lastJ = 0;
  let bin = 1;
  while (i < first.length || j < second.length) {
    const score = Math.min(
      first[i] ?? Number.POSITIVE_INFINITY,
      second[j] ?? Number.POSITIVE_INFINITY,
    );
    while (i < first.length && first[i] === score) i++;
    while (j < second.length && second[j] === score) j++;
    const weight = i * second.length + j * first.length;
    if (weight * bins < whole * bin) continue;
    // the bin ends with the score that completes it; a tied score may complete several at once
    area += Math.min((i - lastI) / first.length, (j - lastJ) / second.length);
    lastI = i;
    lastJ = j;
    bin = Math.floor((weight * bins) / whole) + 1;
  }
  return area + Math.min((i - lastI) / first.length, (j - lastJ) / second.length);
}

/** Even, about the square root of the smaller class. */
function binCount(smaller: number): number {
  const pairs = Math.round(Math.sqrt(smaller) / 2);
  return Math.min(MAX_BINS, Math.max(2, 2 * pairs));
}
