import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupedHistogram } from './histogram.ts';

const group = fc.array(fc.double({ min: -1e5, max: 1e5, noNaN: true }), { maxLength: 80 });

describe('groupedHistogram', () => {
  it('loses no value', () => {
    fc.assert(
      fc.property(
        fc.array(group, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 50, max: 100 }),
        (groups, bins, coverage) => {
          const found = groupedHistogram(groups, { bins, coverage });
          expect(found.edges).toHaveLength(bins + 1);
          groups.forEach((values, g) => {
            const inside = found.counts[g]!.reduce((sum, n) => sum + n, 0);
            expect(inside + found.below[g]! + found.above[g]!).toBe(values.length);
          });
        },
      ),
    );
  });

  it('counts by half-open bins, the last one closed', () => {
    const found = groupedHistogram([[0, 1, 2, 3, 4]], { bins: 2, coverage: 100 });
    expect([...found.edges]).toEqual([0, 2, 4]);
    expect([...found.counts[0]!]).toEqual([2, 3]);
  });

  it('keeps a lone extreme out of the range but in the overflow', () => {
    const values = [...Array.from({ length: 500 }, (_, i) => i / 100), 1e5];
    const found = groupedHistogram([values], { bins: 10 });
    expect(found.edges[10]!).toBeLessThan(6);
    expect(found.above[0]!).toBeGreaterThanOrEqual(1);
  });
});

it('symlog bins rise, hold every value of the range and are narrower near zero', () => {
  const scores = [-40, -3, 0, 2, 17, 23, 60, 4000, 88_000];
  const { edges, counts, below, above } = groupedHistogram([scores], {
    bins: 20,
    coverage: 100,
    linearBelow: 10,
  });
  for (let i = 1; i < edges.length; i++) expect(edges[i]!).toBeGreaterThan(edges[i - 1]!);
  expect([edges[0], edges.at(-1)]).toEqual([-40, 88_000]);
  expect(counts[0]!.reduce((a, b) => a + b)).toBe(scores.length);
  expect([below[0], above[0]]).toEqual([0, 0]);
  const width = (value: number) => {
    const i = edges.findIndex((edge) => edge > value);
    return edges[i]! - edges[i - 1]!;
  };
  expect(width(0)).toBeLessThan(width(60));
  expect(width(60)).toBeLessThan(width(4000));
});
