import { expect, test } from 'vitest';
import { descendingOrder, everyRow } from '../base/order.ts';
import { correctionsOf } from '../scoring/corrections/list.ts';
import { toyTraces } from '../testing/toy-traces.ts';
import { labelCode } from '../trace/trace-set.ts';
import { SHOWN_LABELS, scoreHistograms } from './score-histograms.ts';
import type { TraceTable } from './trace-table.ts';

const toy = toyTraces(90);
const trace = Uint32Array.from({ length: 60 }, (_, row) => row + 30);
const scores = Float64Array.from(trace, (t) => (t * 7) % 61);
const table = {
  source: {
    trace,
    rows: everyRow(60),
    scores,
    threshold: null,
    corrections: correctionsOf('full'),
  },
  onDemand: { byScore: () => descendingOrder(scores) },
} as TraceTable;
const total = ({ counts, below, above }: ReturnType<typeof scoreHistograms>['log']) =>
  counts.map((count, g) => count.reduce((sum, n) => sum + n, 0) + below[g]! + above[g]!);

test('each row is counted once, in the group of its label', () => {
  const label = Uint8Array.from({ length: 90 }, (_, t) => labelCode(SHOWN_LABELS[t % 3]!));
  label.fill(labelCode('time'), 80);
  const { linear, log } = scoreHistograms({ ...toy, label }, table);
  const expected = SHOWN_LABELS.map(
    (name) => [...trace].filter((t) => label[t] === labelCode(name)).length,
  );
  expect(total(linear)).toEqual(expected);
  expect(total(log)).toEqual(expected);
});

test('all of the scores lie between the logarithmic edges', () => {
  const { edges, below, above } = scoreHistograms(toy, table).log;
  expect(edges[0]).toBe(Math.min(...scores));
  expect(edges.at(-1)).toBe(Math.max(...scores));
  expect([...below, ...above].every((count) => count === 0)).toBe(true);
});

test('without labels all are one group', () => {
  const label = new Uint8Array(90).fill(labelCode('unlabelled'));
  expect(total(scoreHistograms({ ...toy, label }, table).linear)).toEqual([60, 0, 0]);
});
