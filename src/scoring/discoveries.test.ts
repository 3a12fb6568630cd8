import { expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { benjaminiHochberg, conformalPValues } from './discoveries.ts';

test('a p-value is the share of the reference that is at least as high, the trace itself counted', () => {
  expect([...conformalPValues([0, 2, 2.5, 9], [3, 1, 2])]).toEqual([1, 0.75, 0.5, 0.25]);
  expect([...conformalPValues([7], [])]).toEqual([1]);
});

test('the example of Benjamini and Hochberg (1995, section 3.2): four of fifteen at 5 %', () => {
  const pValues = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719,
    0.6528, 0.759, 1,
  ];
  expect(benjaminiHochberg(pValues.toReversed(), 0.05)).toBe(0.0095);
});

test('one p-value that is too large does not keep back those that carry it', () => {
  // 0.04 is above 0.1 / 4, and 0.05 is not above 2 * 0.1 / 4
  expect(benjaminiHochberg([0.04, 0.05, 0.9, 1], 0.1)).toBe(0.05);
});

test('nothing stands out, or there is nothing', () => {
  expect(benjaminiHochberg([0.5, 0.9, 0.7], 0.1)).toBe(-1);
  expect(benjaminiHochberg([], 0.1)).toBe(-1);
});

test('among those flagged, the share of clean traces is at most q in the mean', () => {
  const draws = createRandom(5);
  const shares = Array.from({ length: 200 }, () => {
    const reference = Float64Array.from({ length: 400 }, () => draws.uniform());
    const clean = Float64Array.from({ length: 180 }, () => draws.uniform());
    const odd = Float64Array.from({ length: 20 }, () => 1 + draws.uniform());
    const pValues = conformalPValues([...clean, ...odd], reference);
    const most = benjaminiHochberg(pValues, 0.2);
    const flagged = [...pValues.keys()].filter((row) => pValues[row]! <= most);
    expect(flagged.filter((row) => row >= clean.length).length).toBe(odd.length);
    return flagged.filter((row) => row < clean.length).length / Math.max(1, flagged.length);
  });
  const share = shares.reduce((sum, one) => sum + one, 0) / shares.length;
  expect(share).toBeGreaterThan(0.1);
  expect(share).toBeLessThan(0.2);
});
