/**
 * Traces under a vocabulary that begins with another one, as an import next to a kept model gives
 * them: a dataset that is at hand can be scored by a model that came later.
 */
import { type StructureTable, structureCount, type TraceSet } from './trace-set.ts';
import {
  buildVocabulary,
  fullName,
  type OperationText,
  operationsOf,
  PADDING,
} from './vocabulary.ts';

export interface UnderVocabulary {
  readonly traces: TraceSet;
  /** Nodes stand where they stood, and so do the spans behind them. */
  readonly inOrder: boolean;
}

/** @param first has the first ids in its order, met or not; what it lacks stands behind */
export function underVocabulary(
  traces: TraceSet,
  first: readonly OperationText[],
): UnderVocabulary {
  const texts = operationsOf(traces);
  const idOf = new Map(first.map((text, i) => [fullName(text), i + 1]));
  const further = texts.filter((text) => !idOf.has(fullName(text)));
  for (const text of further) idOf.set(fullName(text), idOf.size + 1);
  const ids = Uint32Array.from([PADDING, ...texts], (text) => idOf.get(fullName(text)) ?? 0);
  const { structures, place, inOrder } = renumbered(traces.structures, ids);
  const moved = <Column extends Float32Array | Uint32Array | Uint16Array>(
    column: Column,
  ): Column => (inOrder ? column : moveNodes(traces, place, column));
  return {
    inOrder,
    traces: {
      ...traces,
      ...buildVocabulary([PADDING, ...first, ...further]),
      structures,
      latencyUs: moved(traces.latencyUs),
      spanCount: moved(traces.spanCount),
      ...(traces.errorCount && { errorCount: moved(traces.errorCount) }),
    },
  };
}

interface Renumbered {
  readonly structures: StructureTable;
  /** [nodes of all structures] where each stood in its structure before */
  readonly place: Uint32Array;
  readonly inOrder: boolean;
}

/** Breadth first, siblings by their new ids. @param ids by the ids before */
function renumbered(
  { nodeOffset, parent, operation }: StructureTable,
  ids: Uint32Array,
): Renumbered {
  const next = {
    nodeOffset,
    parent: new Int32Array(parent.length),
    operation: new Uint32Array(operation.length),
  };
  const place = new Uint32Array(parent.length);
  let inOrder = true;
  for (let structure = 0; structure < structureCount(next); structure++) {
    const [from, end] = [nodeOffset[structure]!, nodeOffset[structure + 1]!];
    const children = Array.from({ length: end - from }, (): number[] => []);
    for (let i = from + 1; i < end; i++) children[parent[i]!]!.push(i - from);
    const order = [0];
    const above = [-1];
    for (let at = 0; at < order.length; at++) {
      const idOf = (node: number): number => ids[operation[from + node]!]!;
      for (const child of children[order[at]!]!.sort((a, b) => idOf(a) - idOf(b))) {
        order.push(child);
        above.push(at);
      }
    }
    order.forEach((node, at) => {
      next.parent[from + at] = above[at]!;
      next.operation[from + at] = ids[operation[from + node]!]!;
      place[from + at] = node;
      inOrder &&= node === at;
    });
  }
  return { structures: next, place, inOrder };
}

function moveNodes<Column extends Float32Array | Uint32Array | Uint16Array>(
  { structures, structureOf, nodeOffset }: TraceSet,
  place: Uint32Array,
  column: Column,
): Column {
  const moved = column.slice() as Column;
  structureOf.forEach((structure, trace) => {
    const [from, end] = [nodeOffset[trace]!, nodeOffset[trace + 1]!];
    const first = structures.nodeOffset[structure]!;
    for (let i = from; i < end; i++) moved[i] = column[from + place[first + i - from]!]!;
  });
  return moved;
}
