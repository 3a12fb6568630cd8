import { expect, test } from 'vitest';
import { firstTraces, type NodeByHand, tracesByHand } from '../testing/traces-by-hand.ts';
import { gatherDurations, openDurationTails } from './duration-tails.ts';
import { tailOf } from './tail.ts';

const short = (ms: number): readonly NodeByHand[] => [
  [-1, 1, ms],
  [0, 2, 1],
];
const long = (ms: number): readonly NodeByHand[] => [
  [-1, 1, ms],
  [0, 3, 1],
];
const other = (ms: number): readonly NodeByHand[] => [
  [-1, 4, ms],
  [0, 2, 1],
];

test('a trace is compared with its structure, else with its root, else with all', () => {
  const train = [
    ...Array.from({ length: 20 }, (_, i) => short(i + 1)),
    ...Array.from({ length: 5 }, () => long(100)),
    ...Array.from({ length: 3 }, () => other(1000)),
  ];
  const values = gatherDurations(tracesByHand(train), firstTraces(train.length));
  const asked = tracesByHand([short(100), long(100), other(1000), [[-1, 1, 19]], [[-1, 7, 5]]]);
  const groupOf = openDurationTails(values)(asked);
  const groups = Array.from(asked.structureOf, (_, trace) => groupOf(trace));
  expect(groups.map(({ of, group }) => [of, group.values.length])).toEqual([
    ['structure', 20],
    ['root', 25],
    ['all', 28],
    // structures that training did not have
    ['root', 25],
    ['all', 28],
  ]);
  const durationUs = (trace: number) => asked.latencyUs[asked.nodeOffset[trace]!]!;
  const tail = (trace: number) => tailOf(groups[trace]!.group, durationUs(trace));
  // 100 ms is far out for the first structure, and usual for the second
  expect(tail(0)).toBeGreaterThan(Math.log(21));
  expect(tail(1)).toBeCloseTo(-Math.log(6 / 26), 12);
  expect(tail(2)).toBeCloseTo(-Math.log(4 / 29), 12);
  expect(tail(3)).toBeCloseTo(-Math.log(8 / 26), 12);
});
