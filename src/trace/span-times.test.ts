import { describe, expect, test } from 'vitest';
import { criticalIntervals, selfIntervals } from './span-times.ts';

/** [parent, from, to] */
const spansOf = (...list: (readonly [number, number, number])[]) => ({
  parent: list.map(([parent]) => parent),
  startUs: list.map(([, from]) => from),
  durationUs: list.map(([, from, to]) => to - from),
});

/** A root that waits for two calls one after the other, the second of which calls once. */
const chain = spansOf([-1, 0, 100], [0, 10, 30], [0, 40, 90], [2, 50, 80]);
/** Two calls at the same time, the second returns last. */
const parallel = spansOf([-1, 0, 100], [0, 10, 50], [0, 20, 90]);

describe('self time', () => {
  test('is when no call of the span runs', () => {
    expect(selfIntervals(chain)).toEqual([
      [
        [0, 10],
        [30, 40],
        [90, 100],
      ],
      [[10, 30]],
      [
        [40, 50],
        [80, 90],
      ],
      [[50, 80]],
    ]);
  });

  test('counts calls that overlap once', () => {
    expect(selfIntervals(parallel)[0]).toEqual([
      [0, 10],
      [90, 100],
    ]);
  });

  test('ends with the span, whatever its calls do', () => {
    expect(selfIntervals(spansOf([-1, 0, 50], [0, 20, 80], [0, 60, 70]))[0]).toEqual([[0, 20]]);
  });

  test('is not known without a start', () => {
    expect(selfIntervals(spansOf([-1, Number.NaN, 50]))).toEqual([[]]);
  });
});

describe('the critical path', () => {
  test('has one span at every moment of the request', () => {
    for (const spans of [chain, parallel]) {
      const all = criticalIntervals(spans).flat();
      expect(all.reduce((sum, [from, to]) => sum + to - from, 0)).toBe(100);
    }
  });

  test('goes by the call that returns last', () => {
    expect(criticalIntervals(parallel)).toEqual([
      [
        [0, 10],
        [90, 100],
      ],
      [[10, 20]],
      [[20, 90]],
    ]);
  });

  test('leaves out a call that nobody waited for', () => {
    const late = criticalIntervals(spansOf([-1, 0, 50], [0, 10, 20], [0, 60, 90]));
    expect(late).toEqual([
      [
        [0, 10],
        [20, 50],
      ],
      [[10, 20]],
      [],
    ]);
  });

  test('is not told where a start is not known', () => {
    expect(criticalIntervals(spansOf([-1, 0, 50], [0, Number.NaN, 80]))).toEqual([[], []]);
  });
});
