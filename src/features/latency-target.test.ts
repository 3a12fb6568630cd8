import { describe, expect, test } from 'vitest';
import { mean } from '../base/statistics.ts';
import { toyTraces } from '../testing/toy-traces.ts';
import { tracesByHand } from '../testing/traces-by-hand.ts';
import { nodeCount } from '../trace/trace-set.ts';
import { fitLatencyScale, type TargetScale } from './latency-scale.ts';
import { createTargets, durationsOf, fitTargetScale } from './latency-target.ts';

const traces = toyTraces(60);
const all = Uint32Array.from({ length: 60 }, (_, trace) => trace);
const scaleOf = (kind: TargetScale['kind']) => ({
  ...fitLatencyScale(traces, all, 'robust'),
  target: fitTargetScale(traces, all, kind),
});

describe.each(['log', 'log-self'] as const)('%s', (kind) => {
  const scale = scaleOf(kind);
  const write = createTargets(traces, scale.target);
  const targetsOf = (trace: number): Float64Array => {
    const targets = new Float64Array(nodeCount(traces, trace));
    write(trace, targets);
    return targets;
  };

  test('targets are standardised per operation over the training traces', () => {
    const ofOperation = new Map<number, number[]>();
    for (const trace of all) {
      const shape = traces.structures.nodeOffset[traces.structureOf[trace]!]!;
      targetsOf(trace).forEach((target, i) => {
        const operation = traces.structures.operation[shape + i]!;
        ofOperation.set(operation, [...(ofOperation.get(operation) ?? []), target]);
      });
    }
    expect(ofOperation.size).toBeGreaterThan(1);
    for (const [operation, targets] of ofOperation) {
      expect(mean(targets)).toBeCloseTo(0, 9);
      const variance = mean(targets.map((target) => target ** 2));
      if (scale.target.divisor[operation]! > 0.1) expect(variance).toBeCloseTo(1, 9);
      else expect(variance).toBeLessThanOrEqual(1 + 1e-9);
    }
  });

  test('targets are durations again, and a std is the width of what is a std away', () => {
    // calls one after the other: no self time is negative, which no logarithm keeps
    const calls = [
      [-1, 1, 20],
      [0, 2, 4, 2],
      [0, 3, 7],
      [2, 2, 5],
    ] as const;
    const slower = calls.map(
      ([parent, op, ms, spans]) => [parent, op, 2 * ms, spans ?? 1] as const,
    );
    const two = tracesByHand([calls, slower]);
    const both = Uint32Array.of(0, 1);
    const own = {
      ...fitLatencyScale(two, both, 'robust'),
      target: fitTargetScale(two, both, kind),
    };
    const targets = new Float64Array(4);
    createTargets(two, own.target)(1, targets);
    const at = (shift: number, std: number) =>
      durationsOf(two, 1, own, {
        mean: targets.map((target) => target + shift),
        std: targets.map(() => std),
      });
    const { expectedUs, stdUs } = at(0, 1);
    slower.forEach(([, , ms], i) => {
      expect(expectedUs[i]).toBeCloseTo(1000 * ms, 6);
      expect(stdUs[i]).toBeGreaterThan(0);
    });
    const step = 1e-4;
    const width = at(step, 0).expectedUs[3]! - at(-step, 0).expectedUs[3]!;
    expect(stdUs[3]! / (width / (2 * step))).toBeCloseTo(1, 3);
  });
});

test('a slow call is odd where it is slow: its caller’s self time stays, its duration does not', () => {
  const treeOf = (rootMs: number, callMs: number) =>
    [
      [-1, 1, rootMs],
      [0, 2, callMs],
    ] as const;
  const both = tracesByHand([treeOf(10, 4), treeOf(50, 44)]);
  const targets = (kind: TargetScale['kind'], trace: number): Float64Array => {
    const into = new Float64Array(2);
    createTargets(both, fitTargetScale(both, Uint32Array.of(0), kind))(trace, into);
    return into;
  };
  expect(targets('log-self', 1)[0]).toBe(targets('log-self', 0)[0]);
  expect(targets('log-self', 1)[1]).toBeGreaterThan(5);
  expect(targets('log', 1)[0]).toBeGreaterThan(5);
});
