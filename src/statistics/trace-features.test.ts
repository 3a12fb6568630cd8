import { expect, test } from 'vitest';
import { tracesByHand } from '../testing/traces-by-hand.ts';
import { createTraceFeatures } from './trace-features.ts';

test('duration, self times without negative ones, nodes and depth', () => {
  const traces = tracesByHand([
    [
      [-1, 1, 10],
      [0, 2, 8],
      [0, 3, 9, 2],
      [1, 4, 3],
    ],
  ]);
  const row = new Float64Array(6);
  createTraceFeatures(traces)(0, row, 1);
  // self times: 10 - 8 - 18 < 0, 5, twice 9, 3
  const expected = [Math.log(10_000), Math.log(26_000), 4, 2];
  expected.forEach((value, i) => {
    expect(row[1 + i]).toBeCloseTo(value, 12);
  });
});
