/**
 * What a trace might lack: subtrees that other traces of the same root operation have at a place
 * where this one has none. Places are found from the root down by operation, which is unique among
 * the siblings of a merged tree.
 */
import { countStructures, meanByStructure } from '../trace/structure-statistics.ts';
import { structureSize, type TraceSet } from '../trace/trace-set.ts';
import { type EditableTree, subtreeOf } from './edit-tree.ts';

export interface SubtreeChoice {
  /** Of the tree: what the subtree would hang under. */
  readonly node: number;
  /** The most frequent one of its operation at this place, with mean latencies. */
  readonly subtree: EditableTree;
  /** Traces that have a subtree of its operation at this place. */
  readonly traces: number;
}

/**
 * @param selected traces that count: those that trained the model
 * @returns the most frequent first
 */
export function siblingSubtrees(
  traces: TraceSet,
  selected: Uint32Array,
  tree: EditableTree,
): SubtreeChoice[] {
  const found = new Map<string, SubtreeChoice>();
  const root = tree[0]!.operation;
  const { structures } = traces;
  const alike = countStructures(traces, selected).filter(
    ({ structure }) => structures.operation[structures.nodeOffset[structure]!] === root,
  );
  const among = new Set(alike.map(({ structure }) => structure));
  const means = meanByStructure(
    traces,
    selected.filter((trace) => among.has(traces.structureOf[trace]!)),
  );
  for (const { structure, traces: count } of alike) {
    const first = structures.nodeOffset[structure]!;
    const size = structureSize(structures, structure);
    const other: EditableTree = Array.from({ length: size }, (_, i) => ({
      parent: structures.parent[first + i]!,
      operation: structures.operation[first + i]!,
      spanCount: Math.max(1, Math.round(means.spanCount[first + i]!)),
      latencyUs: means.latencyUs[first + i]!,
    }));
    for (const { node, at } of absentHere(tree, other)) {
      const key = `${node} ${other[at]!.operation}`;
      // structures come by frequency, so the first subtree found is the most frequent
      const known = found.get(key) ?? { node, subtree: subtreeOf(other, at), traces: 0 };
      found.set(key, { ...known, traces: known.traces + count });
    }
  }
  return [...found.values()].sort((a, b) => b.traces - a.traces);
}

/** Children in the other tree whose parent has a twin here that lacks them. */
function absentHere(tree: EditableTree, other: EditableTree): { node: number; at: number }[] {
  const childOf = new Map(tree.map(({ parent, operation }, i) => [`${parent} ${operation}`, i]));
  const absent: { node: number; at: number }[] = [];
  /** By node of the other tree: its twin here. */
  const twin = new Map<number, number>([[0, 0]]);
  for (let at = 1; at < other.length; at++) {
    const node = twin.get(other[at]!.parent);
    if (node === undefined) continue;
    const same = childOf.get(`${node} ${other[at]!.operation}`);
    if (same === undefined) absent.push({ node, at });
    else twin.set(at, same);
  }
  return absent;
}
