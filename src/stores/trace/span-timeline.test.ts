import { expect, test } from 'vitest';
import { spanColumns } from '../../testing/spans.ts';
import { traceSpansOf } from '../../testing/trace-spans.ts';
import { assembleTraces } from '../../trace/assemble.ts';
import { spanTimeline } from './span-timeline.ts';

function timelineOf(list: Parameters<typeof spanColumns>[0]) {
  const { traces, spans } = assembleTraces(spanColumns(list), ['one.csv']);
  return spanTimeline(traces, 0, traceSpansOf(spans));
}

const ROOT = { id: 'root', service: 'web', operation: 'GET', startUs: 1000, durationUs: 9000 };
const call = (id: string, startUs: number, durationUs: number) => ({
  ...{ id, parent: 'root', service: 'cart', operation: 'Get' },
  ...{ startUs, durationUs },
});

test('spans that were merged into one node share its row, by start', () => {
  const { rows, lengthMs, skewed } = timelineOf([
    ROOT,
    call('b', 5000, 2000),
    call('a', 2000, 1000),
  ]);
  expect(lengthMs).toBe(9);
  expect(skewed).toBe(0);
  expect(rows).toHaveLength(2);
  expect(rows[1]).toMatchObject({ node: 1, depth: 1, service: 'cart' });
  expect(rows[1]!.bars.map(({ spanId, startMs }) => [spanId, startMs])).toEqual([
    ['a', 1],
    ['b', 4],
  ]);
});

test('a span outside its caller tells by how much, and time starts with the earliest', () => {
  const { rows, lengthMs, skewed, largestSkewMs } = timelineOf([
    ROOT,
    call('early', 400, 1000),
    call('late', 9500, 2000),
  ]);
  expect(rows[0]!.bars[0]).toMatchObject({ startMs: 0.6, earlyMs: 0, lateMs: 0 });
  expect(rows[1]!.bars).toMatchObject([
    { spanId: 'early', startMs: 0, earlyMs: 0.6, lateMs: 0 },
    { spanId: 'late', earlyMs: 0, lateMs: 1.5 },
  ]);
  expect(lengthMs).toBeCloseTo(11.1, 9);
  expect(skewed).toBe(2);
  expect(largestSkewMs).toBe(1.5);
});

test('without starts there are durations, and no skew is claimed', () => {
  const { rows, skewed } = timelineOf([
    { ...ROOT, startUs: Number.NaN },
    call('a', Number.NaN, 1000),
  ]);
  expect(rows.map(({ bars }) => bars[0]!.startMs)).toEqual([null, null]);
  expect(skewed).toBe(0);
});
