/**
 * Service trace vectors (TraceAnomaly, section 6.4): one dimension a call path, with the latency of
 * the node there, and -1 where the trace does not have it. Paths that training did not have are
 * none of the dimensions, as in TraceAnomaly's public code.
 *
 * Differs from TraceAnomaly: a path is the operations from the root down; its public description
 * also has the order of earlier calls, which merged trees do not keep.
 */
import { nodeCount, type TraceSet } from '../trace/trace-set.ts';
import { type CallPaths, collectCallPaths, createPathFinder } from './call-paths.ts';

/** What stands for a path that a trace does not have. */
export const ABSENT = -1;

/** Which nodes of a trace enter its vector: [n] 1 for those that do; null for all. */
export type NodeChoice = (traces: TraceSet, trace: number) => Uint8Array | null;

export interface PathScale {
  readonly paths: CallPaths;
  /** [P] microseconds, over the training traces that have the path. */
  readonly meanUs: Float32Array;
  /** [P] microseconds, floor included; 0 where no training trace has a node that enters. */
  readonly stdUs: Float32Array;
}

/** A path is not taken to be steadier than a tenth of its mean, nor than the clock of the formats. */
const FLOOR_SHARE_OF_MEAN = 0.1;
const RESOLUTION_US = 1;

/**
 * Paths, and mean and std of each over the nodes that enter the vectors.
 *
 * Differs from TraceAnomaly: its std has no floor, so a path that was always as fast divides by 0.
 *
 * @param selected trace indices of the training set
 */
export function fitPathScale(
  traces: TraceSet,
  selected: Uint32Array,
  choose: NodeChoice,
): PathScale {
  const paths = collectCallPaths(traces, selected);
  const size = paths.operation.length;
  const count = new Float64Array(size);
  const mean = new Float64Array(size);
  const square = new Float64Array(size);
  const visit = eachPath(traces, paths, choose);
  for (const trace of selected) {
    visit(trace, (path, latencyUs) => {
      // Welford, so that squares of whole latencies do not cancel
      count[path]!++;
      const change = latencyUs - mean[path]!;
      mean[path]! += change / count[path]!;
      square[path]! += change * (latencyUs - mean[path]!);
    });
  }
  const stdUs = Float32Array.from(square, (sum, path) => {
    const seen = count[path]!;
    if (seen === 0) return 0;
    return Math.max(Math.sqrt(sum / seen), FLOOR_SHARE_OF_MEAN * mean[path]!, RESOLUTION_US);
  });
  return { paths, meanUs: Float32Array.from(mean), stdUs };
}

/**
 * Calls `visit` with the path, the latency and the index of every node that enters a trace's vector.
 */
export function eachPath(traces: TraceSet, paths: CallPaths, choose: NodeChoice) {
  const pathsOf = createPathFinder(traces, paths);
  return (trace: number, visit: (path: number, latencyUs: number, node: number) => void): void => {
    const found = pathsOf(traces.structureOf[trace]!);
    const chosen = choose(traces, trace);
    const first = traces.nodeOffset[trace]!;
    for (let i = 0; i < nodeCount(traces, trace); i++) {
      if (found[i]! < 0 || chosen?.[i] === 0) continue;
      visit(found[i]!, traces.latencyUs[first + i]!, i);
    }
  };
}

/**
 * @param selected [B] trace indices
 * @returns        [B, P] standardised latency, {@link ABSENT} where there is none; unitless
 */
export function makeVectors(
  traces: TraceSet,
  { paths, meanUs, stdUs }: PathScale,
  selected: Uint32Array,
  choose: NodeChoice,
): Float32Array {
  const size = paths.operation.length;
  const vectors = new Float32Array(selected.length * size).fill(ABSENT);
  const visit = eachPath(traces, paths, choose);
  selected.forEach((trace, row) => {
    visit(trace, (path, latencyUs) => {
      if (stdUs[path] === 0) return;
      vectors[row * size + path] = (latencyUs - meanUs[path]!) / stdUs[path]!;
    });
  });
  return vectors;
}
