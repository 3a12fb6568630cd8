import { expect, test } from 'vitest';
import { boxOf, nodeRanges, scoreBoxes } from './boxes.ts';

test('few node counts have a box each, many share ranges of equal width', () => {
  expect(nodeRanges(Uint16Array.of(7, 3, 3, 5))).toEqual([
    [3, 3],
    [5, 5],
    [7, 7],
  ]);
  const many = nodeRanges(Uint16Array.from({ length: 30 }, (_, i) => i + 2));
  expect(many).toHaveLength(8);
  expect(many[0]).toEqual([2, 5]);
  expect(many.at(-1)).toEqual([30, 33]);
});

test('whiskers end at the outermost score within 1.5 boxes, outliers beyond are left out', () => {
  const box = boxOf(Float64Array.of(-100, 0, 1, 2, 3, 4, 5, 6, 50));
  expect(box).toEqual({ count: 9, q1: 1, median: 3, q3: 5, low: 0, high: 6 });
});

test('a box holds the scores of its range and group alone', () => {
  const groups = {
    labelled: true,
    group: Uint8Array.of(0, 0, 1, 0),
    mismatched: new Uint8Array(4),
  };
  const boxes = scoreBoxes(Float64Array.of(1, 3, 9, 20), Uint16Array.of(2, 2, 2, 4), groups);
  expect(boxes.map(({ from, group, count, median }) => [from, group, count, median])).toEqual([
    [2, 0, 2, 2],
    [2, 1, 1, 9],
    [4, 0, 1, 20],
  ]);
});
