import { expect, test } from 'vitest';
import { populationStd, sortedByGroup, spreadsOf } from './spread.ts';

test('values are sorted within their group', () => {
  const of = sortedByGroup([1, 0, 1, 1], Float64Array.of(5, 9, 2, 3), 3);
  expect([[...of(0)], [...of(1)], [...of(2)]]).toEqual([[9], [2, 3, 5], []]);
});

test('middle and spread of each group, NaN of one with too few values', () => {
  const { middle, std } = spreadsOf([0, 0, 0, 1], Float64Array.of(1, 3, 2, 7), 2, 3);
  expect([...middle]).toEqual([2, Number.NaN]);
  expect(std[1]).toBeNaN();
  expect(std[0]).toBeCloseTo(populationStd(Float64Array.of(1.02, 2, 2.98)), 6);
});

test('one value far out hardly widens a group', () => {
  const values = Float64Array.from({ length: 1000 }, (_, i) => (i % 10) / 10);
  const { std } = spreadsOf(new Uint8Array(1000), values, 1, 20);
  const outlier = values.slice();
  outlier[0] = 1e6;
  expect(spreadsOf(new Uint8Array(1000), outlier, 1, 20).std[0]).toBeCloseTo(std[0]!, 2);
});
