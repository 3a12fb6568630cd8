import fc from 'fast-check';
import { expect, test } from 'vitest';
import { editedTraces, TOY_DATA } from '../testing/edited-traces.ts';
import { readTree } from '../trace/trace-set.ts';
import { validateTraceSet } from '../trace/validate.ts';
import { type EditableTree, editTree, subtreeOf, traceSetOfTrees } from './edit-tree.ts';
import { siblingSubtrees } from './sibling-subtrees.ts';

const node = (parent: number, operation: number, latencyUs = 10, spanCount = 1) => ({
  parent,
  operation,
  latencyUs,
  spanCount,
});
/** 1 → (2 → 4, 3) */
const TREE: EditableTree = [node(-1, 1, 100), node(0, 2, 60), node(0, 3, 30), node(1, 4, 20)];

test('a dropped node takes what is below it along; the root stays', () => {
  expect(editTree(TREE, { kind: 'drop', node: 1 })).toEqual([node(-1, 1, 100), node(0, 3, 30)]);
  expect(editTree(TREE, { kind: 'drop', node: 0 })).toBe(TREE);
});

test('an added subtree stands among its siblings by operation', () => {
  const subtree = [node(-1, 2, 7), node(0, 5, 3)];
  expect(editTree(TREE, { kind: 'add', node: 2, subtree })).toEqual([
    ...TREE,
    node(2, 2, 7),
    node(4, 5, 3),
  ]);
});

test('an operation that a sibling has makes the two one node, of their mean latency', () => {
  const tree = [node(-1, 1), node(0, 2, 60, 3), node(0, 3, 20, 1), node(1, 4, 20)];
  expect(editTree(tree, { kind: 'operation', node: 2, operation: 2 })).toEqual([
    node(-1, 1),
    node(0, 2, 50, 4),
    node(1, 4, 20),
  ]);
});

test('a subtree hung back where it was cut off gives the same tree', () => {
  const cut = editTree(TREE, { kind: 'drop', node: 1 });
  const back = editTree(cut, { kind: 'add', node: 0, subtree: subtreeOf(TREE, 1) });
  expect(back).toEqual(TREE);
});

test('any edited tree is a dataset that keeps the invariants, and reads back as it is', () => {
  fc.assert(
    fc.property(fc.array(editedTraces, { minLength: 1, maxLength: 4 }), (made) => {
      const trees = made.map(({ tree }) => tree);
      const traces = traceSetOfTrees(TOY_DATA.traces, made[0]!.trace, trees);
      expect(validateTraceSet(traces)).toMatchObject({ ok: true });
      expect(trees.map((_, t) => readTree(traces, t))).toEqual(trees);
    }),
  );
});

test('a node keeps the spans that failed, and two that become one have those of both', () => {
  const { traces } = TOY_DATA;
  const errorCount = Uint16Array.from(traces.latencyUs, (_, i) => i % 3);
  const told = { ...traces, errorCount };
  const trace = traces.structureOf.indexOf(0);
  const tree = readTree(told, trace);
  const both = editTree(tree, { kind: 'operation', node: 2, operation: 2 });
  expect(both.map(({ errors }) => errors)).toEqual([
    tree[0]!.errors,
    tree[1]!.errors! + tree[2]!.errors!,
  ]);
  const made = traceSetOfTrees(told, trace, [tree, both]);
  expect(readTree(made, 0)).toEqual(tree);
  expect(readTree(made, 1)).toEqual(both);
});

test('what training traces of the same root have at a place is offered, with how many have it', () => {
  const { traces, train } = TOY_DATA;
  // structure 1 of the toy data is structure 0 without its last call
  const short = traces.structureOf.indexOf(1);
  const [choice, ...others] = siblingSubtrees(traces, train, readTree(traces, short));
  const having = train.filter((t) => traces.structureOf[t] === 0);
  expect(others).toEqual([]);
  expect(choice).toMatchObject({ node: 0, traces: having.length });
  expect(choice!.subtree).toEqual([node(-1, 3, expect.any(Number) as unknown as number)]);
  const latencies = [...having].map((t) => readTree(traces, t)[2]!.latencyUs);
  const mean = latencies.reduce((sum, us) => sum + us, 0) / latencies.length;
  expect(choice!.subtree[0]!.latencyUs).toBeCloseTo(mean, 3);
});
