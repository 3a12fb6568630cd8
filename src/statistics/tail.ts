/**
 * How far out a value is in a group of values seen in training: minus the log of the share that is at
 * least as large, and beyond the largest the distance in stds of the logarithm on top. Values are
 * microseconds; results are nats. Rises with the value, never falls.
 */

import { binsOf, countBelowIn, type ValueBins } from './value-bins.ts';

/** Fewer values than this make no group. */
export const ENOUGH = 20;

/** Inside logarithms a value is at least 0.001 ms. */
const LEAST_US = 1;
/** A group is not taken to be steadier than this, in stds of the logarithm. */
const LEAST_SIGMA = 0.1;

export interface TailGroup {
  /** [n] ascending, microseconds; self times may be negative */
  readonly values: Float32Array;
  /** log of the largest value */
  readonly logMax: number;
  /** Population std of the logarithms, floor included; worked out when first asked for. */
  readonly sigma: number;
  readonly bins: ValueBins;
  readonly cuts: Float32Array;
}

/** Of {@link cutsOf}. */
const LEVELS = 12;

/**
 * [LEVELS] The value at place k has a tail of at most k nats, and so has every smaller one: who looks
 * for the largest of many tails passes by the values up to a cut, most of them.
 *
 * @param values [n] ascending
 */
export function cutsOf(values: Float32Array): Float32Array {
  const n = values.length;
  const most = Math.log(1 + n);
  return Float32Array.from({ length: LEVELS }, (_, nats) => {
    let place = Math.min(n - 1, Math.floor((1 + n) * (1 - Math.exp(-nats))));
    while (place >= 0 && most - Math.log(1 + n - place) > nats) place--;
    return place < 0 ? Number.NEGATIVE_INFINITY : values[place]!;
  });
}

/** @returns the highest level of {@link cutsOf} that is not above these nats, which are at least 0 */
export const levelOf = (nats: number): number =>
  nats < LEVELS - 1 ? Math.floor(nats) : LEVELS - 1;

const logOf = (us: number): number => Math.log(us > LEAST_US ? us : LEAST_US);

/** @param values [n] ascending, at least one */
export function tailGroup(values: Float32Array): TailGroup {
  let sigma = 0;
  return {
    values,
    logMax: logOf(values.at(-1)!),
    get sigma() {
      // of most groups no trace is beyond the largest
      if (sigma === 0) sigma = logSigma(values);
      return sigma;
    },
    bins: binsOf(values),
    cuts: cutsOf(values),
  };
}

function logSigma(values: Float32Array): number {
  let mean = 0;
  let square = 0;
  for (let i = 0; i < values.length; i++) {
    // Welford, so that squares of large logarithms do not cancel
    const log = logOf(values[i]!);
    const change = log - mean;
    mean += change / (i + 1);
    square += change * (log - mean);
  }
  return Math.max(Math.sqrt(square / values.length), LEAST_SIGMA);
}

/**
 * With n values: -ln((1 + #{at least x}) / (1 + n)), and for an x above all of them
 * ln(1 + n) + (ln x - ln max) / sigma. Where none is above 0, nothing is added beyond the largest.
 *
 * @param x microseconds
 */
export function tailOf(group: TailGroup, x: number): number {
  const { values } = group;
  const n = values.length;
  const largest = values[n - 1]!;
  const most = Math.log(1 + n);
  if (x > largest) return largest > 0 ? most + (logOf(x) - group.logMax) / group.sigma : most;
  return most - Math.log(1 + n - countBelowIn(values, group.bins, x));
}

/**
 * The same of values that may be negative and are in stds already: above the largest of n,
 * ln(1 + n) + (x - max) / std.
 *
 * @param values [n] ascending
 * @param std    of them, positive
 */
export const standardisedTailOf = (values: Float32Array, std: number, x: number): number =>
  standardisedTailIn(values, null, std, x);

/** {@link standardisedTailOf} of values that are in bins. */
export function standardisedTailIn(
  values: Float32Array,
  bins: ValueBins | null,
  std: number,
  x: number,
): number {
  const n = values.length;
  const largest = values[n - 1]!;
  const most = Math.log(1 + n);
  if (x > largest) return most + (x - largest) / std;
  const below = bins === null ? countBelow(values, x, 0, n) : countBelowIn(values, bins, x);
  return most - Math.log(1 + n - below);
}

/** How many of ascending values are below x, looked for from `from` to `to`. */
export function countBelow(values: Float32Array, x: number, from: number, to: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** One group of the values of several. */
export function joined(groups: readonly Float32Array[]): Float32Array {
  const values = new Float32Array(groups.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const group of groups) {
    values.set(group, at);
    at += group.length;
  }
  return values.sort();
}
