/**
 * 32 bits that stand for a tree: FNV-1a with the final mix of MurmurHash3, so that low bits depend
 * on all.
 */

/** Of the first `nodeCount` nodes. */
export function hashTree(parent: Int32Array, operation: Uint32Array, nodeCount: number): number {
  let hash = OFFSET_BASIS;
  for (let i = 0; i < nodeCount; i++) {
    hash = Math.imul(hash ^ parent[i]!, PRIME);
    hash = Math.imul(hash ^ operation[i]!, PRIME);
    hash ^= hash >>> 15;
  }
  return mixed(hash);
}

const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

function mixed(hash: number): number {
  let bits = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
