/**
 * @param parent [n] parents before children
 * @param gone   nodes that are gone, each with all below it; not the root
 * @returns      [n] 1 for nodes that stay; null where fewer than two would
 */
export function withoutSubtrees(parent: Int32Array, gone: readonly number[]): Uint8Array | null {
  const alive = new Uint8Array(parent.length).fill(1);
  for (const node of gone) alive[node] = 0;
  for (let node = 1; node < parent.length; node++) if (alive[parent[node]!] === 0) alive[node] = 0;
  return alive.reduce((sum, one) => sum + one, 0) < 2 ? null : alive;
}
