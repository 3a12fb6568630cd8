/**
 * Order statistics and stable sums over plain arrays, float64 whatever the input's precision.
 * Empty input gives NaN: callers that may meet it say what it means there.
 */

/** @param values finite numbers, any order; left as they are */
export function sorted(values: ArrayLike<number>): Float64Array {
  return new Float64Array(values).sort();
}

/**
 * Percentile with linear interpolation between closest ranks, as numpy's default.
 *
 * @param ascending sorted values
 * @param percent   0 to 100
 */
export function percentileOfSorted(ascending: ArrayLike<number>, percent: number): number {
  const last = ascending.length - 1;
  if (last < 0) return Number.NaN;
  const rank = (Math.min(100, Math.max(0, percent)) / 100) * last;
  const below = Math.floor(rank);
  const low = ascending[below]!;
  const high = ascending[Math.min(below + 1, last)]!;
  return low + (high - low) * (rank - below);
}

/** {@link percentileOfSorted} of values in any order. */
export function percentile(values: ArrayLike<number>, percent: number): number {
  return percentileOfSorted(sorted(values), percent);
}

export function median(values: ArrayLike<number>): number {
  return percentile(values, 50);
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/**
 * log of the mean of exp(values), with the maximum taken out first so that -1e4 nats do not
 * underflow. Minus infinity where all values are; NaN where any is.
 */
export function logMeanExp(values: ArrayLike<number>): number {
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) return Number.NaN;
    if (value > max) max = value;
  }
  if (!Number.isFinite(max)) return values.length === 0 ? Number.NaN : max;
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i]! - max);
  return max + Math.log(sum / values.length);
}
