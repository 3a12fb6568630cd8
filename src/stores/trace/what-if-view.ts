/** Edits of a trace in words, and what they did to its score. */
import { microsToMillis } from '../../base/units.ts';
import type { ScoreSplit } from '../../detectors/explanation.ts';
import { type EditableTree, subtreeOf, type TreeEdit } from '../../inspect/edit-tree.ts';
import type { TraceSet } from '../../trace/trace-set.ts';
import { namedOperation, type TreeViewNode } from '../shared/tree-view.ts';

/** The tree in names and milliseconds. */
export const editedNodes = (traces: TraceSet, tree: EditableTree): TreeViewNode[] =>
  tree.map(({ parent, operation, spanCount, latencyUs }) => ({
    parent,
    operationId: operation,
    ...namedOperation(traces, operation),
    spanCount,
    latencyMs: microsToMillis(latencyUs),
  }));

/** An edit with its names, for a sentence. */
export type EditWords =
  | {
      readonly kind: 'latency';
      readonly name: string;
      readonly fromMs: number;
      readonly toMs: number;
    }
  | { readonly kind: 'operation'; readonly name: string; readonly to: string }
  | { readonly kind: 'drop'; readonly name: string; readonly nodes: number }
  | { readonly kind: 'add'; readonly name: string; readonly under: string; readonly nodes: number };

/** @param before the tree that the edit is of */
export function editWords(traces: TraceSet, before: EditableTree, edit: TreeEdit): EditWords {
  const nameOf = (operationId: number): string => {
    const { service, operation } = namedOperation(traces, operationId);
    return `${service}/${operation}`;
  };
  const node = before[edit.node]!;
  const name = nameOf(node.operation);
  switch (edit.kind) {
    case 'latency':
      return {
        kind: 'latency',
        name,
        fromMs: microsToMillis(node.latencyUs),
        toMs: microsToMillis(edit.latencyUs),
      };
    case 'operation':
      return { kind: 'operation', name, to: nameOf(edit.operation) };
    case 'drop':
      return { kind: 'drop', name, nodes: subtreeOf(before, edit.node).length };
    case 'add': {
      const { subtree } = edit;
      return {
        kind: 'add',
        name: nameOf(subtree[0]!.operation),
        under: name,
        nodes: subtree.length,
      };
    }
  }
}

/** Calls above each node; 0 for the root. */
export function depths(tree: EditableTree): number[] {
  const depth: number[] = [];
  for (const { parent } of tree) depth.push(parent < 0 ? 0 : depth[parent]! + 1);
  return depth;
}

/** Nodes of a tree as they are listed, each before its children. */
export function listedNodes(tree: EditableTree): number[] {
  const children = tree.map((): number[] => []);
  tree.forEach(({ parent }, node) => {
    children[parent]?.push(node);
  });
  const order: number[] = [];
  const open = [0];
  while (open.length > 0) {
    const node = open.pop()!;
    order.push(node);
    for (const child of children[node]!.toReversed()) open.push(child);
  }
  return order;
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

/** A split by term, nats; they sum to the score. */
export const termTotals = (split: ScoreSplit): readonly (readonly [string, number])[] => [
  ['latency', sum(split.nodeLatency)],
  ['edges', sum(split.edges) + sum(split.absentCalls)],
  ['operations', sum(split.nodeType)],
  ['node count', split.nodeCount],
  ['KL of z', split.klStructure],
  ['KL of z₂', split.klLatency],
  ['padding', split.padding],
  ...(split.status === null ? [] : [['errors', sum(split.status)] as const]),
  ['remainder', split.remainder],
];
