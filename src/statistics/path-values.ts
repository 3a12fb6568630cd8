/**
 * Durations and self times of a training set by call path: what the tails of nodes are made of. A
 * trace has a path at most once, as equal siblings are merged.
 */
import { createFloatSort } from '../base/sort-floats.ts';
import { type CallPaths, collectCallPaths, createPathFinder } from '../features/call-paths.ts';
import { createSelfTimes } from '../trace/self-times.ts';
import { largestStructure, nodeCount, type TraceSet } from '../trace/trace-set.ts';
import { startsOf } from './known-structures.ts';

export interface PathValues {
  readonly paths: CallPaths;
  /** [P] training traces that have the path */
  readonly count: Float32Array;
  /** [all values] path after path, each ascending; microseconds */
  readonly durations: Float32Array;
  /** The same of self times. */
  readonly selfTimes: Float32Array;
}

/** Traces, or values that are sorted, between two looks at Cancel. */
const AT_ONCE = 4096;

/** Writes a time per node of a trace, microseconds. */
export type WriteTimes = (trace: number, us: Float64Array) => void;

/** The same times, worked out once where a trace is asked for again and again. */
export function rememberTimes({ nodeOffset, structures }: TraceSet, write: WriteTimes): WriteTimes {
  const known = new Float64Array(largestStructure(structures));
  let of = -1;
  return (trace, us) => {
    if (trace !== of) write(trace, known);
    of = trace;
    const n = nodeOffset[trace + 1]! - nodeOffset[trace]!;
    for (let i = 0; i < n; i++) us[i] = known[i]!;
  };
}

/**
 * @param train trace indices
 * @returns     yields now and then, so that the caller can look at the clock
 */
export function* gatherPathValues(
  traces: TraceSet,
  train: Uint32Array,
): Generator<void, PathValues> {
  const paths = collectCallPaths(traces, train);
  const known = { paths, count: countPaths(traces, train, paths) };
  yield;
  const durations = yield* gatherTimes(traces, train, known, createDurations(traces));
  const selfTimes = yield* gatherTimes(traces, train, known, createSelfTimes(traces));
  return { ...known, durations, selfTimes };
}

function createDurations({ nodeOffset, latencyUs }: TraceSet): WriteTimes {
  return (trace, us) => {
    const first = nodeOffset[trace]!;
    const n = nodeOffset[trace + 1]! - first;
    for (let i = 0; i < n; i++) us[i] = latencyUs[first + i]!;
  };
}

/**
 * @param train trace indices, of which all paths are known and counted
 * @returns     [all values] path after path, each ascending; microseconds
 */
export function* gatherTimes(
  traces: TraceSet,
  train: Uint32Array,
  { paths, count }: Pick<PathValues, 'paths' | 'count'>,
  write: WriteTimes,
): Generator<void, Float32Array> {
  const pathsOf = createPathFinder(traces, paths);
  const next = startsOf(count);
  const times = new Float32Array(count.reduce((sum, of) => sum + of, 0));
  const us = new Float64Array(mostNodes(traces, train));
  for (let t = 0; t < train.length; t++) {
    const trace = train[t]!;
    const found = pathsOf(traces.structureOf[trace]!);
    write(trace, us);
    for (let i = 0; i < found.length; i++) times[next[found[i]!]!++] = us[i]!;
    if (t % AT_ONCE === 0) yield;
  }
  const sortFloats = createFloatSort();
  let sorted = 0;
  for (let path = 0; path < count.length; path++) {
    sortFloats(times.subarray(next[path]! - count[path]!, next[path]!));
    sorted += count[path]!;
    if (sorted < AT_ONCE) continue;
    sorted = 0;
    yield;
  }
  return times;
}

/**
 * @param train trace indices, of which all paths are known
 * @returns     [P] traces that have each path
 */
export function countPaths(traces: TraceSet, train: Uint32Array, paths: CallPaths): Float32Array {
  const pathsOf = createPathFinder(traces, paths);
  const count = new Float32Array(paths.operation.length);
  for (const trace of train) {
    const found = pathsOf(traces.structureOf[trace]!);
    for (let i = 0; i < found.length; i++) count[found[i]!]! += 1;
  }
  return count;
}

/** Nodes of the largest of these traces. */
export function mostNodes(traces: TraceSet, selected: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < selected.length; i++) most = Math.max(most, nodeCount(traces, selected[i]!));
  return most;
}
