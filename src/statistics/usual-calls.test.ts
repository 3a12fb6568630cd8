import { describe, expect, test } from 'vitest';
import { runThrough } from '../base/slices.ts';
import { firstTraces, type NodeByHand, tracesByHand } from '../testing/traces-by-hand.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import { learnUsualCalls, usualOfTrace } from './usual-calls.ts';

/** 1 calls 2, which calls 3, and 1 calls 4. */
const usualTrace = (ms: number): NodeByHand[] => [
  [-1, 1, 10 * ms],
  [0, 2, 4 * ms],
  [0, 4, ms],
  [1, 3, 2 * ms],
];
const hundred = Array.from({ length: 100 }, (_, i) => usualTrace(1 + i / 100));

const against = (traces: TraceSet, reference: number, trace: number) =>
  usualOfTrace(runThrough(learnUsualCalls(traces, firstTraces(reference))), traces, trace);

describe('the usual range of a call', () => {
  test('is from the median to the 99th percentile at its call path', () => {
    const traces = tracesByHand([...hundred, usualTrace(9)]);
    const of = against(traces, 100, 100);
    expect(of.others).toBe(100);
    expect([...of.count]).toEqual([100, 100, 100, 100]);
    expect(of.lowMs[0]).toBeCloseTo(14.9, 4);
    expect(of.highMs[0]).toBeCloseTo(19.8, 4);
    expect(of.lowMs[3]).toBeCloseTo(2.98, 4);
    expect([...of.faster]).toEqual([100, 100, 100, 100]);
  });

  test('leaves out a trace that is compared with itself', () => {
    const of = against(tracesByHand(hundred), 100, 99);
    expect(of.others).toBe(99);
    expect([...of.count]).toEqual([99, 99, 99, 99]);
    // the slowest of all is slower than all others
    expect([...of.faster]).toEqual([99, 99, 99, 99]);
  });

  test('does not stretch to incidents among the references', () => {
    const incidents = Array.from({ length: 6 }, () => usualTrace(400));
    const of = against(tracesByHand([...hundred, ...incidents]), 106, 0);
    expect(of.highMs[0]).toBeLessThan(20);
    expect(of.highMs[2]).toBeLessThan(2);
  });

  test('is not known where no other trace has the call', () => {
    const odd = tracesByHand([...hundred, [...usualTrace(1), [3, 5, 1]]]);
    const of = against(odd, 101, 100);
    expect([...of.count]).toEqual([100, 100, 100, 100, 0]);
    expect(of.lowMs[4]).toBeNaN();
  });

  test('of the root is that of traces of its structure, where they are enough', () => {
    const short = (ms: number): NodeByHand[] => [
      [-1, 1, ms],
      [0, 4, ms],
    ];
    const traces = tracesByHand([...hundred, ...Array.from({ length: 30 }, () => short(1))]);
    const of = against(traces, 130, 100);
    expect(of.sameStructure).toBe(true);
    expect(of.count[0]).toBe(29);
    expect(of.highMs[0]).toBeCloseTo(1, 6);
    expect(against(tracesByHand([...hundred, short(1)]), 101, 100).sameStructure).toBe(false);
  });

  test('counts the others that failed', () => {
    const traces = tracesByHand(hundred);
    const errorCount = new Uint16Array(traces.latencyUs.length);
    for (const trace of [3, 5, 7]) errorCount[traces.nodeOffset[trace]! + 1] = 1;
    const of = against({ ...traces, errorCount }, 100, 3);
    expect([...of.failed]).toEqual([0, 2, 0, 0]);
  });
});

describe('missing calls', () => {
  test('stand below their callers, with what they call', () => {
    const traces = tracesByHand([
      ...hundred,
      [
        [-1, 1, 12],
        [0, 4, 1],
      ],
    ]);
    const of = against(traces, 101, 100);
    expect(of.missing.map(({ operation, parent }) => [operation, parent])).toEqual([
      [2, 0],
      [3, -1],
    ]);
    expect(of.missing[0]!.share).toBe(1);
    expect(of.missing[0]!.surprise).toBeCloseTo(Math.log(101), 12);
    expect(of.missing[1]!.highMs).toBeCloseTo(3.96, 4);
    // one of usual length that has them
    expect(of.example).toBe(49);
  });

  test('are none where as many as 1 in 20 others lack the call', () => {
    const without: NodeByHand[] = [
      [-1, 1, 12],
      [0, 4, 1],
    ];
    const traces = tracesByHand([...hundred, ...Array.from({ length: 10 }, () => without)]);
    const of = against(traces, 110, 100);
    expect(of.missing).toEqual([]);
    expect(of.example).toBe(-1);
  });

  test('do not shift the calls behind them: those are compared by call path', () => {
    const traces = tracesByHand([
      ...hundred,
      [
        [-1, 1, 12],
        [0, 4, 1],
      ],
    ]);
    const of = against(traces, 101, 100);
    expect([...of.count]).toEqual([100, 100]);
    expect(of.highMs[1]).toBeCloseTo(1.98, 4);
  });
});

test('an answer stays below 100 kB, however large the trace', () => {
  const wide: NodeByHand[] = Array.from({ length: 5000 }, (_, i) => [i === 0 ? -1 : 0, i + 1, 1]);
  const of = against(tracesByHand([wide, wide], 5002), 2, 0);
  const { count, faster, failed, lowMs, highMs } = of;
  const bytes = [count, faster, failed, lowMs, highMs].reduce((sum, c) => sum + c.byteLength, 0);
  expect(count).toHaveLength(3000);
  expect(bytes + JSON.stringify(of.missing).length).toBeLessThan(100_000);
});
