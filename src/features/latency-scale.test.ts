import { describe, expect, it } from 'vitest';
import type { TraceSet } from '../trace/trace-set.ts';
import { fitLatencyScale, latencyMoments } from './latency-scale.ts';

/** Two-node traces, root of operation 1 and child of another. */
function tracesOf(rows: readonly { child: number; rootUs: number; childUs: number }[]): TraceSet {
  const operations = 6;
  return {
    services: ['', 'a'],
    operations: Array.from({ length: operations }, (_, i) => ({
      service: i ? 1 : 0,
      name: `${i}`,
    })),
    // structure k calls operation k
    structures: {
      nodeOffset: Uint32Array.from({ length: operations + 1 }, (_, k) => 2 * k),
      parent: Int32Array.from({ length: 2 * operations }, (_, i) => (i % 2) - 1),
      operation: Uint32Array.from({ length: 2 * operations }, (_, i) => (i % 2 ? (i - 1) / 2 : 1)),
    },
    structureOf: Uint32Array.from(rows, ({ child }) => child),
    nodeOffset: Uint32Array.from({ length: rows.length + 1 }, (_, t) => 2 * t),
    latencyUs: Float32Array.from(rows.flatMap(({ rootUs, childUs }) => [rootUs, childUs])),
    spanCount: new Uint32Array(2 * rows.length).fill(1),
    startUs: new Float64Array(rows.length),
    label: new Uint8Array(rows.length),
    file: new Uint16Array(rows.length),
    traceIds: { bytes: new Uint8Array(0), offset: new Uint32Array(rows.length + 1) },
  };
}

/** 20 traces of a child with two latencies, mean and std as given. */
const twenty = (child: number, meanUs: number, stdUs: number) =>
  Array.from({ length: 20 }, (_, i) => ({
    child,
    rootUs: 100_000 + (i % 2 ? 5000 : -5000),
    childUs: meanUs + (i % 2 ? stdUs : -stdUs),
  }));

const everyTrace = (traces: TraceSet): Uint32Array => Uint32Array.from(traces.structureOf.keys());

describe('latencyMoments', () => {
  it('are the mean and population std over the selected traces alone', () => {
    const traces = tracesOf([
      { child: 2, rootUs: 10, childUs: 4 },
      { child: 2, rootUs: 30, childUs: 8 },
      { child: 2, rootUs: 9e6, childUs: 9e6 },
    ]);
    const { count, meanUs, stdUs } = latencyMoments(traces, Uint32Array.of(0, 1));
    expect([count[1], meanUs[1], stdUs[1]]).toEqual([2, 20, 10]);
    expect([count[2], meanUs[2], stdUs[2]]).toEqual([2, 6, 2]);
    // never seen: over all four nodes
    expect([count[3], meanUs[3]]).toEqual([0, 13]);
    expect(stdUs[3]).toBeCloseTo(Math.sqrt((9 + 289 + 81 + 25) / 4), 12);
  });

  it('keep a small spread on a large mean', () => {
    const traces = tracesOf([
      { child: 2, rootUs: 2 ** 23, childUs: 1 },
      { child: 2, rootUs: 2 ** 23 + 2, childUs: 1 },
    ]);
    expect(latencyMoments(traces, everyTrace(traces)).stdUs[1]).toBe(1);
  });
});

describe('fitLatencyScale', () => {
  // stds: root 5 ms, 2: 8 ms, 3: 0.1 ms, 4: 2 ms; the typical one (median) is 3.5 ms
  const traces = tracesOf([
    ...twenty(2, 20_000, 8000),
    ...twenty(3, 500, 100),
    ...twenty(4, 60_000, 2000),
  ]);

  it("adds the authors' epsilon and nothing else", () => {
    const scale = fitLatencyScale(traces, everyTrace(traces), 'authors');
    expect(scale.divisorUs[3]).toBeCloseTo(100 + 0.01, 9);
    expect(scale.floored).toEqual([]);
  });

  it('takes no operation to be steadier than the typical one or than a tenth of its mean', () => {
    const { divisorUs, floored } = fitLatencyScale(traces, everyTrace(traces), 'robust');
    expect(divisorUs[2]).toBeCloseTo(8000, 6);
    expect(divisorUs[3]).toBeCloseTo(3500, 6);
    expect(divisorUs[4]).toBeCloseTo(6000, 6);
    // the root's 5 ms are less than a tenth of its 100 ms
    expect(divisorUs[1]).toBeCloseTo(10_000, 6);
    expect(floored).toEqual([1, 3, 4]);
  });

  it('does not trust the spread of an operation seen once', () => {
    const once = tracesOf([
      ...twenty(2, 20_000, 8000),
      { child: 3, rootUs: 100_000, childUs: 900_000 },
    ]);
    const { divisorUs } = fitLatencyScale(once, everyTrace(once), 'robust');
    // typical std to mean ratio (0.4 + 0.049) / 2, nine tenths of its variance
    expect(divisorUs[3]! / 900_000).toBeGreaterThan(0.15);
    expect(divisorUs[3]! / 900_000).toBeLessThan(0.25);
  });

  it('has a finite divisor where every latency is one constant, and without any trace', () => {
    const constant = tracesOf(
      Array.from({ length: 12 }, () => ({ child: 2, rootUs: 0, childUs: 0 })),
    );
    for (const selected of [everyTrace(constant), new Uint32Array(0)]) {
      const { divisorUs, meanUs } = fitLatencyScale(constant, selected, 'robust');
      expect(Math.min(...divisorUs)).toBe(1);
      expect(meanUs.every(Number.isFinite)).toBe(true);
    }
  });
});
