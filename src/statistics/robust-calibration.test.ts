import { expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { calibrate, surprise } from './calibration.ts';
import { calibrateRobustly } from './robust-calibration.ts';

const draws = createRandom(3);
const usual = Array.from({ length: 2000 }, () => -Math.log(1 - draws.uniform()));

test('of values with an exponential tail, -ln p is the value, also beyond the largest', () => {
  const robust = calibrateRobustly(usual);
  for (const value of [0.5, 1, 2, 5, 12]) {
    expect(surprise(robust, value) / value).toBeCloseTo(1, 0);
  }
});

test('a tenth that lies far out hardly changes what is said of it, where ranks would hide it', () => {
  const odd = Array.from({ length: 200 }, () => 9 + draws.uniform());
  const both = [...usual, ...odd];
  expect(surprise(calibrateRobustly(both), 9.5)).toBeGreaterThan(5);
  expect(surprise(calibrate(both), 9.5)).toBeLessThan(5);
});

test('where one value stands for most, what is above it is told by how far', () => {
  const most = calibrateRobustly([...Array(95).fill(1), 2, 3, 4, 5, 6]);
  expect(surprise(most, 1)).toBeCloseTo(0, 5);
  expect(surprise(most, 6)).toBeGreaterThan(surprise(most, 2));
  expect(surprise(calibrateRobustly(Array(50).fill(1)), 1)).toBeCloseTo(0, 5);
});

test('the scale is at least what is asked for', () => {
  const narrow = Array.from({ length: 100 }, (_, i) => i / 1000);
  expect(surprise(calibrateRobustly(narrow, 1), 1)).toBeLessThan(
    surprise(calibrateRobustly(narrow), 1),
  );
});
