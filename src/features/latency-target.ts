/**
 * What a latency model predicts of a node in the place of its duration: the logarithm of the
 * duration, or of the self time, standardised per operation. t = (ln(max(0, v) + offset) - mean) /
 * divisor. Densities of t are not densities of v: the factor dt/dv is left out, so that scores are in
 * units of t.
 */

import { createSelfTimes } from '../trace/self-times.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import type { LatencyScale, TargetScale } from './latency-scale.ts';
import { largestTree } from './trace-batch.ts';

/** Before the logarithm a time has this share of its operation's mean on top, and 10 us at least. */
const OFFSET_SHARE = 0.2;
const LEAST_OFFSET_US = 10;
/** No operation is taken to be steadier than this, in the logarithm. */
const LEAST_STD = 0.1;
/** A std of fewer nodes is not believed to be below the typical one. */
const ENOUGH_NODES = 10;

/** Writes the times that the logarithm is taken of, microseconds. */
type WriteTimes = (trace: number, us: Float64Array) => void;

function timesOf(traces: TraceSet, kind: TargetScale['kind']): WriteTimes {
  if (kind === 'log-self') return createSelfTimes(traces);
  const { nodeOffset, latencyUs } = traces;
  return (trace, us) => {
    us.set(latencyUs.subarray(nodeOffset[trace], nodeOffset[trace + 1]));
  };
}

/** @param train trace indices; an operation that they lack has offset, mean and divisor of all nodes */
export function fitTargetScale(
  traces: TraceSet,
  train: Uint32Array,
  kind: TargetScale['kind'],
): TargetScale {
  const operations = traces.operations.length;
  const column = (): Float64Array => new Float64Array(operations);
  const [count, sumUs] = [column(), column()];
  const us = new Float64Array(largestTree(traces, train));
  const write = timesOf(traces, kind);
  const forEachNode = (visit: (operation: number, us: number) => void): void => {
    const { structures, structureOf, nodeOffset } = traces;
    for (const trace of train) {
      write(trace, us);
      const shape = structures.nodeOffset[structureOf[trace]!]!;
      const nodes = nodeOffset[trace + 1]! - nodeOffset[trace]!;
      for (let i = 0; i < nodes; i++) visit(structures.operation[shape + i]!, Math.max(0, us[i]!));
    }
  };
  forEachNode((operation, time) => {
    count[operation]!++;
    sumUs[operation]! += time;
  });
  const offsetOf = (sum: number, nodes: number): number =>
    Math.max(LEAST_OFFSET_US, nodes > 0 ? (OFFSET_SHARE * sum) / nodes : 0);
  const [nodes, totalUs] = [count.reduce((a, b) => a + b, 0), sumUs.reduce((a, b) => a + b, 0)];
  const offsetOfAll = offsetOf(totalUs, nodes);
  const offsetUs = sumUs.map((sum, op) =>
    count[op] === 0 ? offsetOfAll : offsetOf(sum, count[op]!),
  );

  const own = momentsOf(operations);
  const ofAll = momentsOf(1);
  forEachNode((operation, time) => {
    own.add(operation, Math.log(time + offsetUs[operation]!));
    ofAll.add(0, Math.log(time + offsetOfAll));
  });
  const std = Float64Array.from(count, (_, op) => own.std(op));
  const wellSeen = std.filter((_, op) => count[op]! >= ENOUGH_NODES).sort();
  const typical = wellSeen[wellSeen.length >> 1] ?? 0;
  return {
    kind,
    offsetUs,
    mean: own.mean.map((mean, op) => (count[op] === 0 ? ofAll.mean[0]! : mean)),
    divisor: std.map((ownStd, op) => {
      if (count[op] === 0) return Math.max(LEAST_STD, ofAll.std(0));
      return Math.max(LEAST_STD, ownStd, count[op]! < ENOUGH_NODES ? typical : 0);
    }),
  };
}

/** Means and population stds of groups of values, as they come (Welford, so that no squares cancel). */
function momentsOf(groups: number) {
  const [count, mean, square] = [0, 1, 2].map(() => new Float64Array(groups)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  return {
    mean,
    add(group: number, value: number): void {
      const change = value - mean[group]!;
      count[group]!++;
      mean[group]! += change / count[group]!;
      square[group]! += change * (value - mean[group]!);
    },
    std: (group: number): number =>
      count[group] === 0 ? 0 : Math.sqrt(square[group]! / count[group]!),
  };
}

/** An operation that a kept model never saw is operation 0, as in a batch. */
const knownAs = (operation: number, { length }: Float64Array): number =>
  operation < length ? operation : 0;

/** @returns a function that writes the standardised targets of a trace's nodes into its argument */
export function createTargets(
  traces: TraceSet,
  { kind, offsetUs, mean, divisor }: TargetScale,
): (trace: number, targets: Float64Array) => void {
  const { structures, structureOf, nodeOffset } = traces;
  const write = timesOf(traces, kind);
  return (trace, targets) => {
    write(trace, targets);
    const shape = structures.nodeOffset[structureOf[trace]!]!;
    const nodes = nodeOffset[trace + 1]! - nodeOffset[trace]!;
    for (let i = 0; i < nodes; i++) {
      const op = knownAs(structures.operation[shape + i]!, mean);
      const log = Math.log(Math.max(0, targets[i]!) + offsetUs[op]!);
      targets[i] = (log - mean[op]!) / divisor[op]!;
    }
  };
}

/** What a Gaussian of a node's latency says in microseconds. */
export interface ExpectedTimes {
  /** [n] durations */
  readonly expectedUs: Float64Array;
  readonly stdUs: Float64Array;
}

/**
 * Gaussians of standardised latencies, or targets, as durations of a trace's nodes. Of a logarithm
 * the std is that of its tangent; of self times the durations are sums over a node and its calls.
 *
 * @param mean [n] standardised, as std is
 */
export function durationsOf(
  traces: TraceSet,
  trace: number,
  { meanUs, divisorUs, target }: Pick<LatencyScale, 'meanUs' | 'divisorUs' | 'target'>,
  { mean, std }: { readonly mean: Float64Array; readonly std: Float64Array },
): ExpectedTimes {
  const { structures, structureOf, nodeOffset, spanCount } = traces;
  const n = mean.length;
  const shape = structures.nodeOffset[structureOf[trace]!]!;
  const [expectedUs, stdUs] = [new Float64Array(n), new Float64Array(n)];
  for (let i = 0; i < n; i++) {
    const op = knownAs(structures.operation[shape + i]!, meanUs);
    if (target === undefined) {
      expectedUs[i] = Math.max(0, meanUs[op]! + mean[i]! * divisorUs[op]!);
      stdUs[i] = std[i]! * divisorUs[op]!;
      continue;
    }
    const { offsetUs, mean: ofLog, divisor } = target;
    const above = Math.exp(ofLog[op]! + mean[i]! * divisor[op]!);
    expectedUs[i] = Math.max(0, above - offsetUs[op]!);
    stdUs[i] = above * std[i]! * divisor[op]!;
  }
  if (target?.kind !== 'log-self') return { expectedUs, stdUs };
  const first = nodeOffset[trace]!;
  for (let i = n - 1; i > 0; i--) {
    const parent = structures.parent[shape + i]!;
    const perSpan = spanCount[first + i]! / spanCount[first + parent]!;
    expectedUs[parent]! += perSpan * expectedUs[i]!;
    stdUs[parent] = Math.hypot(stdUs[parent]!, perSpan * stdUs[i]!);
  }
  return { expectedUs, stdUs };
}
