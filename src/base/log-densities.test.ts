import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalLogDensity, tailedNormalLogDensity } from './log-densities.ts';

const gaussian = fc.record({
  mean: fc.double({ min: -10, max: 10, noNaN: true }),
  logStd: fc.double({ min: -7, max: 5, noNaN: true }),
});

test('within its stds a tailed density is the Gaussian, beyond it is above and still falls', () => {
  const distance = fc.double({ min: 0, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(gaussian, distance, fc.boolean(), ({ mean, logStd }, stds, above) => {
      const at = (distance: number): number =>
        mean + (above ? 1 : -1) * distance * Math.exp(logStd);
      const plain = normalLogDensity(at(stds), mean, logStd);
      const tailed = tailedNormalLogDensity(at(stds), mean, logStd, 6);
      if (stds < 5.99) expect(tailed).toBe(plain);
      if (stds > 6.5) expect(tailed).toBeGreaterThan(plain);
      expect(tailedNormalLogDensity(at(stds * 1.1 + 1), mean, logStd, 6)).toBeLessThan(tailed);
      const endless = tailedNormalLogDensity(at(stds), mean, logStd, Number.POSITIVE_INFINITY);
      expect(endless).toBe(plain);
    }),
  );
});

test('the tails go on with the value and the slope of the Gaussian, and fall as a power', () => {
  const log = (x: number): number => tailedNormalLogDensity(x, 0, 0, 6);
  expect(log(6 + 1e-9)).toBeCloseTo(log(6), 7);
  expect((log(6.0001) - log(6)) / 1e-4).toBeCloseTo(-6, 2);
  // ten times as far: 10^-36 as dense
  expect(log(600) - log(60)).toBeCloseTo(-36 * Math.log(10), 9);
});

test('what the tails add to the integral of 1 is negligible', () => {
  const step = 1e-3;
  let integral = 0;
  for (let x = -60; x < 60; x += step) {
    integral += step * Math.exp(tailedNormalLogDensity(x, 0, 0, 6));
  }
  expect(Math.abs(integral - 1)).toBeLessThan(1e-8);
});
