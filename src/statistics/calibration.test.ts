import { describe, expect, it } from 'vitest';
import { createRandom } from '../base/random.ts';
import { calibrate, surprise } from './calibration.ts';

const exponential = (count: number, seed = 1): number[] => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => -Math.log(1 - random.uniform()));
};

describe('how rare a statistic is among validation traces', () => {
  it('counts those that are at least as high, and the value itself', () => {
    const known = calibrate([3, 1, 2, 2]);
    expect(surprise(known, 0)).toBe(0);
    expect(surprise(known, 2)).toBeCloseTo(Math.log(5 / 4), 12);
    expect(surprise(known, 3)).toBeCloseTo(Math.log(5 / 2), 12);
    expect(surprise(known, 9)).toBeCloseTo(Math.log(5), 12);
  });

  it('follows an exponential tail beyond what was seen', () => {
    const known = calibrate(exponential(5000));
    // -ln P(X > x) = x
    for (const x of [1, 3, 6, 12]) expect(surprise(known, x)).toBeGreaterThan(0.75 * x);
    for (const x of [1, 3, 6, 12]) expect(surprise(known, x)).toBeLessThan(1.25 * x);
  });

  it('gives a heavy tail its slow growth', () => {
    const heavy = calibrate(exponential(5000).map((x) => Math.exp(x / 2)));
    // P(X > x) = x^-2
    expect(surprise(heavy, 100)).toBeGreaterThan(6);
    expect(surprise(heavy, 100)).toBeLessThan(14);
  });

  it('does not change with the unit', () => {
    const values = exponential(300);
    const [plain, scaled] = [calibrate(values), calibrate(values.map((x) => 1024 * x))];
    for (const x of [0.1, 1, 4, 20]) {
      expect(surprise(scaled, 1024 * x)).toBeCloseTo(surprise(plain, x), 6);
    }
  });

  it('rises with the value, through the place where the tail begins', () => {
    for (const values of [exponential(40), exponential(500), [1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3]]) {
      const known = calibrate(values);
      let before = -1;
      for (let x = 0; x < 12; x += 0.01) {
        const now = surprise(known, x);
        expect(now).toBeGreaterThanOrEqual(before);
        before = now;
      }
    }
  });

  it('knows nothing from nothing, and ranks where all are equal', () => {
    expect(surprise(calibrate([]), 5)).toBe(0);
    const constant = calibrate(new Array(99).fill(7));
    expect(surprise(constant, 7)).toBe(0);
    expect(surprise(constant, 7.1)).toBeCloseTo(Math.log(100), 12);
  });
});
