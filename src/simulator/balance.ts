/**
 * Resampling as section A.4 of the paper: without it, small and simple traces would be most of the
 * data and bias the training.
 */
import { type Random, shuffle } from '../base/random.ts';

/**
 * An equal number from every group that is frequent enough, in random order.
 *
 * @param draw     next item and its group
 * @param total    items wanted
 * @param census   items drawn to see how frequent the groups are
 * @param minShare groups rarer than this are dropped (the paper: under 100 samples)
 */
export function drawBalanced<T>(
  draw: () => { readonly item: T; readonly group: string },
  total: number,
  { census, minShare, random }: { census: number; minShare: number; random: Random },
): T[] {
  const pool = Array.from({ length: census }, draw);
  const counts = new Map<string, number>();
  for (const { group } of pool) counts.set(group, (counts.get(group) ?? 0) + 1);
  const groups = [...counts.keys()].filter((group) => counts.get(group)! >= minShare * census);
  // where the total does not divide, the first groups get one more
  const wanted = new Map(
    groups.map((group, i) => [
      group,
      Math.floor(total / groups.length) + (i < total % groups.length ? 1 : 0),
    ]),
  );

  const chosen: T[] = [];
  for (let next = 0; chosen.length < total && groups.length > 0; next++) {
    const { item, group } = pool[next] ?? draw();
    const left = wanted.get(group) ?? 0;
    if (left === 0) continue;
    wanted.set(group, left - 1);
    chosen.push(item);
  }
  return Array.from(shuffle(random, Uint32Array.from(chosen.keys())), (i) => chosen[i]!);
}
