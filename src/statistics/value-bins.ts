/**
 * Where a value stands among ascending ones, looked for in a bin of values side by side: halving a
 * long column misses the cache at every step.
 */

export interface ValueBins {
  /** Where the bins between both ends begin. */
  readonly lowest: number;
  /** Bins per unit; 0 where the ends are equal. */
  readonly perUnit: number;
  /** [bins + 1] place of the first value of each bin */
  readonly starts: Uint32Array;
}

/** Values of a bin, about. */
const PER_BIN = 8;
const MOST_BINS = 1024;
/** What is beyond this share of the values, at either end, is in the first or last bin. */
const OUTER_SHARE = 0.01;

/** @param ascending [n] finite */
export function binsOf(ascending: Float32Array | Float64Array): ValueBins {
  const n = ascending.length;
  const bins = Math.max(1, Math.min(MOST_BINS, Math.floor(n / PER_BIN)));
  const outer = Math.floor(OUTER_SHARE * n);
  const lowest = n === 0 ? 0 : ascending[outer]!;
  const width = n === 0 ? 0 : ascending[n - 1 - outer]! - lowest;
  const perUnit = width > 0 && Number.isFinite(bins / width) ? bins / width : 0;
  const starts = new Uint32Array(bins + 1);
  for (let i = 0; i < n; i++) starts[binOf(lowest, perUnit, bins, ascending[i]!) + 1]! += 1;
  for (let bin = 0; bin < bins; bin++) starts[bin + 1]! += starts[bin]!;
  return { lowest, perUnit, starts };
}

/** Rises with x, as rounding does. */
function binOf(lowest: number, perUnit: number, bins: number, x: number): number {
  const at = (x - lowest) * perUnit;
  return at >= bins ? bins - 1 : at > 0 ? at | 0 : 0;
}

/** How many of the ascending values that the bins are of are below x. */
export function countBelowIn(
  ascending: Float32Array | Float64Array,
  { lowest, perUnit, starts }: ValueBins,
  x: number,
): number {
  const bin = binOf(lowest, perUnit, starts.length - 1, x);
  let low = starts[bin]!;
  let high = starts[bin + 1]!;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! < x) low = middle + 1;
    else high = middle;
  }
  return low;
}
