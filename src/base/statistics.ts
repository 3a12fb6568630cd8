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

/** How many of ascending values are above a threshold. */
export function countAbove(ascending: Float64Array, threshold: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! > threshold) high = middle;
    else low = middle + 1;
  }
  return ascending.length - low;
}

export function median(values: ArrayLike<number>): number {
  return percentile(values, 50);
}

/** {@link percentileReordering}, the median. */
export const medianReordering = (values: Float64Array): number => percentileReordering(values, 50);

/**
 * {@link percentile} without a sort: what is smaller goes before the value in question, what is larger
 * after it. Reorders the values; NaN counts as the largest.
 */
export function percentileReordering(values: Float64Array, percent: number): number {
  let numbers = values.length;
  for (let i = 0; i < numbers; ) {
    if (!Number.isNaN(values[i]!)) i++;
    else {
      numbers--;
      const last = values[numbers]!;
      values[numbers] = values[i]!;
      values[i] = last;
    }
  }
  const rank = (Math.min(100, Math.max(0, percent)) / 100) * (values.length - 1);
  const below = Math.floor(rank);
  if (below < 0 || Math.ceil(rank) >= numbers) return Number.NaN;
  partition(values, numbers, below);
  if (below === rank) return values[below]!;
  let above = values[below + 1]!;
  for (let i = below + 2; i < numbers; i++) if (values[i]! < above) above = values[i]!;
  return values[below]! + (above - values[below]!) * (rank - below);
}

/** Of numbers: what a sort would put at this place. Reorders them. */
export function valueAtRank(values: Float64Array, rank: number): number {
  partition(values, values.length, rank);
  return values[rank]!;
}

/** Hoare's selection: `values[place]` becomes what a sort of the first `length` would put there. */
function partition(values: Float64Array, length: number, place: number): void {
  let from = 0;
  let to = length - 1;
  while (from < to) {
    const pivot = middleOf(values[from]!, values[(from + to) >>> 1]!, values[to]!);
    let i = from;
    let j = to;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const value = values[i]!;
      values[i] = values[j]!;
      values[j] = value;
      i++;
      j--;
    }
    if (place <= j) to = j;
    else if (place >= i) from = i;
    else return;
  }
}

const middleOf = (a: number, b: number, c: number): number =>
  Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));

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
