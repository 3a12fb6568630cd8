import { describe, expect, test } from 'vitest';
import { createUsualBook } from '../../statistics/usual-book.ts';
import { spanColumns } from '../../testing/spans.ts';
import { traceSpansOf } from '../../testing/trace-spans.ts';
import { type NodeByHand, tracesByHand } from '../../testing/traces-by-hand.ts';
import { assembleTraces } from '../../trace/assemble.ts';
import { traceWaterfall } from './trace-waterfall.ts';

function timelineOf(list: Parameters<typeof spanColumns>[0]) {
  const { traces, spans } = assembleTraces(spanColumns(list), ['one.csv']);
  return traceWaterfall(traces, 0, {
    spans: traceSpansOf(spans),
    compared: null,
    example: null,
  });
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
  const { rows, skewed, hasStarts } = timelineOf([
    { ...ROOT, startUs: Number.NaN },
    call('a', Number.NaN, 1000),
  ]);
  expect(hasStarts).toBe(false);
  expect(rows.map(({ bars }) => bars[0]!.startMs)).toEqual([null, null]);
  expect(skewed).toBe(0);
});

test('calls of one caller stand by their start, whatever they are called', () => {
  const { rows } = timelineOf([
    ROOT,
    { ...call('a', 7000, 100), service: 'a' },
    { ...call('z', 2000, 100), service: 'z' },
  ]);
  expect(rows.map(({ service }) => service)).toEqual(['web', 'z', 'a']);
});

test('a bar tells when the span works itself, and when the request waits for it', () => {
  const { rows } = timelineOf([ROOT, call('a', 2000, 4000)]);
  expect(rows[0]!.bars[0]!.self).toEqual([
    [0, 1],
    [5, 9],
  ]);
  expect(rows[1]!.bars[0]!.critical).toEqual([[1, 5]]);
  expect(rows.map(({ isCritical }) => isCritical)).toEqual([true, true]);
});

describe('next to other traces', () => {
  /** 1 calls 2, and 1 calls 3. */
  const usualTrace = (ms: number): NodeByHand[] => [
    [-1, 1, 10 * ms],
    [0, 2, ms],
    [0, 3, 2 * ms],
  ];
  const rowsOf = async (odd: readonly NodeByHand[]) => {
    const hundred = Array.from({ length: 100 }, (_, i) => usualTrace(1 + i / 100));
    const traces = tracesByHand([...hundred, odd]);
    const compared = await createUsualBook(async () => {}).compare(traces, null, 100);
    return traceWaterfall(traces, 100, { spans: null, compared, example: null });
  };

  test('a call says its place among the others, and what is usual', async () => {
    const { rows } = await rowsOf(usualTrace(9));
    expect(rows.map(({ verdict }) => verdict)).toEqual(['slow', 'slow', 'slow']);
    expect(rows[1]).toMatchObject({ usual: { lowMs: expect.closeTo(1.5, 4) } });
    expect(rows[1]!.says).toBe('9.00 ms, slower than all 100 others; usually 1.5 to 2.0 ms');
    expect(rows[0]!.says).toMatch(/slower than all 100 others with the same calls/);
    const usual = await rowsOf(usualTrace(1.505));
    expect(usual.rows.map(({ verdict }) => verdict)).toEqual(['usual', 'usual', 'usual']);
    expect(usual.rows[2]!.says).toBe(
      '3.01 ms, slower than 51 of 100 others; usually 3.0 to 4.0 ms',
    );
  });

  test('a missing call has a row below its caller, and no other call is marked', async () => {
    const [root, , pay] = usualTrace(1.5) as [NodeByHand, NodeByHand, NodeByHand];
    const { rows } = await rowsOf([root, pay]);
    expect(rows.map(({ verdict, depth }) => [verdict, depth])).toEqual([
      ['usual', 0],
      ['usual', 1],
      ['missing', 1],
    ]);
    expect(rows[2]).toMatchObject({ node: null, bars: [], operation: 'operation 2' });
    expect(rows[2]!.says).toBe(
      'missing; all of the others make this call, usually in 1.5 to 2.0 ms',
    );
  });

  test('a new call is said to be new', async () => {
    const { rows } = await rowsOf([...usualTrace(1.5), [2, 4, 1]]);
    expect(rows.find(({ verdict }) => verdict === 'new')).toMatchObject({
      operation: 'operation 4',
      says: '1.00 ms, in no other trace at this place',
    });
  });

  test('missing calls stand where another trace begins them', async () => {
    const web = (id: string, startUs: number, durationUs: number, parent?: string) => ({
      ...{ id, service: 'web', operation: id.split(' ')[1]!, startUs, durationUs },
      ...(parent === undefined ? {} : { parent }),
    });
    const traceOf = (t: number, skip: boolean) => [
      { ...web(`${t} GET`, 0, 9000), trace: `trace ${t}` },
      { ...web(`${t} a`, 1000, 1000, `${t} GET`), trace: `trace ${t}` },
      ...(skip ? [] : [{ ...web(`${t} b`, 3000, 1000, `${t} GET`), trace: `trace ${t}` }]),
      { ...web(`${t} c`, 6000, 1000, `${t} GET`), trace: `trace ${t}` },
    ];
    const list = Array.from({ length: 30 }, (_, t) => traceOf(t, t === 29)).flat();
    const { traces } = assembleTraces(spanColumns(list), ['one.csv']);
    const compared = await createUsualBook(async () => {}).compare(traces, null, 29);
    const only = (t: number) => {
      const one = assembleTraces(spanColumns(traceOf(t, t === 29)), ['one.csv']);
      return traceSpansOf(one.spans);
    };
    const { rows } = traceWaterfall(traces, 29, {
      spans: only(29),
      compared,
      example: only(compared.example),
    });
    expect(rows.map(({ operation, startMs }) => [operation, startMs])).toEqual([
      ['GET', 0],
      ['a', 1],
      ['b', 3],
      ['c', 6],
    ]);
    expect(rows[2]!.verdict).toBe('missing');
  });
});
