/**
 * How rare a statistic is among validation traces: -ln p, nats. Statistics of different kinds and
 * units become comparable so, and the largest of several says what is odd about a trace.
 */
import { createFloatSort } from '../base/sort-floats.ts';
import { countAbove, mean, percentileOfSorted } from '../base/statistics.ts';
import { binsOf, countBelowIn, type ValueBins } from './value-bins.ts';

/** Percent of the validation values above which a generalized Pareto distribution takes over. */
const TAIL_PERCENTILE = 90;

/** Exceedances from which a tail is fitted; with fewer, ranks alone speak. */
const FEWEST_EXCEEDANCES = 5;

/** A heavier tail than this is not believed of so few exceedances. */
const HEAVIEST_TAIL = 0.6;

/** The shape is drawn towards 0, an exponential tail, as if this many exceedances had said so. */
const SHAPE_PRIOR = 20;

/** Tail of a distribution beyond a threshold (Pickands 1975): P(X > u + e) = P(X > u) (1 + shape e / scale)^(-1 / shape). */
export interface ParetoTail {
  readonly threshold: number;
  /** -ln of the share of values above the threshold, nats */
  readonly nats: number;
  readonly shape: number;
  /** In the statistic's unit, positive. */
  readonly scale: number;
}

/** What -ln p is read from. */
export interface Calibration {
  /** [V] ascending validation values */
  readonly ascending: Float64Array;
  readonly bins: ValueBins;
  /** null where too few values stand out. */
  readonly tail: ParetoTail | null;
}

/**
 * Values are taken as float32, in which they are stored: so a calibration that was read back says
 * the same to the last bit.
 *
 * @param values [V] of the validation traces, finite, any order
 */
export function calibrate(values: ArrayLike<number>): Calibration {
  const ascending = ascendingOf(values);
  return { ascending, bins: binsOf(ascending), tail: fitTail(ascending) };
}

/**
 * @returns -ln p, nats: of the share of validation values that are at least as high, the value
 *          itself counted; beyond {@link TAIL_PERCENTILE} of the fitted tail. Rises with the value.
 */
export function surprise({ ascending, bins, tail }: Calibration, exact: number): number {
  const value = Math.fround(exact);
  if (tail === null || value <= tail.threshold) {
    // -ln((1 + values at least as high) / (1 + values))
    const atLeast = ascending.length - countBelowIn(ascending, bins, value);
    return Math.log((1 + ascending.length) / (1 + atLeast));
  }
  const { threshold, nats, shape, scale } = tail;
  const excess = (value - threshold) / scale;
  return nats + (shape > 0 ? Math.log1p(shape * excess) / shape : excess);
}

/** Float32 values in order, as float64. */
export const ascendingOf = (values: ArrayLike<number>): Float64Array =>
  new Float64Array(createFloatSort()(new Float32Array(values)));

/** Probability-weighted moments (Hosking & Wallis 1987), the shape shrunk and bounded. */
function fitTail(ascending: Float64Array): ParetoTail | null {
  const threshold = percentileOfSorted(ascending, TAIL_PERCENTILE);
  const excesses = ascending
    .subarray(ascending.length - countAbove(ascending, threshold))
    .map((value) => value - threshold);
  const count = excesses.length;
  if (count < FEWEST_EXCEEDANCES) return null;
  const a0 = mean(excesses);
  const a1 = mean(excesses.map((excess, i) => (excess * (count - i - 0.65)) / count));
  const moments = a0 === 2 * a1 ? 0 : 2 - a0 / (a0 - 2 * a1);
  const shrunk = (moments * count) / (count + SHAPE_PRIOR);
  const shape = Math.min(HEAVIEST_TAIL, Math.max(0, shrunk));
  return {
    threshold,
    nats: Math.log((1 + ascending.length) / (1 + count)),
    shape,
    scale: a0 * (1 - shape),
  };
}
