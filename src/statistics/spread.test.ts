import { describe, expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { sorted } from '../base/statistics.ts';
import { mediansOf, populationStd, spreadsOfSorted, spreadsOfUnions } from './spread.ts';

test('the median of each group, NaN of one with too few values', () => {
  const of = mediansOf([1, 0, 1, 1, 1], Float64Array.of(5, 9, 2, 3, 8), 3, 2);
  expect([...of]).toEqual([Number.NaN, 4, Number.NaN]);
});

test('middle and spread of each group, NaN of one with too few values', () => {
  const groups = [Float64Array.of(1, 2, 3), Float64Array.of(7)];
  const { middle, std } = spreadsOfSorted((g) => groups[g]!, 2, 3);
  expect([...middle]).toEqual([2, Number.NaN]);
  expect(std[1]).toBeNaN();
  expect(std[0]).toBeCloseTo(populationStd(Float64Array.of(1.02, 2, 2.98)), 6);
});

test('one value far out hardly widens a group', () => {
  const values = Float64Array.from({ length: 1000 }, (_, i) => Math.floor(i / 100) / 10);
  const outlier = values.slice();
  outlier[999] = 1e6;
  const { std } = spreadsOfSorted((g) => [values, outlier][g]!, 2, 20);
  expect(std[1]).toBeCloseTo(std[0]!, 2);
});

describe.each([1, 2, 3, 30])('a union of %d groups', (count) => {
  test('has the spread of all their values', () => {
    const random = createRandom(count);
    const groups = Array.from({ length: count }, () =>
      sorted(Array.from({ length: 20 + random.integer(9) }, () => Math.round(9 * random.normal()))),
    );
    const of = (g: number): Float64Array => groups[g]!;
    const spreads = spreadsOfSorted(of, count, 20);
    const all = sorted(groups.flatMap((group) => [...group]));
    // the second union has no group
    const unions = spreadsOfUnions(of, spreads, new Uint32Array(count), 2, 20);
    const direct = spreadsOfSorted((g) => (g === 0 ? all : new Float64Array(0)), 2, 20);
    expect(unions).toEqual(direct);
  });
});
