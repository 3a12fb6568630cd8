/**
 * Merging the spans of one tree (paper, section 2 "Trace Merging"): siblings with the same
 * operation become one node, their children are joined and merged in turn. In: the spans' child
 * lists and operations. Out: nodes in BFS order, children sorted by operation id.
 *
 * Level by level instead of recursively: a node is the set of spans merged into it, its children
 * are the groups by operation of all their children. Linear in spans but for the sorting of the
 * distinct operations below one node; depth costs nothing, so a chain of any length works.
 */
import { grown } from '../base/bytes.ts';

/** Spans as linked child lists over span rows; -1 ends a list. */
export interface SpanForest {
  readonly firstChild: Int32Array;
  readonly nextSibling: Int32Array;
  /** Operation id of each span row. */
  readonly operation: Uint32Array;
}

/** A merged tree; the arrays are scratch, valid until the next merge and longer than needed. */
export interface MergedTree {
  readonly nodeCount: number;
  /** [nodeCount] -1 for the root. */
  readonly parent: Int32Array;
  /** [nodeCount] */
  readonly operation: Uint32Array;
  /** [nodeCount + 1] first of each node's spans in {@link members}. */
  readonly firstMember: Uint32Array;
  /** Span rows, node after node. */
  readonly members: Uint32Array;
}

/**
 * Larger merged trees are lost at import. N_max, the model's own limit, is far lower and is a
 * setting: see {@link file://./trainability.ts}.
 */
export const MAX_MERGED_NODES = 1024;

/** Below this, sorting by insertion beats the call into the typed array's own sort. */
const SHORT = 24;

/** @param operationCount operation ids are below it */
export function createSpanMerger(
  forest: SpanForest,
  operationCount: number,
): (root: number, spanLimit: number) => MergedTree {
  const { firstChild, nextSibling } = forest;
  // Scratch by operation: children of the node at hand, then the place of the next one.
  const childCount = new Uint32Array(operationCount);
  const place = new Uint32Array(operationCount);
  const distinct = new Uint32Array(operationCount);
  let parent = new Int32Array(64);
  let operation = new Uint32Array(64);
  let firstMember = new Uint32Array(65);
  let members = new Uint32Array(64);

  return (root, spanLimit) => {
    parent = grown(parent, spanLimit);
    operation = grown(operation, spanLimit);
    firstMember = grown(firstMember, spanLimit + 1);
    members = grown(members, spanLimit);

    parent[0] = -1;
    operation[0] = forest.operation[root]!;
    members[0] = root;
    firstMember[1] = 1;
    let nodeCount = 1;
    let memberCount = 1;

    for (let node = 0; node < nodeCount; node++) {
      const memberEnd = firstMember[node + 1]!;
      let distinctCount = 0;
      for (let m = firstMember[node]!; m < memberEnd; m++) {
        for (let child = firstChild[members[m]!]!; child >= 0; child = nextSibling[child]!) {
          const id = forest.operation[child]!;
          if (childCount[id] === 0) distinct[distinctCount++] = id;
          childCount[id]! += 1;
        }
      }
      if (distinctCount === 0) continue;

      sortAscending(distinct, distinctCount);
      for (let k = 0; k < distinctCount; k++) {
        const id = distinct[k]!;
        parent[nodeCount] = node;
        operation[nodeCount] = id;
        place[id] = memberCount;
        memberCount += childCount[id]!;
        childCount[id] = 0;
        nodeCount += 1;
        firstMember[nodeCount] = memberCount;
      }
      for (let m = firstMember[node]!; m < memberEnd; m++) {
        for (let child = firstChild[members[m]!]!; child >= 0; child = nextSibling[child]!) {
          const id = forest.operation[child]!;
          members[place[id]!] = child;
          place[id]! += 1;
        }
      }
    }
    return { nodeCount, parent, operation, firstMember, members };
  };
}

function sortAscending(values: Uint32Array, length: number): void {
  if (length > SHORT) {
    values.subarray(0, length).sort();
    return;
  }
  for (let i = 1; i < length; i++) {
    const value = values[i]!;
    let j = i - 1;
    while (j >= 0 && values[j]! > value) {
      values[j + 1] = values[j]!;
      j -= 1;
    }
    values[j + 1] = value;
  }
}
