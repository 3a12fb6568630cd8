/**
 * A system from its statistics alone: for each root operation a few trees of calls, some of them
 * optional. The trees together call every operation, and the largest has the size and the depth
 * that are asked for. Operations and trees are named and drawn, not designed; for a designed system
 * see {@link file://./online-shop.ts}.
 */
import { assert } from '../base/assert.ts';
import { type Random, shuffle } from '../base/random.ts';
import type { CallPlan } from './call-plan.ts';
import type { DatasetStatistics } from './stand-in-catalog.ts';

/** What requests of one kind call; nodes in depth-first order, the root first. */
export interface RequestTemplate {
  readonly parent: readonly number[];
  /** Operation indices; no two siblings share one, so merged nodes are nodes. */
  readonly operation: readonly number[];
  /** Probability of the call, given that its caller is called. */
  readonly probability: readonly number[];
  /** Times that a leaf may be called, at most. */
  readonly repeats: readonly number[];
}

/** Kinds of requests of a root operation, as long as that makes no more than so many in all. */
const KINDS_PER_ROOT = 3;
const MAX_KINDS = 40;

/** Calls that some requests of a template leave out, at most; each doubles its structures. */
const MAX_OPTIONAL = 3;
const OPTIONAL_PROBABILITY = { low: 0.4, high: 0.8 } as const;
/** Share of the leaves that are called up to {@link MAX_REPEATS} times, which merging undoes. */
const REPEATED = 0.2;
const MAX_REPEATS = 3;

/** @returns at least one a root operation, the largest first; operation indices begin with roots */
export function drawTemplates(statistics: DatasetStatistics, random: Random): RequestTemplate[] {
  const sizes = drawSizes(statistics, random);
  const trees = sizes.map((size, i) => drawTree(size, statistics.maxDepth, i === 0, random));
  const operations = assignOperations(trees, statistics, random);
  return trees.map((parent, i) => {
    const isLeaf = parent.map((_, node) => !parent.includes(node));
    const optional = shuffle(
      random,
      [...parent.keys()].filter((node) => node > 1 && isLeaf[node]),
    ).slice(0, random.integer(MAX_OPTIONAL + 1));
    const { low, high } = OPTIONAL_PROBABILITY;
    return {
      parent,
      operation: operations[i]!,
      probability: parent.map((_, node) =>
        optional.includes(node) ? low + (high - low) * random.uniform() : 1,
      ),
      repeats: parent.map((_, node) =>
        node > 0 && isLeaf[node] && random.uniform() < REPEATED ? MAX_REPEATS : 1,
      ),
    };
  });
}

/** Mostly small trees, one of the largest size, together with room for every operation. */
function drawSizes(
  { operations, rootOperations, maxNodes }: DatasetStatistics,
  random: Random,
): number[] {
  const kinds = Math.max(rootOperations, Math.min(KINDS_PER_ROOT * rootOperations, MAX_KINDS));
  const sizes = Array.from({ length: kinds }, (_, i) =>
    i === 0 ? maxNodes : 2 + Math.floor((maxNodes - 1) * random.uniform() ** 3),
  );
  let room = sizes.reduce((sum, size) => sum + size - 1, 0);
  assert(
    kinds * (maxNodes - 1) >= operations - rootOperations,
    'more operations than the trees can call',
  );
  while (room < operations - rootOperations) {
    const i = random.integer(sizes.length);
    if (sizes[i]! >= maxNodes) continue;
    sizes[i]! += 1;
    room += 1;
  }
  return sizes;
}

/** Parents of a tree in depth-first order. @param deep it has a path of `maxDepth` levels */
function drawTree(size: number, maxDepth: number, deep: boolean, random: Random): number[] {
  const children: number[][] = [[]];
  const level = [1];
  for (let node = 1; node < size; node++) {
    const open = level.flatMap((depth, i) => (depth < maxDepth ? [i] : []));
    const above = deep && node < maxDepth ? node - 1 : open[random.integer(open.length)]!;
    level.push(level[above]! + 1);
    children.push([]);
    children[above]!.push(node);
  }
  const parent: number[] = [];
  // depth-first without recursion: children pushed last to first
  const stack: { readonly node: number; readonly above: number }[] = [{ node: 0, above: -1 }];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const place = parent.push(next.above) - 1;
    for (const child of children[next.node]!.toReversed())
      stack.push({ node: child, above: place });
  }
  return parent;
}

/** Every operation somewhere; places left over call one of the others again. */
function assignOperations(
  trees: readonly (readonly number[])[],
  { operations, rootOperations }: DatasetStatistics,
  random: Random,
): number[][] {
  const assigned = trees.map((parent, kind) =>
    parent.map((_, node) => (node === 0 ? kind % rootOperations : -1)),
  );
  const places = trees.flatMap((parent, tree) =>
    [...parent.keys()].slice(1).map((node) => ({ tree, node })),
  );
  const order = shuffle(random, [...places.keys()]);
  order.forEach((index, i) => {
    const { tree, node } = places[index]!;
    const siblings = trees[tree]!.flatMap((above, other) =>
      above === trees[tree]![node] ? [assigned[tree]![other]!] : [],
    );
    let operation = rootOperations + i;
    while (operation >= operations || siblings.includes(operation)) {
      operation = rootOperations + random.integer(operations - rootOperations);
    }
    assigned[tree]![node] = operation;
  });
  return assigned;
}

/** The calls of one request. @param full with all optional calls */
export function planRequest(template: RequestTemplate, full: boolean, random: Random): CallPlan {
  const parent: number[] = [];
  const operation: number[] = [];
  const stage: number[] = [];
  const placeOf: number[] = [];
  template.parent.forEach((above, node) => {
    const caller = above < 0 ? -1 : placeOf[above]!;
    const called = full || random.uniform() < template.probability[node]!;
    placeOf[node] = -1;
    if (above >= 0 && (caller < 0 || !called)) return;
    const times = 1 + random.integer(template.repeats[node]!);
    for (let i = 0; i < times; i++) {
      placeOf[node] = parent.push(caller) - 1;
      operation.push(template.operation[node]!);
      stage.push(node);
    }
  });
  return {
    parent: Int32Array.from(parent),
    operation: Uint16Array.from(operation),
    stage: Uint16Array.from(stage),
  };
}
