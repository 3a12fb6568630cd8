import { expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { distance, kolmogorovTail, shareChange } from './distance.ts';

const ascending = (values: readonly number[]): Float64Array => Float64Array.from(values).sort();

test('two samples by hand: the shares above the value that divides them best', () => {
  const found = distance([1, 2, 3, 4], [3, 5, 6, 7]);
  expect(found).toMatchObject({ share: 0.75, larger: true, atValue: 4 });
  expect([found.aboveBefore, found.aboveAfter]).toEqual([0, 0.75]);
  expect(distance([3, 5, 6, 7], [1, 2, 3, 4])).toMatchObject({ share: 0.75, larger: false });
});

test('equal values on both sides are no difference', () => {
  expect(distance([1, 1, 1], [1, 1])).toMatchObject({ share: 0, low: 0, p: 1 });
});

test('the tail of the Kolmogorov distribution, from tables', () => {
  expect(kolmogorovTail(1.22385)).toBeCloseTo(0.1, 4);
  expect(kolmogorovTail(1.3581)).toBeCloseTo(0.05, 4);
  expect(kolmogorovTail(1.62762)).toBeCloseTo(0.01, 4);
  expect(kolmogorovTail(0.2)).toBe(1);
});

test('a fifth of the values four times larger is a distance of about a fifth, and the bound is below it', () => {
  const random = createRandom(1);
  const draw = (): number => Math.exp(0.3 * random.normal());
  const before = ascending(Array.from({ length: 3000 }, draw));
  const after = ascending(Array.from({ length: 1200 }, (_, i) => draw() * (i % 5 === 0 ? 4 : 1)));
  const found = distance(before, after);
  expect(found.share).toBeGreaterThan(0.17);
  expect(found.share).toBeLessThan(0.24);
  expect(found.low).toBeGreaterThan(0.12);
  expect(found.low).toBeLessThan(0.2);
  expect(found.p).toBeLessThan(1e-9);
});

test('without a difference p is below .05 in about one case of twenty', () => {
  const random = createRandom(2);
  const draw = (n: number): Float64Array =>
    ascending(Array.from({ length: n }, () => random.normal()));
  let below = 0;
  for (let i = 0; i < 400; i++) if (distance(draw(200), draw(80)).p < 0.05) below++;
  expect(below).toBeGreaterThan(6);
  expect(below).toBeLessThan(34);
});

test("the interval of a difference of shares is Newcombe's, by his example", () => {
  // 56 of 70 against 48 of 80: .0524 to .3339
  const change = shareChange(48, 80, 56, 70);
  expect(change.difference).toBeCloseTo(0.2, 12);
  expect(change.near).toBeCloseTo(0.0524, 4);
  expect(shareChange(56, 70, 48, 80).near).toBeCloseTo(-0.0524, 4);
  expect(shareChange(5, 10, 6, 10).near).toBe(0);
});
