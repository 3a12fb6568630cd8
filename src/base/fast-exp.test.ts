import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fastExp, fastSigmoid, fastTanh } from './fast-exp.ts';

const numbers = fc.oneof(
  fc.double({ min: -50, max: 50, noNaN: true }),
  fc.double({ min: -800, max: 800, noNaN: true }),
);

describe('the exponential for loops', () => {
  test('is within 1e-8 of Math.exp', () => {
    fc.assert(
      fc.property(numbers, (x) => {
        const exact = Math.exp(x);
        const error = fastExp(x) === exact ? 0 : Math.abs(fastExp(x) - exact) / exact;
        expect(error).toBeLessThan(1e-8);
        expect(Math.abs(fastSigmoid(x) - 1 / (1 + Math.exp(-x)))).toBeLessThan(1e-8);
        expect(Math.abs(fastTanh(x) - Math.tanh(x))).toBeLessThan(1e-8);
      }),
      { numRuns: 2000 },
    );
  });

  test('passes on what is no number, and has the limits', () => {
    expect(fastExp(Number.NaN)).toBeNaN();
    expect(fastTanh(Number.NaN)).toBeNaN();
    expect(fastExp(Number.NEGATIVE_INFINITY)).toBe(0);
    expect(fastExp(Number.POSITIVE_INFINITY)).toBe(Number.POSITIVE_INFINITY);
    expect([fastSigmoid(-1e9), fastSigmoid(1e9)]).toEqual([0, 1]);
    expect([fastTanh(-1e9), fastTanh(1e9)]).toEqual([-1, 1]);
    expect(fastExp(0)).toBe(1);
  });
});
