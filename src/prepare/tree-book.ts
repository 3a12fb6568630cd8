/** Trees of the data, and those that only an anomaly has: a structure anomaly must be none that is normal. */
import { createStructureInterner } from '../trace/structure-interner.ts';
import {
  type StructureTable,
  structureCount,
  structureSize,
  type TraceSet,
} from '../trace/trace-set.ts';
import { remainingTree } from './anomalies.ts';

export interface Tree {
  /** [n] -1 for the root */
  readonly parent: Int32Array;
  /** [n] */
  readonly operation: Uint32Array;
}

export interface TreeBook {
  /**
   * What is left of a tree.
   *
   * @param alive [n] 1 for nodes that stay; each with its parent
   * @returns the nodes that stay and their structure; null where a normal trace has it
   */
  withoutNodes(
    tree: Tree,
    alive: Uint8Array,
  ): { readonly kept: readonly number[]; readonly structure: number } | null;
  /** The table of the data, then structures that anomalies alone have. */
  finish(): StructureTable;
}

/** @param normal traces whose structures are normal */
export function createTreeBook(traces: TraceSet, normal: Uint32Array): TreeBook {
  const interner = createStructureInterner();
  const known = structureCount(traces.structures);
  for (let structure = 0; structure < known; structure++) {
    const { parent, operation } = treeOf(traces.structures, structure);
    interner.intern(parent, operation, parent.length);
  }
  const isNormal = new Uint8Array(known);
  for (const trace of normal) isNormal[traces.structureOf[trace]!] = 1;
  return {
    withoutNodes(tree, alive) {
      // what is left of a breadth-first tree with sorted children is one again
      const { kept, parent } = remainingTree(tree.parent, alive);
      const operation = Uint32Array.from(kept, (node) => tree.operation[node]!);
      const structure = interner.intern(parent, operation, kept.length);
      return structure < known && isNormal[structure] === 1 ? null : { kept, structure };
    },
    finish: () => interner.finish(),
  };
}

export function treeOf(structures: StructureTable, structure: number): Tree {
  const first = structures.nodeOffset[structure]!;
  const end = first + structureSize(structures, structure);
  return {
    parent: structures.parent.subarray(first, end),
    operation: structures.operation.subarray(first, end),
  };
}
