/** Middle and spread of many groups of values, each robust against a few that stand far out. */
import { mean, percentileOfSorted } from '../base/statistics.ts';

/** Values outside these percentiles are pulled in before their std is taken. */
const INNER = [1, 99] as const;

/** Each [groups]; NaN of a group with too few values. */
export interface Spreads {
  readonly middle: Float32Array;
  /** Population std of the values within {@link INNER}. */
  readonly std: Float32Array;
}

/**
 * @param group  [N] group of each value, below `groups`
 * @param values [N]
 * @param fewest values that make a group
 */
export function spreadsOf(
  group: ArrayLike<number>,
  values: Float64Array,
  groups: number,
  fewest: number,
): Spreads {
  const sorted = sortedByGroup(group, values, groups);
  const middle = new Float32Array(groups).fill(Number.NaN);
  const std = new Float32Array(groups).fill(Number.NaN);
  for (let g = 0; g < groups; g++) {
    const ascending = sorted(g);
    if (ascending.length < fewest) continue;
    middle[g] = percentileOfSorted(ascending, 50);
    std[g] = innerStd(ascending).std;
  }
  return { middle, std };
}

/** @returns of a group: its values, ascending */
export function sortedByGroup(
  group: ArrayLike<number>,
  values: Float64Array,
  groups: number,
): (g: number) => Float64Array {
  const from = new Uint32Array(groups + 1);
  for (let i = 0; i < values.length; i++) from[group[i]! + 1]!++;
  for (let g = 0; g < groups; g++) from[g + 1]! += from[g]!;
  const next = from.slice();
  const placed = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) placed[next[group[i]!]!++] = values[i]!;
  for (let g = 0; g < groups; g++) placed.subarray(from[g], from[g + 1]).sort();
  return (g) => placed.subarray(from[g], from[g + 1]);
}

/** Mean and population std of ascending values, those outside {@link INNER} pulled in; and the bounds. */
export function innerStd(ascending: Float64Array): {
  readonly mean: number;
  readonly std: number;
  readonly low: number;
  readonly high: number;
} {
  const [low, high] = INNER.map((percent) => percentileOfSorted(ascending, percent)) as [
    number,
    number,
  ];
  const inner = ascending.map((value) => Math.min(high, Math.max(low, value)));
  return { mean: mean(inner), std: populationStd(inner), low, high };
}

export function populationStd(values: Float32Array | Float64Array): number {
  const middle = mean(values);
  let square = 0;
  for (const value of values) square += (value - middle) ** 2;
  return Math.sqrt(square / values.length);
}
