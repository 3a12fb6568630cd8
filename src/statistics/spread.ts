/** Middle and spread of many groups of values, each robust against a few that stand far out. */
import { createFloatSort } from '../base/sort-floats.ts';
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
  return spreadsOfSorted(sortedByGroup(group, values, groups), groups, fewest);
}

const NO_VALUES = new Float64Array(0);

/** @param sorted of a group: its values, ascending */
export function spreadsOfSorted(
  sorted: (g: number) => Float64Array,
  groups: number,
  fewest: number,
): Spreads {
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

/**
 * @param sorted  of a group: its values, ascending
 * @param spreads of the groups, with the same `fewest`
 * @param unionOf [groups] union that each belongs to, below `unions`
 * @returns       of the unions
 */
export function spreadsOfUnions(
  sorted: (g: number) => Float64Array,
  { middle, std }: Spreads,
  unionOf: Uint32Array,
  unions: number,
  fewest: number,
): Spreads {
  const members = Array.from({ length: unions }, (): number[] => []);
  unionOf.forEach((union, g) => {
    members[union]!.push(g);
  });
  const sortFloats = createFloatSort();
  const joined = (groups: readonly number[]): Float64Array => {
    const parts = groups.map(sorted);
    const values = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      values.set(part, at);
      at += part.length;
    }
    return sortFloats(values);
  };
  const isAlone = (union: number): boolean => members[union]!.length === 1;
  const together = spreadsOfSorted(
    (union) => (isAlone(union) ? NO_VALUES : joined(members[union]!)),
    unions,
    fewest,
  );
  members.forEach(([g], union) => {
    if (!isAlone(union)) return;
    together.middle[union] = middle[g!]!;
    together.std[union] = std[g!]!;
  });
  return together;
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
  const sortFloats = createFloatSort();
  for (let g = 0; g < groups; g++) sortFloats(placed.subarray(from[g], from[g + 1]));
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
  const n = ascending.length;
  const innerAt = (i: number): number => Math.min(high, Math.max(low, ascending[i]!));
  let sum = 0;
  for (let i = 0; i < n; i++) sum += innerAt(i);
  const middle = sum / n;
  let square = 0;
  for (let i = 0; i < n; i++) square += (innerAt(i) - middle) ** 2;
  return { mean: middle, std: Math.sqrt(square / n), low, high };
}

export function populationStd(values: Float32Array | Float64Array): number {
  const middle = mean(values);
  let square = 0;
  for (let i = 0; i < values.length; i++) square += (values[i]! - middle) ** 2;
  return Math.sqrt(square / values.length);
}
