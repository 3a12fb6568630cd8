import { describe, expect, test } from 'vitest';
import { runThrough } from '../base/slices.ts';
import { firstTraces, type NodeByHand, tracesByHand } from '../testing/traces-by-hand.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import { odditiesOf } from './oddities.ts';
import { learnUsualCalls } from './usual-calls.ts';

/** 1 calls 2, which calls 3, and 1 calls 4 and 5; self times grow with ms. */
const usualTrace = (ms: number): NodeByHand[] => [
  [-1, 1, 20 * ms],
  [0, 2, 6 * ms],
  [0, 4, 4 * ms],
  [0, 5, 4 * ms],
  [1, 3, 2 * ms],
];
const hundred = Array.from({ length: 100 }, (_, i) => usualTrace(1 + i / 100));

const oddOf = (odd: readonly NodeByHand[]) => oddIn(tracesByHand([...hundred, odd]));
const oddIn = (traces: TraceSet) =>
  odditiesOf(runThrough(learnUsualCalls(traces, firstTraces(101))), traces, 100);

test('nothing is odd about a usual trace', () => {
  expect(oddOf(usualTrace(1.5))).toEqual([]);
});

describe('calls', () => {
  test('that are missing are named, and not what they would have called', () => {
    const trace = usualTrace(1.5);
    expect(oddOf([trace[0]!, trace[2]!, trace[3]!])).toEqual([
      { kind: 'missing', calls: ['shop/operation 2'] },
    ]);
  });

  test('that are new are named, and not what they call', () => {
    expect(oddOf([...usualTrace(1.5), [3, 6, 1], [5, 7, 1]])).toEqual([
      { kind: 'new', calls: ['shop/operation 6'] },
    ]);
  });

  test('that are known but never came together are said to be so', () => {
    const [root, two, four, five, three] = usualTrace(1.5) as [
      NodeByHand,
      NodeByHand,
      NodeByHand,
      NodeByHand,
      NodeByHand,
    ];
    const either = [
      ...Array.from({ length: 50 }, () => [root, two, four, [1, 3, 3] as NodeByHand]),
      ...Array.from({ length: 50 }, () => [root, two, five, [1, 3, 3] as NodeByHand]),
    ];
    expect(oddIn(tracesByHand([...either, [root, two, four, five, three]]))).toEqual([
      { kind: 'combination' },
    ]);
  });

  test('that fail are named where the error began, with how often it was seen', () => {
    const traces = tracesByHand([...hundred, usualTrace(1.5)]);
    const errorCount = new Uint16Array(traces.latencyUs.length);
    const failing = (trace: number, nodes: readonly number[]): void => {
      for (const node of nodes) errorCount[traces.nodeOffset[trace]! + node] = 1;
    };
    failing(100, [0, 1, 4]);
    expect(oddIn({ ...traces, errorCount })).toEqual([
      { kind: 'error', call: 'shop/operation 3', seen: 0, of: 100 },
    ]);
    failing(7, [4]);
    expect(oddIn({ ...traces, errorCount })).toMatchObject([{ seen: 1, of: 100 }]);
    for (let trace = 10; trace < 30; trace++) failing(trace, [4]);
    expect(oddIn({ ...traces, errorCount })).toEqual([]);
  });
});

describe('time', () => {
  test('that is lost in one call is told of this call, not of its callers', () => {
    const trace = usualTrace(1.5).map(
      ([caller, operation, ms]): NodeByHand => [caller, operation, operation < 4 ? ms + 900 : ms],
    );
    const [odd, ...others] = oddOf(trace);
    expect(others).toEqual([]);
    expect(odd).toMatchObject({
      kind: 'slow',
      call: 'shop/operation 3',
      tookMs: 903,
      usual: { highMs: expect.closeTo(3.96, 4) },
    });
  });

  test('that is lost everywhere is told of the trace, with where most of it is', () => {
    expect(oddOf(usualTrace(30))).toMatchObject([
      {
        kind: 'slow-whole',
        tookMs: 600,
        mostIn: ['shop/operation 1 itself', 'shop/operation 2'],
      },
    ]);
  });

  test('that is lost in many calls a little each is told with the slowest of them', () => {
    const calls = [2, 3, 4, 5, 6, 7, 8, 9];
    const flat = (ms: number, slower = 0): NodeByHand[] => [
      [-1, 1, ms + calls.length * ms + slower * calls.reduce((sum, call) => sum + call, 0)],
      ...calls.map((call): NodeByHand => [0, call, ms + slower * call]),
    ];
    const usual = Array.from({ length: 100 }, (_, i) => flat(1 + i / 100));
    const [odd] = oddIn(tracesByHand([...usual, flat(1.5, 20)]));
    expect(odd).toMatchObject({
      kind: 'slow-whole',
      mostIn: ['shop/operation 9', 'shop/operation 8', 'shop/operation 7'],
    });
    expect(odd).toHaveProperty('share', expect.closeTo(24 / 44, 1));
  });

  test('that is little of the request is not told', () => {
    const trace = usualTrace(1.5);
    expect(oddOf(trace.map((node): NodeByHand => (node[1] === 3 ? [1, 3, 8] : node)))).toEqual([]);
  });

  test('is told by traces enough, and by no fewer', () => {
    const few = tracesByHand([...hundred.slice(0, 10), usualTrace(30)]);
    const usual = runThrough(learnUsualCalls(few, firstTraces(11)));
    expect(odditiesOf(usual, few, 10)).toEqual([]);
  });
});

test('the most surprising comes first', () => {
  const trace = usualTrace(60);
  const kinds = oddOf([trace[0]!, trace[1]!, trace[2]!, [1, 3, 120]]).map(({ kind }) => kind);
  expect(kinds).toEqual(['slow-whole', 'missing']);
});
