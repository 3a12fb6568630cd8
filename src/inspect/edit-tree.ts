/**
 * A merged tree that is edited node by node: what an operator might have changed. Every edit gives a
 * merged tree again, as an import of the edited trace would (paper, section 2): equal siblings are
 * one node, children sorted by operation, nodes numbered breadth first.
 */
import type { Microseconds } from '../base/units.ts';
import { createSpanMerger } from '../trace/merge-spans.ts';
import { createStructureInterner } from '../trace/structure-interner.ts';
import { readTree, type TraceSet, type TreeNode } from '../trace/trace-set.ts';

/** A merged tree with its latencies; `parent[i] < i`, -1 for the root. */
export type EditableTree = readonly TreeNode[];

export type TreeEdit =
  | { readonly kind: 'latency'; readonly node: number; readonly latencyUs: Microseconds }
  | { readonly kind: 'operation'; readonly node: number; readonly operation: number }
  /** Drops the node and all below it; the root stays. */
  | { readonly kind: 'drop'; readonly node: number }
  /** Hangs a subtree under the node; the subtree's own root has parent -1. */
  | { readonly kind: 'add'; readonly node: number; readonly subtree: EditableTree };

export const editableTree = (traces: TraceSet, trace: number): EditableTree =>
  readTree(traces, trace);

/**
 * @param tree of one node at least; the edit names one of its nodes
 */
export function editTree(tree: EditableTree, edit: TreeEdit): EditableTree {
  switch (edit.kind) {
    case 'latency':
      return tree.with(edit.node, { ...tree[edit.node]!, latencyUs: edit.latencyUs });
    case 'operation':
      return mergedTree(tree.with(edit.node, { ...tree[edit.node]!, operation: edit.operation }));
    case 'drop':
      return edit.node === 0 ? tree : mergedTree(withoutSubtree(tree, edit.node));
    case 'add':
      return mergedTree([
        ...tree,
        ...edit.subtree.map((node) => ({
          ...node,
          parent: node.parent < 0 ? edit.node : tree.length + node.parent,
        })),
      ]);
  }
}

/** The node and all below it, its own root first. */
export function subtreeOf(tree: EditableTree, node: number): EditableTree {
  const place = new Map<number, number>([[node, 0]]);
  const subtree: TreeNode[] = [{ ...tree[node]!, parent: -1 }];
  for (let i = node + 1; i < tree.length; i++) {
    const parent = place.get(tree[i]!.parent);
    if (parent === undefined) continue;
    place.set(i, subtree.push({ ...tree[i]!, parent }) - 1);
  }
  return subtree;
}

function withoutSubtree(tree: EditableTree, node: number): EditableTree {
  const place = new Map<number, number>([[-1, -1]]);
  const kept: TreeNode[] = [];
  tree.forEach((of, i) => {
    const parent = i === node ? undefined : place.get(of.parent);
    if (parent !== undefined) place.set(i, kept.push({ ...of, parent }) - 1);
  });
  return kept;
}

/**
 * Merged as the import merges spans; a merged node's latency is the mean over its spans.
 *
 * @param tree `parent[i] < i`, siblings in any order and with equal operations
 */
export function mergedTree(tree: EditableTree): EditableTree {
  const firstChild = new Int32Array(tree.length).fill(-1);
  const nextSibling = new Int32Array(tree.length).fill(-1);
  for (let i = tree.length - 1; i > 0; i--) {
    const { parent } = tree[i]!;
    nextSibling[i] = firstChild[parent]!;
    firstChild[parent] = i;
  }
  const operation = Uint32Array.from(tree, (node) => node.operation);
  const merge = createSpanMerger(
    { firstChild, nextSibling, operation },
    1 + operation.reduce((most, id) => Math.max(most, id), 0),
  );
  const merged = merge(0, tree.length);
  return Array.from({ length: merged.nodeCount }, (_, node) => {
    const members = merged.members.slice(merged.firstMember[node], merged.firstMember[node + 1]);
    const spanCount = members.reduce((sum, m) => sum + tree[m]!.spanCount, 0);
    const errors = members.reduce((sum, m) => sum + (tree[m]!.errors ?? 0), 0);
    const sumUs = members.reduce((sum, m) => sum + tree[m]!.spanCount * tree[m]!.latencyUs, 0);
    return {
      parent: merged.parent[node]!,
      operation: merged.operation[node]!,
      spanCount,
      // as a dataset stores it
      latencyUs: Math.fround(
        members.length === 1 ? tree[members[0]!]!.latencyUs : sumUs / spanCount,
      ),
      ...(tree[0]!.errors === undefined ? {} : { errors }),
    };
  });
}

/**
 * The dataset's vocabulary with these trees as its only traces, all under the id of one trace: what
 * a model scores in the trace's place.
 */
export function traceSetOfTrees(
  traces: TraceSet,
  trace: number,
  trees: readonly EditableTree[],
): TraceSet {
  const nodes = trees.flat();
  const interner = createStructureInterner();
  const structureOf = Uint32Array.from(trees, (tree) =>
    interner.intern(
      Int32Array.from(tree, ({ parent }) => parent),
      Uint32Array.from(tree, ({ operation }) => operation),
      tree.length,
    ),
  );
  const nodeOffset = new Uint32Array(trees.length + 1);
  trees.forEach((tree, t) => {
    nodeOffset[t + 1] = nodeOffset[t]! + tree.length;
  });
  const { bytes, offset } = traces.traceIds;
  const id = bytes.slice(offset[trace], offset[trace + 1]);
  return {
    services: traces.services,
    operations: traces.operations,
    structures: interner.finish(),
    structureOf,
    nodeOffset,
    latencyUs: Float32Array.from(nodes, ({ latencyUs }) => latencyUs),
    spanCount: Uint32Array.from(nodes, ({ spanCount }) => spanCount),
    ...(traces.errorCount && {
      errorCount: Uint16Array.from(nodes, ({ errors = 0 }) => errors),
    }),
    startUs: Float64Array.from(trees, () => traces.startUs[trace]!),
    label: Uint8Array.from(trees, () => traces.label[trace]!),
    file: Uint16Array.from(trees, () => traces.file[trace]!),
    traceIds: {
      bytes: Uint8Array.from(trees.flatMap(() => [...id])),
      offset: Uint32Array.from([0, ...trees], (_, t) => t * id.length),
    },
  };
}
