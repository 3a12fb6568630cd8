import { expect, test } from 'vitest';
import { laneMarks } from './lane-layout.ts';

test('a trace has a mark in each lane that it is in, at its own height within it', () => {
  const { row, lane, y } = laneMarks([
    Uint8Array.of(1, 0, 1),
    Uint8Array.of(0, 1, 0),
    Uint8Array.of(0, 1, 0),
  ]);
  expect([...row]).toEqual([0, 2, 1, 1]);
  expect([...lane]).toEqual([0, 0, 1, 2]);
  y.forEach((place, mark) => {
    expect(place).toBeGreaterThan(lane[mark]! / 3);
    expect(place).toBeLessThan((lane[mark]! + 1) / 3);
  });
  expect(y[3]! - y[2]!).toBeCloseTo(1 / 3, 6);
});
