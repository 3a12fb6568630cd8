/**
 * Call paths: a node of a merged tree is known by the operations from the root down to it, since
 * siblings of one operation are one node (section 2). Numbered once for a training set; they are
 * the dimensions of service trace vectors and the states of an automaton (section 6.4).
 */
import { structureCount, structureSize, type TraceSet } from '../trace/trace-set.ts';

/** P paths, callers before the called. */
export interface CallPaths {
  /** [P] path of the caller, -1 for a root */
  readonly caller: Int32Array;
  /** [P] operation id */
  readonly operation: Int32Array;
}

/** The caller of a root. */
export const NO_CALLER = -1;
/** A path that training did not have. */
export const UNKNOWN_PATH = -2;

/**
 * The paths of the structures of these traces, numbered by structure and node.
 *
 * @param selected trace indices of the training set
 */
export function collectCallPaths(traces: TraceSet, selected: Uint32Array): CallPaths {
  const known = new Map<number, number>();
  const caller: number[] = [];
  const operation: number[] = [];
  const key = keyBy(traces);
  const structures = new Set(Array.from(selected, (trace) => traces.structureOf[trace]!));
  for (const structure of [...structures].sort((a, b) => a - b)) {
    mapNodes(traces, structure, (above, op) => {
      const path = known.get(key(above, op));
      if (path !== undefined) return path;
      const added = caller.push(above) - 1;
      operation.push(op);
      known.set(key(above, op), added);
      return added;
    });
  }
  return { caller: Int32Array.from(caller), operation: Int32Array.from(operation) };
}

/** @returns a function from a structure to the path of each node [n], or {@link UNKNOWN_PATH} */
export function createPathFinder(
  traces: TraceSet,
  { caller, operation }: CallPaths,
): (structure: number) => Int32Array {
  const key = keyBy(traces);
  const known = new Map<number, number>();
  caller.forEach((above, path) => {
    known.set(key(above, operation[path]!), path);
  });
  const found: (Int32Array | undefined)[] = Array(structureCount(traces.structures));
  return (structure) => {
    const before = found[structure];
    if (before !== undefined) return before;
    const paths = mapNodes(traces, structure, (above, op) =>
      above === UNKNOWN_PATH ? UNKNOWN_PATH : (known.get(key(above, op)) ?? UNKNOWN_PATH),
    );
    found[structure] = paths;
    return paths;
  };
}

const keyBy =
  ({ operations }: TraceSet) =>
  (caller: number, operation: number): number =>
    (caller + 1) * operations.length + operation;

/** What `pathOf` gives for each node of a structure, from its caller's result and its operation. */
function mapNodes(
  { structures }: TraceSet,
  structure: number,
  pathOf: (caller: number, operation: number) => number,
): Int32Array {
  const first = structures.nodeOffset[structure]!;
  const paths = new Int32Array(structureSize(structures, structure));
  for (let i = 0; i < paths.length; i++) {
    const parent = structures.parent[first + i]!;
    const above = parent < 0 ? NO_CALLER : paths[parent]!;
    paths[i] = pathOf(above, structures.operation[first + i]!);
  }
  return paths;
}

/** Operation ids from the root to the path's end. */
export function operationsOfPath({ caller, operation }: CallPaths, path: number): number[] {
  const operations: number[] = [];
  for (let at = path; at >= 0; at = caller[at]!) operations.push(operation[at]!);
  return operations.reverse();
}
