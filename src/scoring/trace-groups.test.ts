import { expect, test } from 'vitest';
import { labelCode } from '../trace/trace-set.ts';
import { groupTraces, splitByGroup } from './trace-groups.ts';

const labels = Uint8Array.from(['normal', 'unlabelled', 'structure', 'time'] as const, labelCode);

test('the mismatched are anomalies, and in their label’s group too', () => {
  const groups = groupTraces(labels, Uint8Array.of(1, 0, 1, 0));
  expect(groups.labelled).toBe(true);
  expect([...groups.group]).toEqual([0, 0, 1, 2]);
  // a normal trace that is reconstructed otherwise is not one of them
  expect([...groups.mismatched]).toEqual([0, 0, 1, 0]);
  const split = splitByGroup([10, 20, 30, 40], groups).map((values) => [...values]);
  expect(split).toEqual([[10, 20], [30], [40], [30]]);
});

test('without labels all traces are one group, and whoever differs is mismatched', () => {
  const groups = groupTraces(new Uint8Array(3), Uint8Array.of(0, 1, 1));
  expect(groups.labelled).toBe(false);
  expect([...groups.group]).toEqual([0, 0, 0]);
  expect([...groups.mismatched]).toEqual([0, 1, 1]);
});
