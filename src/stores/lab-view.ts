/** The lab as the page shows it: groups of the histograms, rows of the listed traces. */

import { SCORE_GROUPS, type ScoreGroup } from '../scoring/trace-groups.ts';
import type { VariantPicture } from '../scoring/variant-picture.ts';
import { decodeString } from '../trace/string-column.ts';
import { LABELS, type Label, nodeCount, type TraceSet } from '../trace/trace-set.ts';
import type { LabTraces } from '../worker/lab-jobs.ts';
import { namedOperation } from './tree-view.ts';

export { SCORE_GROUPS, type ScoreGroup };

/** What the y axis of the histograms counts; never two of them in one picture. */
export type CountKind = 'log' | 'linear' | 'density';

export interface GroupColumn {
  readonly group: ScoreGroup;
  /** [bins] traces, or percent of the group's traces */
  readonly counts: ArrayLike<number>;
  readonly under: number;
  readonly over: number;
}

/** The histogram's groups that have a trace. */
export function groupColumns({ histogram }: VariantPicture, kind: CountKind): GroupColumn[] {
  return SCORE_GROUPS.flatMap((group, g) => {
    const counts = histogram.counts[g]!;
    const under = histogram.below[g]!;
    const over = histogram.above[g]!;
    const total = counts.reduce((sum, count) => sum + count, under + over);
    if (total === 0) return [];
    const shown =
      kind === 'density' ? Float64Array.from(counts, (count) => (100 * count) / total) : counts;
    return [{ group, counts: shown, under, over }];
  });
}

/** The highest bin of all, so that small multiples share their y axis. */
export const highestBin = (pictures: readonly VariantPicture[], kind: CountKind): number =>
  pictures
    .flatMap((picture) => groupColumns(picture, kind))
    .reduce((most, { counts }) => {
      let highest = most;
      for (let bin = 0; bin < counts.length; bin++) highest = Math.max(highest, counts[bin]!);
      return highest;
    }, 0);

export interface LabRow {
  readonly trace: number;
  readonly traceId: string;
  readonly rank: number;
  readonly score: number;
  readonly label: Label;
  readonly nodes: number;
  readonly service: string;
  readonly operation: string;
}

export function labRow(traces: TraceSet, list: LabTraces, at: number): LabRow {
  const trace = list.trace[at]!;
  const root = traces.structures.nodeOffset[traces.structureOf[trace]!]!;
  return {
    trace,
    traceId: decodeString(traces.traceIds, trace),
    rank: list.rank[at]!,
    score: list.score[at]!,
    label: LABELS[traces.label[trace]!]!,
    nodes: nodeCount(traces, trace),
    ...namedOperation(traces, traces.structures.operation[root]!),
  };
}
