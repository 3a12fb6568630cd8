/**
 * An observed tree and its reconstruction as one tree to draw: what is there, what was expected and
 * is absent, what nobody expected. In: two trees with `parent[i] < i`, which the model's need not
 * merge equal siblings. Out: nodes in BFS order.
 *
 * Nodes match from the root downwards: a child matches a child of the matched parent with the same
 * operation, equal ones in order; then what is left below the same parent pairs up in order as
 * relabelled. The roots always match, if only as relabelled.
 */
export interface PlainTree {
  /** -1 for the root, which is node 0. */
  readonly parent: ArrayLike<number>;
  readonly operation: ArrayLike<number>;
}

/**
 * - `same`: in both, with the same operation
 * - `missing`: in the reconstruction only: expected, but absent
 * - `unexpected`: in the observed tree only
 * - `relabelled`: in both, with unequal operations
 */
export type DiffStatus = 'same' | 'missing' | 'unexpected' | 'relabelled';

export interface DiffNode {
  readonly status: DiffStatus;
  /** Index in the diff tree, less than the node's own; -1 for the root. */
  readonly parent: number;
  /** Index in the observed tree, -1 where it is missing. */
  readonly observed: number;
  /** Index in the reconstruction, -1 where it is unexpected. */
  readonly reconstructed: number;
  /** The observed operation, the reconstructed one where the node is missing. */
  readonly operation: number;
}

export function diffTrees(observed: PlainTree, reconstructed: PlainTree): DiffNode[] {
  const observedChildren = childrenOf(observed);
  const reconstructedChildren = childrenOf(reconstructed);
  const diff: DiffNode[] = [];

  const pair = (parent: number, o: number, r: number): DiffNode => ({
    status: statusOf(observed.operation[o], reconstructed.operation[r]),
    parent,
    observed: o,
    reconstructed: r,
    operation: observed.operation[o] ?? reconstructed.operation[r]!,
  });

  const hasRoot = observed.parent.length > 0 || reconstructed.parent.length > 0;
  if (!hasRoot) return diff;
  diff.push(
    pair(-1, observed.parent.length > 0 ? 0 : -1, reconstructed.parent.length > 0 ? 0 : -1),
  );
  // The list grows while it is read: a queue, so breadth first and without recursion.
  for (let node = 0; node < diff.length; node++) {
    const { observed: o, reconstructed: r } = diff[node]!;
    const matches = matchChildren(
      observedChildren[o] ?? [],
      reconstructedChildren[r] ?? [],
      observed.operation,
      reconstructed.operation,
    );
    const children = matches.map(([childO, childR]) => pair(node, childO, childR));
    diff.push(...children.sort((a, b) => a.operation - b.operation));
  }
  return diff;
}

function statusOf(observed: number | undefined, reconstructed: number | undefined): DiffStatus {
  if (observed === undefined) return 'missing';
  if (reconstructed === undefined) return 'unexpected';
  return observed === reconstructed ? 'same' : 'relabelled';
}

function childrenOf({ parent }: PlainTree): number[][] {
  const children: number[][] = Array.from(parent, () => []);
  for (let i = 1; i < parent.length; i++) children[parent[i]!]!.push(i);
  return children;
}

/** Pairs of indices, -1 for none: first by equal operation, then what is left in order. */
function matchChildren(
  observed: readonly number[],
  reconstructed: readonly number[],
  observedOperation: ArrayLike<number>,
  reconstructedOperation: ArrayLike<number>,
): (readonly [observed: number, reconstructed: number])[] {
  const waiting = new Map<number, number[]>();
  for (const r of reconstructed) {
    const equals = waiting.get(reconstructedOperation[r]!);
    if (equals) equals.push(r);
    else waiting.set(reconstructedOperation[r]!, [r]);
  }
  const matches: (readonly [number, number])[] = [];
  const leftObserved: number[] = [];
  const matched = new Set<number>();
  for (const o of observed) {
    const r = waiting.get(observedOperation[o]!)?.shift();
    if (r === undefined) leftObserved.push(o);
    else {
      matched.add(r);
      matches.push([o, r]);
    }
  }
  const leftReconstructed = reconstructed.filter((r) => !matched.has(r));
  const most = Math.max(leftObserved.length, leftReconstructed.length);
  for (let i = 0; i < most; i++) matches.push([leftObserved[i] ?? -1, leftReconstructed[i] ?? -1]);
  return matches;
}
