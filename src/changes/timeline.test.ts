import { expect, test } from 'vitest';
import { firstTraces, tracesByHand } from '../testing/traces-by-hand.ts';
import { timeline } from './timeline.ts';

const traces = {
  ...tracesByHand([1, 2, 3, 4, 5].map((ms) => [[-1, 1, ms]])),
  startUs: Float64Array.from([10, 30, 12, Number.NaN, 20]),
  errorCount: Uint16Array.from([0, 1, 0, 1, 0]),
};

test('counts, errors, flags and durations fall into equal bins; the last moment is in the last', () => {
  const found = timeline(traces, 2, { trace: firstTraces(3), isFlagged: (row) => row === 1 })!;
  expect(found).toMatchObject({ fromUs: 10, binUs: 10, untimed: 1 });
  expect([...found.traces]).toEqual([2, 2]);
  expect([...found.failed]).toEqual([0, 1]);
  expect([...found.scored]).toEqual([2, 1]);
  expect([...found.flagged]).toEqual([0, 1]);
  expect([...found.p50Us]).toEqual([2000, 3500]);
});

test('an empty bin has no duration, and without times there is no timeline', () => {
  expect(timeline(traces, 20, null)!.p50Us[5]).toBeNaN();
  expect(timeline(tracesByHand([[[-1, 1, 1]]]), 5, null)).toBeNull();
});
