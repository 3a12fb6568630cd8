import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { layoutWaterfall } from './waterfall-layout.ts';

const options = { total: 10, top: 3, totalLabel: 'score', remainderLabel: 'remainder' };
const parts = (values: readonly number[]) =>
  values.map((value, i) => ({ id: `${i}`, label: `part ${i}`, value }));

describe('layoutWaterfall', () => {
  it('chains bars from zero to the total, whatever the parts', () => {
    const value = fc.double({ min: -1e4, max: 1e4, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { maxLength: 40 }), value, fc.nat(12), (values, total, top) => {
        const { bars, domain } = layoutWaterfall(parts(values), { ...options, total, top });
        const steps = bars.slice(0, -1);
        steps.forEach((bar, i) => {
          expect(bar.from).toBe(i === 0 ? 0 : steps[i - 1]!.to);
          expect(bar.from).toBeGreaterThanOrEqual(domain[0]);
          expect(bar.to).toBeLessThanOrEqual(domain[1]);
        });
        expect(steps.at(-1)?.to ?? 0).toBeCloseTo(total, 0);
        expect(bars.at(-1)).toMatchObject({ kind: 'total', from: 0, to: total });
      }),
      { numRuns: 60 },
    );
  });

  it('ranks by size, gathers the others and shows what is left', () => {
    const { bars } = layoutWaterfall(parts([1, -5, 3, 0.5, 0.25]), options);
    expect(bars.map(({ kind, part }) => [kind, part.value])).toEqual([
      ['part', -5],
      ['part', 3],
      ['part', 1],
      ['others', 0.75],
      ['remainder', 10.25],
      ['total', 10],
    ]);
  });

  it('calls what a ceiling cuts off by its name, and no remainder', () => {
    const ceiling = { at: 10, words: 'scores above 10 count as 10' };
    const { bars } = layoutWaterfall(parts([25, 3]), { ...options, ceiling });
    expect(bars.map(({ kind, part }) => [kind, part.label, part.detail, part.value])).toEqual([
      ['part', 'part 0', undefined, 25],
      ['part', 'part 1', undefined, 3],
      ['ceiling', 'ceiling', 'scores above 10 count as 10', -18],
      ['total', 'score', undefined, 10],
    ]);
    const below = layoutWaterfall(parts([7, 2]), { ...options, total: 9.5, ceiling });
    expect(below.bars.at(-2)).toMatchObject({ kind: 'remainder', part: { value: 0.5 } });
  });

  it('has no remainder where the parts sum up, and no "1 others"', () => {
    const { bars } = layoutWaterfall(parts([4, 3, 2, 1]), options);
    expect(bars.map(({ kind }) => kind)).toEqual(['part', 'part', 'part', 'part', 'total']);
  });
});
