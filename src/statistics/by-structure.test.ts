import { expect, test } from 'vitest';
import { type NodeByHand, tracesByHand } from '../testing/traces-by-hand.ts';
import { byStructure } from './by-structure.ts';

test('traces of one structure stand together, in their order; of what none has there is no group', () => {
  const [one, two]: NodeByHand[][] = [
    [[-1, 1, 5]],
    [
      [-1, 1, 5],
      [0, 2, 3],
    ],
  ];
  const three: NodeByHand[] = [[-1, 3, 1]];
  const traces = tracesByHand([two!, one!, three, two!, one!]);
  const groups = byStructure(traces, Uint32Array.of(4, 3, 1, 0));
  expect(groups.map(({ traces: of, from, to }) => [...of.subarray(from, to)])).toEqual([
    [3, 0],
    [4, 1],
  ]);
});
