/** Histograms of several groups over shared bins, for display. */
import { assert } from '../base/assert.ts';
import { percentileOfSorted, sorted } from '../base/statistics.ts';

export interface GroupedHistogram {
  /** [bins + 1] ascending; a bin holds edge[i] <= value < edge[i + 1], the last one its end too. */
  readonly edges: Float64Array;
  /** Per group [bins] */
  readonly counts: readonly Uint32Array[];
  /** [groups] values below the first and above the last edge: shown as overflow, not dropped. */
  readonly below: Uint32Array;
  readonly above: Uint32Array;
}

export interface HistogramOptions {
  readonly bins: number;
  /** Percent of each group that the range must hold, around its middle; 100 for everything. */
  readonly coverage?: number;
  /**
   * Bins of equal width in sign(v) log(1 + |v| / c) with this c, nearly linear below c and
   * logarithmic above; of equal width in v itself where it is left out.
   */
  readonly linearBelow?: number;
}

/**
 * The range holds the central part of every group, so that a few scores at the ceiling do not press
 * everything else into one bin.
 *
 * @param groups finite values, nats where they are scores (figures 6 and 8); empty ones are allowed
 * @returns      edges [bins + 1] in the values' unit, counts [bins] a group
 */
export function groupedHistogram(
  groups: readonly ArrayLike<number>[],
  { bins, coverage = 98, linearBelow }: HistogramOptions,
): GroupedHistogram {
  return countInto(groups, histogramEdges(groups, bins, coverage, linearBelow));
}

/**
 * Edges of bins over the central part of every group.
 *
 * @param groups      finite values; of none at all the range is 0 to 1
 * @param coverage    percent of each group that the range holds
 * @param linearBelow c of {@link HistogramOptions}, in the values' unit
 * @returns           [bins + 1] ascending, in the values' unit
 */
export function histogramEdges(
  groups: readonly ArrayLike<number>[],
  bins: number,
  coverage: number,
  linearBelow?: number,
): Float64Array {
  assert(bins >= 1, `histogram of ${bins} bins`);
  const tail = (100 - coverage) / 2;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const group of groups) {
    if (group.length === 0) continue;
    const [from, to] = coverage === 100 ? extent(group) : middle(group, tail);
    low = Math.min(low, from);
    high = Math.max(high, to);
  }
  if (low > high) [low, high] = [0, 1];
  // one value alone still needs a bin with a width
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const { forward, backward } = linearBelow === undefined ? IDENTITY : symlog(linearBelow);
  const [first, last] = [forward(low), forward(high)];
  return Float64Array.from({ length: bins + 1 }, (_, i) => {
    if (i === 0) return low;
    return i === bins ? high : backward(first + ((last - first) * i) / bins);
  });
}

function middle(values: ArrayLike<number>, tail: number): readonly [number, number] {
  const ascending = sorted(values);
  return [percentileOfSorted(ascending, tail), percentileOfSorted(ascending, 100 - tail)];
}

function extent(values: ArrayLike<number>): readonly [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

const IDENTITY = { forward: (v: number) => v, backward: (v: number) => v };

const symlog = (c: number) => ({
  forward: (v: number) => Math.sign(v) * Math.log1p(Math.abs(v) / c),
  backward: (v: number) => Math.sign(v) * Math.expm1(Math.abs(v)) * c,
});

/**
 * Counts over given edges, for charts whose edges must stay put while scores move.
 *
 * @param edges [bins + 1] ascending, in the values' unit
 * @returns     counts [bins] a group, overflow [groups]
 */
export function countInto(
  groups: readonly ArrayLike<number>[],
  edges: Float64Array,
): GroupedHistogram {
  const bins = edges.length - 1;
  const low = edges[0]!;
  const high = edges[bins]!;
  const below = new Uint32Array(groups.length);
  const above = new Uint32Array(groups.length);
  const counts = groups.map((group, g) => {
    const count = new Uint32Array(bins);
    for (let i = 0; i < group.length; i++) {
      const value = group[i]!;
      if (value < low) below[g]!++;
      else if (value > high) above[g]!++;
      else count[binOf(value, edges)]!++;
    }
    return count;
  });
  return { edges, counts, below, above };
}

function binOf(value: number, edges: Float64Array): number {
  let low = 0;
  let high = edges.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (value >= edges[middle]!) low = middle;
    else high = middle - 1;
  }
  return low;
}
