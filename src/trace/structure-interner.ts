/**
 * Interning merged trees: equal (parent, operation) columns get one structure. Open addressing over
 * flat columns with exact comparison; cost is linear in nodes looked up.
 */
import { grown } from '../base/bytes.ts';
import { hashTree } from './hash.ts';
import type { StructureTable } from './trace-set.ts';

export interface StructureInterner {
  /** The structure of the first `nodeCount` entries of the two columns, new or known. */
  intern(parent: Int32Array, operation: Uint32Array, nodeCount: number): number;
  finish(): StructureTable;
}

export function createStructureInterner(): StructureInterner {
  let count = 0;
  let nodeOffset = new Uint32Array(64);
  let parents = new Int32Array(256);
  let operations = new Uint32Array(256);
  let hashes = new Uint32Array(64);
  /** Structure + 1 by hash, 0 where free; a power of two, at most half full. */
  let slots = new Uint32Array(128);

  const equals = (
    structure: number,
    parent: Int32Array,
    operation: Uint32Array,
    nodeCount: number,
  ): boolean => {
    const first = nodeOffset[structure]!;
    if (nodeOffset[structure + 1]! - first !== nodeCount) return false;
    for (let i = 0; i < nodeCount; i++) {
      if (parents[first + i] !== parent[i] || operations[first + i] !== operation[i]) return false;
    }
    return true;
  };

  const widen = (): void => {
    slots = new Uint32Array(2 * slots.length);
    for (let structure = 0; structure < count; structure++) {
      let slot = hashes[structure]! & (slots.length - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
      slots[slot] = structure + 1;
    }
  };

  return {
    intern: (parent, operation, nodeCount) => {
      const hash = hashTree(parent, operation, nodeCount);
      let slot = hash & (slots.length - 1);
      for (; slots[slot] !== 0; slot = (slot + 1) & (slots.length - 1)) {
        const structure = slots[slot]! - 1;
        if (hashes[structure] === hash && equals(structure, parent, operation, nodeCount)) {
          return structure;
        }
      }

      const structure = count;
      const first = nodeOffset[structure]!;
      nodeOffset = grown(nodeOffset, count + 2);
      parents = grown(parents, first + nodeCount);
      operations = grown(operations, first + nodeCount);
      hashes = grown(hashes, count + 1);
      parents.set(parent.subarray(0, nodeCount), first);
      operations.set(operation.subarray(0, nodeCount), first);
      hashes[structure] = hash;
      count += 1;
      nodeOffset[count] = first + nodeCount;
      slots[slot] = structure + 1;
      if (2 * count > slots.length) widen();
      return structure;
    },
    finish: () => ({
      nodeOffset: nodeOffset.slice(0, count + 1),
      parent: parents.slice(0, nodeOffset[count]!),
      operation: operations.slice(0, nodeOffset[count]!),
    }),
  };
}
