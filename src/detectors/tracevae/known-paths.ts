/**
 * The call paths that training had, and how often: what the structure decoder by call paths writes
 * trees from. A tree is read as the calls that its nodes could have made: those that they made, those
 * that they did not make, and those that training never saw there.
 */
import {
  collectCallPaths,
  createPathFinder,
  NO_CALLER,
  UNKNOWN_PATH,
} from '../../features/call-paths.ts';
import type { TraceBatch } from '../../features/trace-batch.ts';
import type { TraceSet } from '../../trace/trace-set.ts';

/** P paths, callers before the called, as they are stored with the weights. */
export interface KnownPaths {
  /** [P] path of the caller, -1 for a root */
  readonly caller: Int32Array;
  /** [P] operation id */
  readonly operation: Int32Array;
  /** [P] training traces that have the path */
  readonly count: Float32Array;
}

/** @param selected trace indices of the training set */
export function collectKnownPaths(traces: TraceSet, selected: Uint32Array): KnownPaths {
  const paths = collectCallPaths(traces, selected);
  const pathsOf = createPathFinder(traces, paths);
  const count = new Float32Array(paths.operation.length);
  for (const trace of selected) {
    for (const path of pathsOf(traces.structureOf[trace]!)) count[path]!++;
  }
  return { ...paths, count };
}

/**
 * What is said of calls that training never saw below a node: it makes each operation that was not
 * seen there with a small probability of its own, one Bernoulli each, so that the probabilities of
 * all trees sum to 1.
 */
export interface UnseenCalls {
  /** Expected number of them. */
  readonly rate: number;
  /** Operations that were never seen there, from which one is as likely as another. */
  readonly operations: number;
}

/** The known paths as a tree. */
export interface PathTree {
  readonly known: KnownPaths;
  /** [roots] paths without a caller */
  readonly roots: Int32Array;
  /** [P] place of a root among the roots, -1 for others */
  readonly rootOf: Int32Array;
  /** Paths called by a path, by operation. */
  callsOf(path: number): Int32Array;
  /** The path of an operation below a path, or {@link UNKNOWN_PATH}. */
  find(caller: number, operation: number): number;
  /** Training traces that have a path; 0 of {@link UNKNOWN_PATH}, all of {@link NO_CALLER}. */
  madeOf(path: number): number;
  /** Below a path, below {@link UNKNOWN_PATH}, or among roots below {@link NO_CALLER}. */
  unseenBelow(path: number): UnseenCalls;
}

/**
 * The expected number of calls below a path that training never saw there.
 *
 * Good and Turing's estimate, calls seen in one trace alone over the traces that have the path, with
 * one more of the first and two of the second: a path that was seen seldom, or below which there
 * was something new until the end, may well have new calls, and nothing is impossible.
 *
 * @param once calls below the path that one training trace alone has
 * @param of   training traces that have the path
 */
export const unseenRate = (once: number, of: number): number =>
  Math.min(0.5, (once + 1) / (of + 2));

/** @param operationCount padding included */
export function openKnownPaths(known: KnownPaths, operationCount: number): PathTree {
  const { caller, operation, count } = known;
  const key = (above: number, op: number): number => (above + 1) * operationCount + op;
  const pathBy = new Map<number, number>();
  const calls = Array.from({ length: caller.length + 1 }, (): number[] => []);
  caller.forEach((above, path) => {
    pathBy.set(key(above, operation[path]!), path);
    calls[above + 1]!.push(path);
  });
  const callsOf = calls.map((below) =>
    Int32Array.from(below.sort((a, b) => operation[a]! - operation[b]!)),
  );
  const [roots] = callsOf as [Int32Array];
  const rootOf = new Int32Array(caller.length).fill(-1);
  roots.forEach((path, root) => {
    rootOf[path] = root;
  });
  const traces = roots.reduce((sum, path) => sum + count[path]!, 0);
  const unseen = callsOf.map((below, place): UnseenCalls => {
    const once = below.reduce((sum, path) => sum + (count[path] === 1 ? 1 : 0), 0);
    const of = place === 0 ? traces : count[place - 1]!;
    return unseenOf(once, of, operationCount - 1 - below.length);
  });
  const belowUnknown = unseenOf(0, 0, operationCount - 1);
  return {
    known,
    roots,
    rootOf,
    callsOf: (path) => callsOf[path + 1]!,
    find: (above, op) =>
      above === UNKNOWN_PATH ? UNKNOWN_PATH : (pathBy.get(key(above, op)) ?? UNKNOWN_PATH),
    madeOf: (path) => (path === UNKNOWN_PATH ? 0 : path === NO_CALLER ? traces : count[path]!),
    unseenBelow: (path) => (path === UNKNOWN_PATH ? belowUnknown : unseen[path + 1]!),
  };
}

const unseenOf = (once: number, of: number, operations: number): UnseenCalls => ({
  rate: operations === 0 ? 0 : unseenRate(once, of),
  operations,
});

/** What a tree is asked for: a Bernoulli for every known call of its nodes, and what was never seen. */
export interface TreeCalls {
  /** Path of the root, or {@link UNKNOWN_PATH}. */
  readonly root: number;
  /** [C] known calls below the tree's nodes, made or not */
  readonly path: Int32Array;
  /** [C] node that made the call */
  readonly caller: Int32Array;
  /** [C] node that was called, -1 where the call is absent */
  readonly node: Int32Array;
  /** Nodes that training never had where they are, the root too. */
  readonly unseen: readonly UnseenNode[];
  /**
   * log-probabilities that there is no further call that was never seen there, of each node and of a
   * known root, nats
   */
  readonly logNoFurther: readonly number[];
}

export interface UnseenNode {
  readonly node: number;
  /** log-probability that a call was made that was never seen there, nats */
  readonly logMade: number;
  /** log-probability that it is this operation's, nats */
  readonly logOperation: number;
}

/**
 * The calls of one tree of a batch.
 *
 * @param batch [B, N] node 0 is the root, callers come before the called
 */
export function treeCalls(
  tree: PathTree,
  { maxNodes, nodeCount, parent, operation }: TraceBatch,
  b: number,
): TreeCalls {
  const first = b * maxNodes;
  const nodes = nodeCount[b]!;
  const pathOf = new Int32Array(nodes);
  /** [n] calls never seen where they are, below each node */
  const unseenBelow = new Int32Array(nodes);
  const unseen: UnseenNode[] = [];
  const nodeAt = new Map<number, number>();
  for (let i = 0; i < nodes; i++) {
    const above = parent[first + i]!;
    const callerPath = above < 0 ? NO_CALLER : pathOf[above]!;
    const path = tree.find(callerPath, operation[first + i]!);
    pathOf[i] = path;
    if (path !== UNKNOWN_PATH) {
      nodeAt.set(path, i);
      continue;
    }
    const { rate, operations } = tree.unseenBelow(callerPath);
    if (above >= 0) unseenBelow[above]!++;
    // below a path that calls all operations that there are, only one without a name can be new
    const logMade = Math.log(operations === 0 ? unseenRate(0, tree.madeOf(callerPath)) : rate);
    unseen.push({ node: i, logMade, logOperation: -Math.log(Math.max(1, operations)) });
  }

  const [path, caller, node]: [number[], number[], number[]] = [[], [], []];
  const logNoFurther: number[] = [];
  for (let i = 0; i < nodes; i++) {
    const { rate, operations } = tree.unseenBelow(pathOf[i]!);
    const further = Math.max(0, operations - unseenBelow[i]!);
    logNoFurther.push(further === 0 ? 0 : further * Math.log1p(-rate / operations));
    if (pathOf[i] === UNKNOWN_PATH) continue;
    for (const call of tree.callsOf(pathOf[i]!)) {
      path.push(call);
      caller.push(i);
      node.push(nodeAt.get(call) ?? -1);
    }
  }
  if (pathOf[0] !== UNKNOWN_PATH) {
    logNoFurther.push(Math.log1p(-tree.unseenBelow(NO_CALLER).rate));
  }
  return {
    root: pathOf[0]!,
    path: Int32Array.from(path),
    caller: Int32Array.from(caller),
    node: Int32Array.from(node),
    unseen,
    logNoFurther,
  };
}
