/**
 * Durations and self times of a training set by call path: what the tails of nodes are made of. A
 * trace has a path at most once, as equal siblings are merged.
 */
import { createFloatSort } from '../base/sort-floats.ts';
import { type CallPaths, collectCallPaths, createPathFinder } from '../features/call-paths.ts';
import { createSelfTimes } from '../trace/self-times.ts';
import { largestStructure, nodeCount, type TraceSet } from '../trace/trace-set.ts';

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
 * @param paths all of these traces' paths at least
 * @param timesOf what stands for self times
 * @returns     yields now and then, so that the caller can look at the clock
 */
export function* gatherPathValues(
  traces: TraceSet,
  train: Uint32Array,
  paths: CallPaths = collectCallPaths(traces, train),
  timesOf: (traces: TraceSet) => WriteTimes = createSelfTimes,
): Generator<void, PathValues> {
  const pathsOf = createPathFinder(traces, paths);
  const count = countPaths(traces, train, paths);
  yield;

  const next = new Uint32Array(count.length);
  let total = 0;
  for (let path = 0; path < count.length; path++) {
    next[path] = total;
    total += count[path]!;
  }
  const durations = new Float32Array(total);
  const selfTimes = new Float32Array(total);
  const writeSelf = timesOf(traces);
  const selfUs = new Float64Array(mostNodes(traces, train));
  for (let t = 0; t < train.length; t++) {
    const trace = train[t]!;
    const found = pathsOf(traces.structureOf[trace]!);
    const first = traces.nodeOffset[trace]!;
    writeSelf(trace, selfUs);
    for (let i = 0; i < found.length; i++) {
      const at = next[found[i]!]!++;
      durations[at] = traces.latencyUs[first + i]!;
      selfTimes[at] = selfUs[i]!;
    }
    if (t % AT_ONCE === 0) yield;
  }

  const sortFloats = createFloatSort();
  let sorted = 0;
  for (let path = 0; path < count.length; path++) {
    const [from, to] = [next[path]! - count[path]!, next[path]!];
    sortFloats(durations.subarray(from, to));
    sortFloats(selfTimes.subarray(from, to));
    sorted += to - from;
    if (sorted < AT_ONCE) continue;
    sorted = 0;
    yield;
  }
  return { paths, count, durations, selfTimes };
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
