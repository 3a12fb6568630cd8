/** Ids and times of OTLP JSON that come in parts, or as dates. */
import { expect, it } from 'vitest';
import { importedFrom, sourceFile } from '../testing/files.ts';
import { latenciesOf, ledgerOf, traceIdsOf, treesOf } from '../testing/imports.ts';
import { type OtlpSpan, otlpSpan, resourceSpans, SAMPLE_TRACE_ID } from '../testing/otlp.ts';

const imported = (...spans: readonly OtlpSpan[]) =>
  importedFrom(
    sourceFile('a.json', JSON.stringify({ resourceSpans: [resourceSpans('web', ...spans)] })),
  );
const bytesOf = (hex: string): number[] => [...Buffer.from(hex, 'hex')];
const halves = (nanos: bigint): object => ({
  low: Number(BigInt.asIntN(32, nanos)),
  high: Number(nanos >> 32n),
  unsigned: true,
});

it('ids as bytes are the ids that hexadecimal digits write', async () => {
  const traces = await imported(
    otlpSpan('1', '', 'a'),
    otlpSpan('2', '1', 'b', {
      traceId: bytesOf(SAMPLE_TRACE_ID),
      parentSpanId: { type: 'Buffer', data: [0, 0, 0, 0, 0, 0, 0, 1] },
    }),
    otlpSpan('3', '2', 'c', {
      traceId: { ...bytesOf(SAMPLE_TRACE_ID) },
      spanId: bytesOf('0000000000000003'),
    }),
  );
  expect(treesOf(traces)).toEqual(['-1 web/a, 0 web/b, 1 web/c']);
  expect(traceIdsOf(traces)).toEqual([SAMPLE_TRACE_ID]);
  expect(ledgerOf(traces)).toEqual([]);
});

it('an id of no bytes, of zeros or of too many is none', async () => {
  const traces = await imported(
    otlpSpan('1', '', 'a', { parentSpanId: [] }),
    otlpSpan('2', '1', 'b'),
    otlpSpan('3', '1', 'c', { traceId: [] }),
    otlpSpan('4', '1', 'd', { traceId: new Array(16).fill(0) }),
    otlpSpan('5', '1', 'e', { spanId: new Array(17).fill(7) }),
  );
  expect(treesOf(traces)).toEqual(['-1 web/a, 0 web/b']);
  expect(ledgerOf(traces)).toMatchObject([
    ['missing-trace-id', 2, expect.any(String)],
    ['missing-span-id', 1, expect.any(String)],
  ]);
});

it('times as dates, halves of a number or seconds and nanoseconds are exact', async () => {
  const traces = await imported(
    otlpSpan('1', '', 'a', {
      startTimeUnixNano: '2024-01-31T05:28:29.209712001Z',
      endTimeUnixNano: '2024-01-31T06:28:29.209713002+01:00',
    }),
    otlpSpan('2', '1', 'b', {
      startTimeUnixNano: halves(1706678909209712001n),
      endTimeUnixNano: halves(1706678909209714003n),
    }),
    otlpSpan('3', '2', 'c', {
      startTimeUnixNano: [1706678909, 209712001],
      endTimeUnixNano: [1706678909, 209715004],
    }),
  );
  expect(treesOf(traces)).toEqual(['-1 web/a, 0 web/b, 1 web/c']);
  expect(latenciesOf(traces)).toEqual([[1.001, 2.002, 3.003].map(Math.fround)]);
});

it('what is no time in parts costs its span', async () => {
  const half = { low: 1 };
  const traces = await imported(
    otlpSpan('1', '', 'a'),
    otlpSpan('2', '1', 'b'),
    otlpSpan('3', '1', 'c', { endTimeUnixNano: half }),
    otlpSpan('4', '1', 'd', { endTimeUnixNano: [1706678909, 2e9] }),
    otlpSpan('5', '1', 'e', { endTimeUnixNano: 'soon' }),
  );
  expect(treesOf(traces)).toEqual(['-1 web/a, 0 web/b']);
  expect(ledgerOf(traces)).toMatchObject([['bad-duration', 3, expect.any(String)]]);
});
