import { expect, test } from 'vitest';
import { fiveTraces } from '../../testing/five-traces.ts';
import { criticalPathRows } from './critical-path-view.ts';

test('rows are each below its caller, with what a call on the path took itself', () => {
  // a 14 ( b 8, c 11 ): c is waited for, b is hidden; a itself took 14 - 11 = 3
  const rows = criticalPathRows(fiveTraces(), 2);
  expect(rows).toMatchObject([
    { operation: 'a', depth: 0, critical: true, latencyMs: 14, ownMs: 3, share: 3 / 14 },
    { operation: 'b', depth: 1, critical: false, latencyMs: 8 },
    { operation: 'c', depth: 1, critical: true, ownMs: 11, share: 11 / 14 },
  ]);
});
