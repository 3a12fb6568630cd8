import { describe, expect, test } from 'vitest';
import { createRandom } from '../base/random.ts';
import { runThrough } from '../base/slices.ts';
import { type NodeByHand, tracesByHand } from '../testing/traces-by-hand.ts';
import { type TraceSet, traceCount } from '../trace/trace-set.ts';
import { type ChangeReport, comparePeriods } from './compare-periods.ts';
import { tracesOf } from './selection.ts';

const COUNT = 2400;
const HALF = 1200;

/** Parent and operation of each node of the two kinds of requests. */
const KINDS = [
  [
    [-1, 1],
    [0, 2],
    [0, 3],
  ],
  [
    [-1, 4],
    [0, 1],
    [1, 2],
    [1, 3],
    [2, 5],
  ],
] as const;

/** A minute apart each, the second half in a file of its own. A call lasts as long as what it calls, and more. */
const toy = (): TraceSet => {
  const random = createRandom(3);
  const trees = Array.from({ length: COUNT }, (): NodeByHand[] => {
    const kind = KINDS[random.integer(KINDS.length)]!;
    const ms = kind.map(([, operation]) => operation * Math.exp(0.3 * random.normal()));
    for (let i = kind.length - 1; i > 0; i--) ms[kind[i]![0]]! += ms[i]!;
    return kind.map(([parent, operation], i) => [parent, operation, ms[i]!]);
  });
  const traces = tracesByHand(trees);
  return {
    ...traces,
    startUs: Float64Array.from({ length: COUNT }, (_, i) => i * 6e7),
    file: Uint16Array.from({ length: COUNT }, (_, i) => Number(i >= HALF)),
    errorCount: new Uint16Array(traces.latencyUs.length),
  };
};

const compare = (traces: TraceSet): ChangeReport =>
  runThrough(
    comparePeriods(traces, tracesOf(traces, { kind: 'file', file: 0 }, { kind: 'file', file: 1 })),
  );

/** Each node of the second half's traces, with its operation ids from the root. */
function* secondHalf(traces: TraceSet): Generator<{ at: number; trace: number; path: number[] }> {
  const { structures, structureOf, nodeOffset } = traces;
  for (let trace = HALF; trace < traceCount(traces); trace++) {
    const shape = structures.nodeOffset[structureOf[trace]!]!;
    const size = nodeOffset[trace + 1]! - nodeOffset[trace]!;
    for (let node = 0; node < size; node++) {
      const path: number[] = [];
      for (let up = node; up >= 0; up = structures.parent[shape + up]!) {
        path.unshift(structures.operation[shape + up]!);
      }
      yield { at: nodeOffset[trace]! + node, trace, path };
    }
  }
}

test('two periods of the same traffic: nothing stands out', () => {
  const report = compare(toy());
  expect(report).toMatchObject({ before: HALF, after: HALF, changes: [], found: 0, services: [] });
  expect(report.tests).toBeGreaterThanOrEqual(8);
});

test('one call four times slower in a fifth of the second period is the first row, not its callers', () => {
  const traces = toy();
  const { structures, structureOf, nodeOffset } = traces;
  for (const { at, trace, path } of secondHalf(traces)) {
    if (path.join() !== '4,1,2' || trace % 5 !== 0) continue;
    const added = 3 * traces.latencyUs[at]!;
    // and with it all calls above
    const shape = structures.nodeOffset[structureOf[trace]!]!;
    for (let up = at - nodeOffset[trace]!; up >= 0; up = structures.parent[shape + up]!) {
      traces.latencyUs[nodeOffset[trace]! + up]! += added;
    }
  }
  const report = compare(traces);
  const [first] = report.changes;
  expect(first).toMatchObject({ kind: 'slower', path: [4, 1, 2] });
  expect(first!.shareAfter - first!.shareBefore).toBeGreaterThan(0.15);
  expect(first!.low).toBeLessThan(0.2);
  expect(first!.own!.after.p99).toBeGreaterThan(2 * first!.own!.before.p99);
  expect(report.changes).toHaveLength(1);
  expect(report.services).toMatchObject([
    { service: 1, share: 1, changes: 1, slow: { service: 1, part: 'work' } },
  ]);
});

test('a call that is gone is told once, without the calls below it', () => {
  const traces = toy();
  // the second structure without its node 2 and the call below is the tree 4, 1, 3
  const three: TraceSet = {
    ...traces,
    structures: {
      nodeOffset: Uint32Array.from([...traces.structures.nodeOffset, 11]),
      parent: Int32Array.from([...traces.structures.parent, -1, 0, 1]),
      operation: Uint32Array.from([...traces.structures.operation, 4, 1, 3]),
    },
  };
  const large = traces.structures.nodeOffset[1] === 5 ? 0 : 1;
  const structureOf = Uint32Array.from(traces.structureOf);
  const latencyUs: number[] = [];
  const nodeOffset = [0];
  for (let trace = 0; trace < COUNT; trace++) {
    const from = traces.nodeOffset[trace]!;
    const nodes = Array.from(traces.latencyUs.subarray(from, traces.nodeOffset[trace + 1]!));
    if (trace >= HALF && structureOf[trace] === large) {
      structureOf[trace] = 2;
      nodes.splice(4, 1);
      nodes.splice(2, 1);
    }
    latencyUs.push(...nodes);
    nodeOffset.push(latencyUs.length);
  }
  const report = compare({
    ...three,
    structureOf,
    latencyUs: Float32Array.from(latencyUs),
    nodeOffset: Uint32Array.from(nodeOffset),
    spanCount: new Uint32Array(latencyUs.length).fill(1),
    errorCount: new Uint16Array(latencyUs.length),
  });
  const calls = report.changes.filter(({ kind }) => kind.endsWith('call'));
  expect(calls).toHaveLength(1);
  expect(calls[0]).toMatchObject({
    kind: 'lost-call',
    path: [4, 1, 2],
    shareBefore: 1,
    shareAfter: 0,
  });
});

test('an error belongs to the call where it began', () => {
  const traces = toy();
  const { structures, structureOf, nodeOffset } = traces;
  for (const { at, trace, path } of secondHalf(traces)) {
    if (path.join() !== '1,3' || trace % 10 !== 0) continue;
    const shape = structures.nodeOffset[structureOf[trace]!]!;
    for (let up = at - nodeOffset[trace]!; up >= 0; up = structures.parent[shape + up]!) {
      traces.errorCount![nodeOffset[trace]! + up] = 1;
    }
  }
  const { changes } = compare(traces);
  expect(changes.map(({ kind, path }) => [kind, ...path])).toEqual([['more-errors', 1, 3]]);
});

describe('periods', () => {
  const traces = toy();
  test('a range of time against the rest', () => {
    const { before, after } = tracesOf(
      traces,
      { kind: 'rest' },
      { kind: 'time', fromUs: 6e7, toUs: 18e7 },
    );
    expect([...after]).toEqual([1, 2]);
    expect(before).toHaveLength(COUNT - 2);
  });

  test('what both have is of the second', () => {
    const range = { kind: 'time', fromUs: 0, toUs: 6e7 * HALF } as const;
    const { before, after } = tracesOf(traces, { kind: 'file', file: 0 }, range);
    expect([before.length, after.length]).toEqual([0, HALF]);
  });

  test('traces without a time are in no range, and in the rest of one', () => {
    const startUs = Float64Array.from(traces.startUs);
    startUs[1] = Number.NaN;
    const of = tracesOf(
      { ...traces, startUs },
      { kind: 'rest' },
      { kind: 'time', fromUs: 0, toUs: 18e7 },
    );
    expect([...of.after]).toEqual([0, 2]);
    expect(of.before).toContain(1);
  });

  test('too few traces are no evidence', () => {
    const few = { kind: 'time', fromUs: 0, toUs: 6e7 * 4 } as const;
    const report = runThrough(comparePeriods(traces, tracesOf(traces, { kind: 'rest' }, few)));
    expect(report).toMatchObject({ after: 4, tests: 0, changes: [] });
  });
});
