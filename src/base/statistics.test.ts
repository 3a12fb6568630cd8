import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  logMeanExp,
  mean,
  median,
  medianReordering,
  percentile,
  percentileReordering,
  sorted,
  valueAtRank,
} from './statistics.ts';

const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });

describe('percentile', () => {
  it('interpolates between closest ranks, as numpy does', () => {
    expect(percentile([4, 1, 3, 2], 50)).toBe(2.5);
    expect(percentile([4, 1, 3, 2], 99)).toBeCloseTo(3.97, 12);
    expect(percentile([1, 2, 3], 0)).toBe(1);
    expect(percentile([1, 2, 3], 100)).toBe(3);
    expect(percentile([], 50)).toBeNaN();
  });

  it('lies between the extremes, grows with the percent and leaves its input alone', () => {
    fc.assert(
      fc.property(
        fc.array(finite, { minLength: 1 }),
        fc.double({ min: 0, max: 100, noNaN: true }),
        fc.double({ min: 0, max: 100, noNaN: true }),
        (values, a, b) => {
          const before = [...values];
          const low = percentile(values, Math.min(a, b));
          const high = percentile(values, Math.max(a, b));
          expect(values).toEqual(before);
          expect(low).toBeLessThanOrEqual(high);
          expect(low).toBeGreaterThanOrEqual(Math.min(...values));
          expect(high).toBeLessThanOrEqual(Math.max(...values));
        },
      ),
    );
  });
});

describe('mean and median', () => {
  it('are those of all values', () => {
    expect(mean([1, 2, 3, 6])).toBe(3);
    expect(median([1, 2, 3, 6])).toBe(2.5);
  });
});

describe('logMeanExp', () => {
  it('does not underflow at -1e4 nats', () => {
    expect(logMeanExp([-1e4, -1e4 + Math.log(3)])).toBeCloseTo(-1e4 + Math.log(2), 9);
    expect(logMeanExp([-1e4])).toBe(-1e4);
  });

  it('ignores samples of no weight and passes on what is no number', () => {
    expect(logMeanExp([Number.NEGATIVE_INFINITY, 0])).toBeCloseTo(-Math.log(2), 12);
    expect(logMeanExp([Number.NEGATIVE_INFINITY])).toBe(Number.NEGATIVE_INFINITY);
    expect(logMeanExp([0, Number.NaN])).toBeNaN();
    expect(logMeanExp([])).toBeNaN();
  });

  it('equals the direct formula where that is safe, and moves with a shift', () => {
    const small = fc.double({ min: -20, max: 20, noNaN: true });
    fc.assert(
      fc.property(fc.array(small, { minLength: 1, maxLength: 10 }), (values) => {
        const direct = Math.log(mean(values.map(Math.exp)));
        expect(logMeanExp(values)).toBeCloseTo(direct, 9);
        expect(logMeanExp(values.map((x) => x - 1e4))).toBeCloseTo(direct - 1e4, 7);
      }),
    );
  });
});

describe('medianReordering', () => {
  it('is the median, NaN counted as the largest', () => {
    const number = fc.oneof(finite, fc.constantFrom(0, 1, 2, Number.NaN));
    fc.assert(
      fc.property(fc.array(number), (values) => {
        const ascending = sorted(values);
        const [low, high] = [Math.floor, Math.ceil].map(
          (round) => ascending[round((values.length - 1) / 2)] ?? Number.NaN,
        );
        const middle = low === high ? low! : low! + (high! - low!) / 2;
        expect(medianReordering(Float64Array.from(values)) + 0).toEqual(middle + 0);
        if (!values.some(Number.isNaN)) expect(median(values) + 0).toEqual(middle + 0);
      }),
    );
  });
});

describe('percentileReordering and valueAtRank', () => {
  it('are those of sorted values', () => {
    const values = fc.array(finite, { minLength: 1 });
    fc.assert(
      fc.property(values, fc.integer({ min: 0, max: 100 }), (values, percent) => {
        const direct = percentile(values, percent);
        expect(percentileReordering(Float64Array.from(values), percent) + 0).toBe(direct + 0);
        const rank = Math.floor((percent / 100) * (values.length - 1));
        expect(valueAtRank(Float64Array.from(values), rank) + 0).toBe(sorted(values)[rank]! + 0);
      }),
    );
  });
});
