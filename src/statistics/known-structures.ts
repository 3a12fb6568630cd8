/**
 * The structures of a training set, found again in any other set of traces: equal trees are one
 * structure whatever its number there.
 */
import { createStructureInterner } from '../trace/structure-interner.ts';
import { structureSize, type TraceSet } from '../trace/trace-set.ts';

/** S structures, each once: columns as {@link StructureTable} has them. */
export interface KnownStructures {
  /** [S] */
  readonly size: Float32Array;
  /** [all nodes] -1 for the root */
  readonly parent: Float32Array;
  /** [all nodes] */
  readonly operation: Float32Array;
  /** [S] training traces of each, at least 1 */
  readonly count: Float32Array;
}

/** @param train trace indices */
export function learnStructures(traces: TraceSet, train: Uint32Array): KnownStructures {
  const { structures, structureOf } = traces;
  const count = new Map<number, number>();
  for (const trace of train) {
    const structure = structureOf[trace]!;
    count.set(structure, (count.get(structure) ?? 0) + 1);
  }
  const known = [...count.keys()].sort((a, b) => a - b);
  const nodesOf = (column: Int32Array | Uint32Array): Float32Array => {
    const parts = known.map((s) =>
      column.subarray(structures.nodeOffset[s]!, structures.nodeOffset[s + 1]!),
    );
    const nodes = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      nodes.set(part, at);
      at += part.length;
    }
    return nodes;
  };
  return {
    size: Float32Array.from(known, (s) => structureSize(structures, s)),
    parent: nodesOf(structures.parent),
    operation: nodesOf(structures.operation),
    count: Float32Array.from(known, (s) => count.get(s)!),
  };
}

const NOT_LOOKED_FOR = -2;

/** @returns for a set of traces: a function from its structures to the known ones, -1 where unseen */
export function createStructureFinder({
  size,
  parent,
  operation,
}: KnownStructures): (traces: TraceSet) => (structure: number) => number {
  const interner = createStructureInterner();
  const parents = Int32Array.from(parent);
  const operations = Uint32Array.from(operation);
  let at = 0;
  for (const nodes of size) {
    interner.intern(parents.subarray(at, at + nodes), operations.subarray(at, at + nodes), nodes);
    at += nodes;
  }
  return ({ structures }) => {
    const found = new Int32Array(structures.nodeOffset.length - 1).fill(NOT_LOOKED_FOR);
    return (structure) => {
      const before = found[structure]!;
      if (before !== NOT_LOOKED_FOR) return before;
      const from = structures.nodeOffset[structure]!;
      const to = structures.nodeOffset[structure + 1]!;
      // what is new is numbered behind the known ones, and unseen the next time, too
      const number = interner.intern(
        structures.parent.subarray(from, to),
        structures.operation.subarray(from, to),
        to - from,
      );
      const known = number < size.length ? number : -1;
      found[structure] = known;
      return known;
    };
  };
}

/**
 * What a structure that training did not have adds to a score: -ln((1 + n_1) / (1 + n)), where n_1
 * of n training traces have a structure that no other has.
 *
 * @returns nats
 */
export function unseenSurprise({ count }: Pick<KnownStructures, 'count'>): number {
  let traces = 0;
  let once = 0;
  for (const of of count) {
    traces += of;
    if (of === 1) once++;
  }
  return -Math.log((1 + once) / (1 + traces));
}

/** Where each part begins. */
export function startsOf(lengths: ArrayLike<number>): Uint32Array {
  const starts = new Uint32Array(lengths.length);
  for (let i = 1; i < starts.length; i++) starts[i] = starts[i - 1]! + lengths[i - 1]!;
  return starts;
}
