import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joined, standardisedTailOf, tailGroup, tailOf } from './tail.ts';

const group = (...us: readonly number[]) => tailGroup(Float32Array.from(us).sort());

test('a value within the group: minus the log of the share that is at least as large', () => {
  const four = group(1000, 2000, 3000, 4000);
  expect(tailOf(four, 500)).toBeCloseTo(0, 12);
  expect(tailOf(four, 1000)).toBeCloseTo(0, 12);
  expect(tailOf(four, 2500)).toBeCloseTo(-Math.log(3 / 5), 12);
  expect(tailOf(four, 4000)).toBeCloseTo(-Math.log(2 / 5), 12);
});

test('beyond the largest: the distance of logarithms in stds on top', () => {
  // logarithms 0, ln 4 apart: the population std is ln 2
  const two = group(1000, 4000);
  expect(two.sigma).toBeCloseTo(Math.LN2, 12);
  expect(tailOf(two, 16_000)).toBeCloseTo(Math.log(3) + Math.log(4) / Math.LN2, 12);
});

test('a constant operation is 0 at its constant and ln(1 + n) just above; sigma has a floor of 0.1', () => {
  const constant = group(...Array<number>(20).fill(1000));
  expect(constant.sigma).toBe(0.1);
  expect(tailOf(constant, 1000)).toBe(0);
  expect(tailOf(constant, 1000.001)).toBeCloseTo(Math.log(21), 4);
  expect(tailOf(constant, 1000 * Math.E)).toBeCloseTo(Math.log(21) + 10, 9);
});

test('ties count as at least as large', () => {
  expect(tailOf(group(1, 5, 5, 5), 5)).toBeCloseTo(-Math.log(4 / 5), 12);
});

test('where no value is above 0, nothing is added beyond the largest', () => {
  const negative = group(-3000, -2000, 0);
  expect(tailOf(negative, -2500)).toBeCloseTo(-Math.log(3 / 4), 12);
  expect(tailOf(negative, 5000)).toBeCloseTo(Math.log(4), 12);
});

test('inside logarithms a value is at least 0.001 ms', () => {
  const tiny = group(0.5, 0.5);
  expect(tailOf(tiny, 1)).toBeCloseTo(Math.log(3), 12);
  expect(tailOf(tiny, Math.E)).toBeCloseTo(Math.log(3) + 10, 9);
});

test('it never falls as the value rises, and is never negative', () => {
  const us = fc.integer({ min: -1000, max: 100_000 });
  fc.assert(
    fc.property(fc.array(us, { minLength: 1, maxLength: 50 }), us, us, (values, a, b) => {
      const of = group(...values);
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      expect(tailOf(of, low)).toBeGreaterThanOrEqual(0);
      expect(tailOf(of, high)).toBeGreaterThanOrEqual(tailOf(of, low));
    }),
  );
});

test('of values in stds the distance beyond the largest is taken as it is', () => {
  const two = Float32Array.of(-1, 1);
  expect(standardisedTailOf(two, 1, -1)).toBe(0);
  expect(standardisedTailOf(two, 1, 0)).toBeCloseTo(-Math.log(2 / 3), 12);
  expect(standardisedTailOf(two, 0.5, 3)).toBeCloseTo(Math.log(3) + 4, 12);
});

test('several groups make one, in order', () => {
  expect(joined([Float32Array.of(2, 9), Float32Array.of(1, 5)])).toEqual(
    Float32Array.of(1, 2, 5, 9),
  );
});
