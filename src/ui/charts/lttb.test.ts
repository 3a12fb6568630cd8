import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { largestTriangle } from './lttb.ts';

describe('largestTriangle', () => {
  it('keeps everything where all fits', () => {
    expect(largestTriangle([1, 2, 3], [5, 6, 7], 10)).toEqual([0, 1, 2]);
  });

  it('keeps a single peak in a long flat line', () => {
    const x = Array.from({ length: 10_000 }, (_, i) => i);
    const y = x.map((i) => (i === 7123 ? 50 : 0));
    expect(largestTriangle(x, y, 100)).toContain(7123);
  });

  it('keeps both ends, the order and the limit', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 3, maxLength: 400 }),
        fc.integer({ min: 3, max: 60 }),
        (y, limit) => {
          const kept = largestTriangle(
            y.map((_, i) => i),
            y,
            limit,
          );
          expect(kept[0]).toBe(0);
          expect(kept.at(-1)).toBe(y.length - 1);
          expect(kept.length).toBe(Math.min(limit, y.length));
          expect(kept.every((index, i) => i === 0 || index > kept[i - 1]!)).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });
});
