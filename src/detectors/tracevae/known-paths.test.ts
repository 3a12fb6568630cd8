import fc from 'fast-check';
import { expect, test } from 'vitest';
import { logSigmoidOf } from '../../base/log-densities.ts';
import { UNKNOWN_PATH } from '../../features/call-paths.ts';
import type { TraceBatch } from '../../features/trace-batch.ts';
import { toyData } from '../../testing/toy-traces.ts';
import {
  collectKnownPaths,
  type KnownPaths,
  openKnownPaths,
  type PathTree,
  treeCalls,
  unseenRate,
} from './known-paths.ts';

/** Parent and operation of each node, callers before the called. */
type Tree = readonly (readonly [parent: number, operation: number])[];

function batchOf(tree: Tree): TraceBatch {
  return {
    size: 1,
    maxNodes: tree.length,
    nodeCount: Int32Array.of(tree.length),
    parent: Int32Array.from(tree, ([parent]) => parent),
    operation: Int32Array.from(tree, ([, operation]) => operation),
    latency: new Float32Array(tree.length),
  };
}

/** Operations 1 to 3; 0 is padding. */
const OPERATIONS = [1, 2, 3];

/** Some of all paths of at most three calls. */
const knownPaths = fc
  .array(fc.tuple(fc.nat({ max: 9 }), fc.constantFrom(...OPERATIONS), fc.nat({ max: 5 })), {
    minLength: 1,
    maxLength: 8,
  })
  .map((drawn): KnownPaths => {
    const caller: number[] = [];
    const operation: number[] = [];
    const count: number[] = [];
    for (const [above, op, traces] of drawn) {
      const parent = caller.length === 0 ? -1 : (above % (caller.length + 1)) - 1;
      if (caller.some((other, path) => other === parent && operation[path] === op)) continue;
      caller.push(parent);
      operation.push(op);
      count.push(1 + traces);
    }
    return {
      caller: Int32Array.from(caller),
      operation: Int32Array.from(operation),
      count: Float32Array.from(count),
    };
  });

const subsets = <T>(of: readonly T[]): T[][] =>
  of.reduce<T[][]>((all, one) => all.concat(all.map((set) => set.concat(one))), [[]]);

/** All trees of a root, its calls and theirs. */
function* treesOfThreeLevels(): Generator<{ tree: Tree; depth: number[] }> {
  for (const root of OPERATIONS) {
    for (const calls of subsets(OPERATIONS)) {
      let trees: Tree[] = [[[-1, root], ...calls.map((op) => [0, op] as const)]];
      calls.forEach((_op, k) => {
        trees = trees.flatMap((tree) =>
          subsets(OPERATIONS).map((below) => [...tree, ...below.map((op) => [k + 1, op] as const)]),
        );
      });
      for (const tree of trees) {
        const depth: number[] = [];
        for (const [parent] of tree) depth.push(parent < 0 ? 0 : depth[parent]! + 1);
        yield { tree, depth };
      }
    }
  }
}

/** log-probability of a tree down to its third level, whatever calls follow below that. */
function logProbOf(paths: PathTree, logits: readonly number[], tree: Tree, depth: number[]) {
  const { root, path, caller, node, unseen, logNoFurther } = treeCalls(paths, batchOf(tree), 0);
  const below = (i: number): boolean => depth[i] === 2;
  let sum = 0;
  if (root !== UNKNOWN_PATH) {
    const norm = paths.roots.reduce((all, one) => all + Math.exp(logits[one]!), 0);
    sum += logits[root]! - Math.log(norm);
  }
  path.forEach((call, c) => {
    if (!below(caller[c]!)) sum += logSigmoidOf(node[c]! >= 0 ? logits[call]! : -logits[call]!);
  });
  for (const { logMade, logOperation } of unseen) sum += logMade + logOperation;
  // one per node, in their order, and one of a known root
  logNoFurther.forEach((logProb, i) => {
    if (i >= tree.length || !below(i)) sum += logProb;
  });
  return sum;
}

test('the probabilities of all trees sum to 1, calls that training never saw among them', () => {
  const trees = [...treesOfThreeLevels()];
  expect(trees).toHaveLength(3 * 9 ** 3);
  const logits = fc.array(fc.double({ min: -4, max: 4, noNaN: true }), {
    minLength: 8,
    maxLength: 8,
  });
  fc.assert(
    fc.property(knownPaths, logits, (known, values) => {
      const paths = openKnownPaths(known, OPERATIONS.length + 1);
      let total = 0;
      for (const { tree, depth } of trees) {
        total += Math.exp(logProbOf(paths, values, tree, depth));
      }
      expect(total).toBeCloseTo(1, 9);
    }),
    { numRuns: 12 },
  );
});

test('a call that was seen once asks for more that were not, and many traces for fewer', () => {
  expect(unseenRate(0, 998)).toBeCloseTo(0.001, 12);
  expect(unseenRate(9, 998)).toBeCloseTo(0.01, 12);
  expect(unseenRate(0, 0)).toBe(0.5);
  // never more likely than not: equation (6) scales what is less likely
  expect(unseenRate(5, 5)).toBe(0.5);
});

test('a tree is read as calls that it makes, lacks, and never made before', () => {
  const data = toyData(36);
  const known = collectKnownPaths(data.traces, data.train);
  const paths = openKnownPaths(known, data.traces.operations.length);
  // the toy traces: 1 calls 2 and perhaps 3; 4 calls 1, which calls 2, which calls 5, and 3
  const shop = treeCalls(
    paths,
    batchOf([
      [-1, 1],
      [0, 2],
      [0, 5],
      [2, 3],
    ]),
    0,
  );
  const named = [...shop.path].map((path, c) => [known.operation[path], shop.node[c]]);
  expect(named).toEqual([
    [2, 1],
    [3, -1],
  ]);
  expect(shop.unseen.map(({ node }) => node)).toEqual([2, 3]);
  const strange = treeCalls(paths, batchOf([[-1, 5]]), 0);
  expect(strange.root).toBe(UNKNOWN_PATH);
  expect(strange.unseen.map(({ node }) => node)).toEqual([0]);
  expect(strange.path).toHaveLength(0);
});

test('counts are of training traces', () => {
  const data = toyData(36);
  const { caller, count } = collectKnownPaths(data.traces, data.train);
  const roots = [...count].filter((_, path) => caller[path] === -1);
  expect(roots.reduce((sum, traces) => sum + traces, 0)).toBe(data.train.length);
});
