import fc from 'fast-check';
import { expect, test } from 'vitest';
import { falseDiscoveryRates, fisherGreater, oddsRatio } from './fisher.ts';

test('the lady tasting tea: 3 of 4 right', () => {
  expect(fisherGreater(3, 4, 1, 4)).toBeCloseTo(17 / 70, 12);
});

test('the tail is what counting all ways gives', () => {
  const choose = (n: number, k: number): number =>
    k < 0 || k > n ? 0 : k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k;
  const table = fc
    .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }))
    .chain(([first, second]) =>
      fc.tuple(
        fc.integer({ min: 0, max: first }),
        fc.constant(first),
        fc.integer({ min: 0, max: second }),
        fc.constant(second),
      ),
    );
  fc.assert(
    fc.property(table, ([a, first, c, second]) => {
      let ways = 0;
      for (let x = a; x <= Math.min(first, a + c); x++) {
        ways += choose(first, x) * choose(second, a + c - x);
      }
      const expected = ways / choose(first + second, a + c);
      expect(Math.abs(fisherGreater(a, first, c, second) / expected - 1)).toBeLessThan(1e-9);
    }),
  );
});

test('a million traces take no longer than a few, and stay a probability', () => {
  const p = fisherGreater(9_000, 10_000, 495_000, 990_000);
  expect(p).toBeGreaterThanOrEqual(0);
  expect(p).toBeLessThan(1e-300);
  expect(fisherGreater(5_000, 10_000, 495_000, 990_000)).toBeCloseTo(0.5, 1);
});

test('an odds ratio lies in its interval, and is finite where nothing is marked', () => {
  const { ratio, low, high } = oddsRatio(8, 10, 20, 100);
  expect(ratio).toBeCloseTo(((8.5 / 2.5) * 80.5) / 20.5, 9);
  expect(low).toBeLessThan(ratio);
  expect(high).toBeGreaterThan(ratio);
  expect(Number.isFinite(oddsRatio(0, 10, 0, 100).ratio)).toBe(true);
});

test('adjusted p-values keep the order and are never smaller', () => {
  expect(falseDiscoveryRates([0.01, 0.04, 0.03, 0.5])).toEqual([
    0.04,
    expect.closeTo(0.16 / 3, 12),
    expect.closeTo(0.16 / 3, 12),
    0.5,
  ]);
});
