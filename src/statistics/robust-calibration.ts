/**
 * -ln p of a statistic where the values that it is held against hold odd traces themselves. What lies
 * above the 80th percentile may be odd, so it does not say how the tail falls: an exponential tail is
 * fitted to what lies between the median and there, all above being censored, and goes on beyond.
 */
import { mean, percentileOfSorted } from '../base/statistics.ts';
import { ascendingOf, type Calibration, type ParetoTail } from './calibration.ts';
import { binsOf } from './value-bins.ts';

/** Percent of the values: from where the fall of the tail is read, and up to where. */
const [FROM, TO] = [50, 80];

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
