/**
 * -ln p of a statistic where the values that it is held against hold odd traces themselves. What lies
 * above the 80th percentile may be odd, so it does not say how the tail falls: an exponential tail is
 * fitted to what lies between the median and there, all above being censored, and goes on beyond.
 */
import { countAbove, mean, percentileOfSorted } from '../base/statistics.ts';
import { ascendingOf, type Calibration, type ParetoTail } from './calibration.ts';
import { binsOf } from './value-bins.ts';

/** Percent of the values: from where the fall of the tail is read, and up to where. */
const [FROM, TO] = [50, 80];

/** Percent to either side of a quantile that its mean is over. */
const HALF_WINDOW = 10;

/**
 * Values are taken as float32, in which they are stored.
 *
 * @param values     [V] of all traces, odd ones among them; finite, any order
 * @param leastScale of the exponential tail, in the statistic's unit
 */
export function calibrateRobustly(values: ArrayLike<number>, leastScale = 0): Calibration {
  const ascending = ascendingOf(values);
  return {
    ascending,
    bins: binsOf(ascending),
    tail: ascending.length === 0 ? null : fitTail(ascending, leastScale),
  };
}

/**
 * The same where many values are equal, as those of a structure's share are: quantiles are means over
 * a window of ranks, so that one trace more or less of a frequent structure moves them a little, and
 * not from one value to the next.
 */
export function calibrateTied(values: ArrayLike<number>, leastScale = 0): Calibration {
  const ascending = ascendingOf(values);
  return {
    ascending,
    bins: binsOf(ascending),
    tail: ascending.length === 0 ? null : fitTied(ascending, leastScale),
  };
}

function fitTied(ascending: Float64Array, leastScale: number): ParetoTail | null {
  const threshold = windowMean(ascending, TO);
  const fitted = (threshold - windowMean(ascending, FROM)) / Math.log((100 - FROM) / (100 - TO));
  const scale = Math.max(fitted, leastScale);
  const above = countAbove(ascending, threshold);
  // of one value alone there is no tail
  if (above === 0 || scale === 0) return fitTail(ascending, leastScale);
  return { threshold, nats: Math.log((1 + ascending.length) / (1 + above)), shape: 0, scale };
}

/** Of the values from so many percent to so many, at least one. */
function windowMean(ascending: Float64Array, percent: number): number {
  const rankAt = (at: number): number => Math.round((at / 100) * ascending.length);
  const from = Math.min(ascending.length - 1, rankAt(percent - HALF_WINDOW));
  return mean(ascending.subarray(from, Math.max(from + 1, rankAt(percent + HALF_WINDOW))));
}

function fitTail(ascending: Float64Array, leastScale: number): ParetoTail | null {
  const from = percentileOfSorted(ascending, FROM);
  const threshold = percentileOfSorted(ascending, TO);
  const between = ascending.filter((value) => value > from && value <= threshold);
  const above = ascending.filter((value) => value > threshold);
  if (above.length === 0) return null;
  const fitted =
    between.length > 0
      ? (between.reduce((sum, value) => sum + value - from, 0) +
          above.length * (threshold - from)) /
        between.length
      : // one value stands for most: what is left to tell the scale by is what lies above
        mean(above) - threshold;
  return {
    threshold,
    nats: Math.log((1 + ascending.length) / (1 + above.length)),
    shape: 0,
    scale: Math.max(fitted, leastScale),
  };
}
