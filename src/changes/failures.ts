/** At which call paths the requests of a period failed: where an error began, not where it was passed on. */
import { type CallPaths, createPathFinder } from '../features/call-paths.ts';
import type { TraceSet } from '../trace/trace-set.ts';

/**
 * @param selected trace indices, of which all paths are known
 * @returns        [P] traces in which the path failed while none of its calls did; null where the
 *                 dataset does not say how spans ended
 */
export function failuresByPath(
  traces: TraceSet,
  selected: Uint32Array,
  paths: CallPaths,
): Uint32Array | null {
  const { errorCount, nodeOffset, structures, structureOf } = traces;
  if (errorCount === undefined) return null;
  const pathsOf = createPathFinder(traces, paths);
  const failures = new Uint32Array(paths.operation.length);
  /** Nodes of which a call failed. */
  const passedOn = new Set<number>();
  for (const trace of selected) {
    const first = nodeOffset[trace]!;
    const size = nodeOffset[trace + 1]! - first;
    const structure = structureOf[trace]!;
    const shape = structures.nodeOffset[structure]!;
    passedOn.clear();
    // children come after their parent
    for (let node = size - 1; node >= 0; node--) {
      if (errorCount[first + node]! === 0) continue;
      if (!passedOn.has(node)) failures[pathsOf(structure)[node]!]! += 1;
      passedOn.add(structures.parent[shape + node]!);
    }
  }
  return failures;
}
