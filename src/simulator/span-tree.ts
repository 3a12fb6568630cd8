/** One simulated trace: a tree of spans, before any merging. */
import type { CallPlan } from './call-plan.ts';

export interface SpanTree {
  /** [n] index of the parent span, -1 for the root; parents come before their children. */
  readonly parent: Int32Array;
  /** [n] operation index of the system */
  readonly operation: Uint16Array;
  /** [n] microseconds since the epoch */
  readonly startUs: Float64Array;
  /** [n] whole microseconds, at least 1 */
  readonly durationUs: Float64Array;
}

export const spanCount = (tree: Pick<SpanTree, 'parent'>): number => tree.parent.length;

/** What merging (paper, section 2) makes of a tree, without building it. */
export interface MergedShape {
  /** Merged nodes. */
  readonly nodes: number;
  /** Levels, the root counted. */
  readonly depth: number;
  /** Equal for equal merged trees of one {@link createMergedShapeReader}. */
  readonly key: string;
  /** (depth, root operation, set of operations), the groups of section A.4. */
  readonly group: string;
}

/**
 * Siblings of one operation merge, and their children again, so a merged node is a distinct path of
 * operations from the root: a tree's shape is its set of paths. Paths are numbered as they appear.
 */
export function createMergedShapeReader(): (
  tree: Pick<CallPlan, 'parent' | 'operation'>,
) => MergedShape {
  const pathIds = new Map<number, number>();
  return ({ parent, operation }) => {
    const pathOf = new Int32Array(parent.length);
    const level = new Uint16Array(parent.length);
    const paths = new Set<number>();
    let depth = 0;
    for (let i = 0; i < parent.length; i++) {
      const above = parent[i]! < 0 ? 0 : pathOf[parent[i]!]!;
      const step = above * 0x10000 + operation[i]!;
      const path = pathIds.get(step) ?? pathIds.size + 1;
      pathIds.set(step, path);
      pathOf[i] = path;
      paths.add(path);
      level[i] = parent[i]! < 0 ? 1 : level[parent[i]!]! + 1;
      depth = Math.max(depth, level[i]!);
    }
    const key = [...paths].sort((a, b) => a - b).join(' ');
    const operations = [...new Set(operation)].sort((a, b) => a - b).join(' ');
    return { nodes: paths.size, depth, key, group: `${depth}|${operation[0]}|${operations}` };
  };
}
