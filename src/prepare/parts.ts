/**
 * Disjoint parts of 10 : 2 : 5 of every group, the same number of each (section A.4). The paper
 * divides a group and samples from each part; here the sample is drawn and divided, which is the
 * same draw and keeps every part exact.
 */
import { createRandom, type Random, shuffle } from '../base/random.ts';
import type { TracesByGroup } from './groups.ts';
import { PART_SIZES, PARTS, type Part } from './settings.ts';

/** Trace indices; an index is repeated where a small group had to give more than it has. */
export type PartTraces = Readonly<Record<Part, Uint32Array>>;

export interface Drawn {
  readonly parts: PartTraces;
  /** Traces of every group; null where groups keep their sizes. */
  readonly perGroup: number | null;
}

/** Independent stream of the seed. */
const STREAM_PARTS = 21;

/**
 * @param balance  the same number of every group; else each keeps its size
 * @param perGroup null for the size of the smallest group
 */
export function drawParts(
  byGroup: TracesByGroup,
  options: { readonly seed: number; readonly balance: boolean; readonly perGroup: number | null },
): Drawn {
  const random = createRandom(options.seed, STREAM_PARTS);
  const { traces, offset } = byGroup;
  const sizes = Array.from(offset.subarray(1), (end, group) => end - offset[group]!);
  const smallest = sizes.reduce(
    (least, size) => (size > 0 ? Math.min(least, size) : least),
    Infinity,
  );
  const wanted = options.perGroup ?? (Number.isFinite(smallest) ? smallest : 0);

  const parts: Record<Part, number[]> = { train: [], val: [], test: [] };
  for (let group = 0; group + 1 < offset.length; group++) {
    const members = shuffle(random, traces.slice(offset[group]!, offset[group + 1]!));
    if (members.length === 0) continue;
    const size = options.balance ? wanted : members.length;
    const own = partBounds(Math.min(size, members.length));
    const full = partBounds(size);
    for (const [i, part] of PARTS.entries()) {
      const share = members.subarray(own[i]!, own[i + 1]!);
      const chosen = takeAgain(share, full[i + 1]! - full[i]!, random);
      for (const trace of chosen) parts[part].push(trace);
    }
  }
  const column = (part: Part): Uint32Array => Uint32Array.from(parts[part]).sort();
  return {
    parts: { train: column('train'), val: column('val'), test: column('test') },
    perGroup: options.balance ? wanted : null,
  };
}

/** [parts + 1] where each part of `size` items begins; no part is off by more than one. */
function partBounds(size: number): number[] {
  const whole = PARTS.reduce((sum, part) => sum + PART_SIZES[part], 0);
  const bounds = [0];
  let cumulated = 0;
  for (const part of PARTS) {
    cumulated += PART_SIZES[part];
    bounds.push(Math.round((size * cumulated) / whole));
  }
  return bounds;
}

/** All items, and where that is not enough random ones again; none of an empty share. */
function takeAgain(share: Uint32Array, wanted: number, random: Random): Uint32Array {
  if (share.length === 0 || share.length >= wanted) return share.subarray(0, wanted);
  const taken = new Uint32Array(wanted);
  taken.set(share);
  for (let i = share.length; i < wanted; i++) taken[i] = share[random.integer(share.length)]!;
  return taken;
}
