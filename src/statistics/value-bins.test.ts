import { expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { binsOf, countBelowIn } from './value-bins.ts';

const random = createRandom(3);

test.each([
  ['one value', () => 4, 1],
  ['all equal', () => 4, 900],
  ['heavy tails on both sides', () => random.normal() ** 3, 5000],
  ['a few sizes, many times', () => Math.round(2 * random.normal()), 3000],
  ['subnormal steps', (i: number) => i * 5e-324, 400],
])('counts as a look at every value does: %s', (_, valueAt, length) => {
  const ascending = Float64Array.from({ length }, (_, i) => valueAt(i)).sort();
  const bins = binsOf(ascending);
  const asked = [...ascending.slice(0, 300), -Infinity, Infinity, -7, 0, 0.5, 1e300];
  for (const x of asked) {
    expect(countBelowIn(ascending, bins, x)).toBe(ascending.filter((value) => value < x).length);
  }
});
