import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { axisEdges, placeOnAxis, scoreAxis } from './score-axis.ts';

const scores = fc
  .array(fc.double({ min: -1e4, max: 1e5, noNaN: true }), { minLength: 1 })
  .map((values) => Float64Array.from(values));

describe('the score axis', () => {
  it('keeps the order of scores, between 0 and 1', () => {
    fc.assert(
      fc.property(scores, (column) => {
        const places = placeOnAxis(column, scoreAxis([column]));
        column.forEach((score, i) => {
          expect(places[i]).toBeGreaterThanOrEqual(0);
          expect(places[i]).toBeLessThanOrEqual(1);
          column.forEach((other, j) => {
            if (score < other) expect(places[i]).toBeLessThanOrEqual(places[j]!);
          });
        });
      }),
      { numRuns: 50 },
    );
  });

  it('has a width where scores are too near to be told apart', () => {
    for (const column of [
      [7.4e-323, 8e-323],
      [1e4, 1e4 + 2e-12],
      [3, 3],
    ]) {
      const made = Float64Array.from(column);
      for (const place of placeOnAxis(made, scoreAxis([made]))) expect(place).toBeCloseTo(0.5, 1);
    }
  });

  it('has edges that are equally far apart on it', () => {
    const axis = scoreAxis([Float64Array.of(-30, 5000)]);
    const places = placeOnAxis(axisEdges(axis, 8), axis);
    places.forEach((place, i) => {
      expect(place).toBeCloseTo(i / 8, 6);
    });
  });

  it('keeps scores beyond it at its ends', () => {
    const axis = scoreAxis([Float64Array.of(0, 100)]);
    expect([...placeOnAxis(Float64Array.of(-5, 1e5), axis)]).toEqual([0, 1]);
  });
});
