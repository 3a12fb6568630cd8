import { expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { oddCut } from './odd-cut.ts';

/** Usual traces have p-values that are even from 0 to 1. */
const usual = (count: number): number[] => {
  const draws = createRandom(7);
  return Array.from({ length: count }, () => -Math.log(1 - draws.uniform()));
};

test('what stands out of usual traces is flagged, and few of those with it', () => {
  const scores = Float64Array.from([...usual(2000), ...Array.from({ length: 200 }, () => 12)]);
  const cut = oddCut(scores);
  const flagged = [...scores.keys()].filter((row) => scores[row]! > cut);
  expect(flagged.filter((row) => row >= 2000)).toHaveLength(200);
  expect(flagged.length).toBeGreaterThan(200);
  expect(flagged.length).toBeLessThan(225);
});

test('the fewer stand out, the further out they have to be', () => {
  const cutWith = (odd: number) =>
    oddCut(Float64Array.from([...usual(2000), ...Array(odd).fill(20)]));
  expect(cutWith(1)).toBeGreaterThan(cutWith(100));
});

test('of usual traces alone, and of none, nothing is above the cut', () => {
  const scores = Float64Array.from(usual(500));
  expect(oddCut(scores)).toBe(Math.max(...scores));
  expect(oddCut(new Float64Array(0))).toBe(Number.NEGATIVE_INFINITY);
});
