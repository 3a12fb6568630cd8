/** Middle and spread of many groups of values, each robust against a few that stand far out. */
import { createFloatSort } from '../base/sort-floats.ts';
import { mean, medianReordering, percentileOfSorted } from '../base/statistics.ts';

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
 * @returns      [groups] medians, NaN of a group with too few values
 */
export function mediansOf(
  group: ArrayLike<number>,
  values: Float64Array,
  groups: number,
  fewest: number,
): Float32Array {
  const from = new Uint32Array(groups + 1);
  for (let i = 0; i < values.length; i++) from[group[i]! + 1]!++;
  for (let g = 0; g < groups; g++) from[g + 1]! += from[g]!;
  const next = from.slice();
  const placed = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) placed[next[group[i]!]!++] = values[i]!;
  return Float32Array.from({ length: groups }, (_, g) => {
    const of = placed.subarray(from[g], from[g + 1]);
    return of.length < fewest ? Number.NaN : medianReordering(of);
  });
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
  const isAlone = (union: number): boolean => members[union]!.length === 1;
  const together = spreadsOfSorted(
    (union) => (isAlone(union) ? NO_VALUES : merged(members[union]!.map(sorted))),
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

/** More columns than this are joined and sorted, which takes as long for any number. */
const MOST_MERGED = 8;

/** All values of ascending columns in order. */
function merged(columns: readonly Float64Array[]): Float64Array {
  if (columns.length <= MOST_MERGED) return columns.reduce(mergedTwo, NO_VALUES);
  const values = new Float64Array(columns.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const column of columns) {
    values.set(column, at);
    at += column.length;
  }
  return createFloatSort()(values);
}

function mergedTwo(a: Float64Array, b: Float64Array): Float64Array {
  const values = new Float64Array(a.length + b.length);
  let [i, j, at] = [0, 0, 0];
  while (i < a.length && j < b.length) values[at++] = a[i]! <= b[j]! ? a[i++]! : b[j++]!;
  values.set(a.subarray(i), at);
  values.set(b.subarray(j), at + a.length - i);
  return values;
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
