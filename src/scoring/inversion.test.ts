import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../base/random.ts';
import { inversionOfSorted, overlapArea } from './inversion.ts';

const sample = fc
  .array(fc.integer({ min: -30, max: 30 }), { minLength: 1, maxLength: 60 })
  .map((values) => Float64Array.from(values));

describe('overlapArea', () => {
  it('is 0 where a threshold parts the classes, however unequal they are', () => {
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        expect(
          overlapArea(
            a,
            b.map((x) => x + 100),
          ),
        ).toBe(0);
      }),
    );
  });

  it('is symmetric, within 0 and 1, and 1 for the same scores', () => {
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const area = overlapArea(a, b);
        expect(area).toBeCloseTo(overlapArea(b, a), 12);
        expect(area).toBeGreaterThanOrEqual(0);
        expect(area).toBeLessThanOrEqual(1 + 1e-12);
        expect(overlapArea(a, a)).toBeCloseTo(1, 12);
      }),
    );
  });

  it('does not move with a monotone rescaling', () => {
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const rescale = (x: number) => Math.exp(x / 5) * 7;
        expect(overlapArea(a.map(rescale), b.map(rescale))).toBe(overlapArea(a, b));
      }),
    );
  });

  it('is near the true overlap of two shifted normals', () => {
    const random = createRandom(1);
    const a = Float64Array.from({ length: 5000 }, () => random.normal());
    const b = Float64Array.from({ length: 500 }, () => random.normal() + 1);
    // 2 Phi(-1/2) = 0.617
    expect(Math.abs(overlapArea(a, b) - 0.617)).toBeLessThan(0.05);
  });
});

describe('inversion', () => {
  it('counts anomalies below the median of the normal scores', () => {
    const found = inversionOfSorted(Float64Array.of(1, 2, 3), Float64Array.of(0, 2, 5, 6));
    expect(found.normalMedian).toBe(2);
    expect(found.anomaliesBelowNormalMedian).toBe(0.25);
  });

  it('is null where a class is absent', () => {
    const none = new Float64Array(0);
    expect(inversionOfSorted(none, Float64Array.of(1)).normalMedian).toBeNull();
    expect(inversionOfSorted(Float64Array.of(1), none)).toEqual({
      area: null,
      normalMedian: 1,
      anomaliesBelowNormalMedian: null,
    });
  });
});
