/** Box plots of scores by node count and label: whether small traces score low (section 5.2). */
import { percentileOfSorted } from '../base/statistics.ts';
import { LABEL_GROUPS, type TraceGroups } from '../scoring/trace-groups.ts';

export interface Box {
  /** Node counts of the box, both ends counted. */
  readonly from: number;
  readonly to: number;
  /** Index into {@link LABEL_GROUPS} */
  readonly group: number;
  readonly count: number;
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
  /** Whiskers: the outermost scores within 1.5 times the box's height of it. */
  readonly low: number;
  readonly high: number;
}

const MOST_RANGES = 8;

/** Node counts in a few ranges, equally wide; each by itself where there are few. */
export function nodeRanges(nodes: Uint16Array): readonly (readonly [number, number])[] {
  const distinct = [...new Set(nodes)].sort((a, b) => a - b);
  if (distinct.length <= MOST_RANGES) return distinct.map((count) => [count, count] as const);
  const low = distinct[0]!;
  const width = Math.ceil((distinct.at(-1)! - low + 1) / MOST_RANGES);
  return Array.from({ length: MOST_RANGES }, (_, i) => {
    const from = low + i * width;
    return [from, from + width - 1] as const;
  }).filter(([from]) => from <= distinct.at(-1)!);
}

/**
 * @param scores [T] nats
 * @param nodes  [T] merged nodes
 * @returns      one a range and group that has a trace, by range, then group
 */
export function scoreBoxes(scores: Float64Array, nodes: Uint16Array, groups: TraceGroups): Box[] {
  const ranges = nodeRanges(nodes);
  const rangeOf = new Map(
    ranges.flatMap(([from, to], r) =>
      Array.from({ length: to - from + 1 }, (_, i) => [from + i, r] as const),
    ),
  );
  const values = ranges.map(() => LABEL_GROUPS.map((): number[] => []));
  scores.forEach((score, t) => {
    values[rangeOf.get(nodes[t]!)!]![groups.group[t]!]!.push(score);
  });
  return ranges.flatMap(([from, to], r) =>
    LABEL_GROUPS.flatMap((_, group) => {
      const own = Float64Array.from(values[r]![group]!).sort();
      return own.length === 0 ? [] : [{ from, to, group, ...boxOf(own) }];
    }),
  );
}

/** Tukey's box of ascending values, at least one. */
export function boxOf(ascending: Float64Array): Omit<Box, 'from' | 'to' | 'group'> {
  const q1 = percentileOfSorted(ascending, 25);
  const q3 = percentileOfSorted(ascending, 75);
  const reach = 1.5 * (q3 - q1);
  return {
    count: ascending.length,
    q1,
    median: percentileOfSorted(ascending, 50),
    q3,
    low: ascending.find((value) => value >= q1 - reach)!,
    high: ascending.findLast((value) => value <= q3 + reach)!,
  };
}
