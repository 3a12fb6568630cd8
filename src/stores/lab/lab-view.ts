/** The lab as the page shows it: groups of the histograms, rows of the listed traces. */

import { CAUSES, type Cause } from '../../lab/inverted.ts';
import type { RangeTraces } from '../../lab/session.ts';
import type { VariantPicture } from '../../lab/variant-picture.ts';
import type { VariantReport } from '../../scoring/metrics.ts';
import { SCORE_PARTS, type ScorePart } from '../../scoring/score-parts.ts';
import { LABEL_GROUPS, SCORE_GROUPS, type ScoreGroup } from '../../scoring/trace-groups.ts';
import { decodeString } from '../../trace/string-column.ts';
import { LABELS, type Label, nodeCount, type TraceSet } from '../../trace/trace-set.ts';
import { namedOperation } from '../shared/tree-view.ts';

export {
  CAUSES,
  type Cause,
  LABEL_GROUPS,
  SCORE_GROUPS,
  SCORE_PARTS,
  type ScoreGroup,
  type ScorePart,
};

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

export function labRow(traces: TraceSet, list: RangeTraces, at: number): LabRow {
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

/** A metric with the sliders' constants and with the paper's. */
export interface ComparedMetric {
  readonly key: string;
  readonly tuned: number | null;
  readonly paper: number | null;
  /** A share of the anomalies, to be said in percent. */
  readonly isShare: boolean;
}

/** Best F, AUC and F at the threshold, of all corrections together. */
export function compareMetrics(tuned: VariantReport, paper: VariantReport): ComparedMetric[] {
  const pick = (of: (report: VariantReport) => number | null) => ({
    tuned: of(tuned),
    paper: of(paper),
    isShare: false,
  });
  return [
    { key: 'best F, total', ...pick((r) => r.total.bestF) },
    { key: 'best F, structure', ...pick((r) => r.structure.bestF) },
    { key: 'best F, time', ...pick((r) => r.time.bestF) },
    { key: 'ROC-AUC', ...pick((r) => r.total.auroc) },
    { key: 'average precision', ...pick((r) => r.total.averagePrecision) },
    { key: 'F at the threshold', ...pick((r) => r.atThreshold.total.f) },
    { key: 'inverted', ...pick((r) => r.inversion.anomaliesBelowNormalMedian), isShare: true },
  ];
}

export const decodeTraceId = (traces: TraceSet, trace: number): string =>
  decodeString(traces.traceIds, trace);

export const labelOfTrace = (traces: TraceSet, trace: number): Label =>
  LABELS[traces.label[trace]!]!;

/** Share of a group's values below 0.5 on bins of equal width over 0 to 1; null without values. */
export function shareBelowHalf(counts: ArrayLike<number>): number | null {
  let below = 0;
  let all = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    all += counts[bin]!;
    if (2 * bin < counts.length) below += counts[bin]!;
  }
  return all === 0 ? null : below / all;
}

/** "web / POST /checkout, 4 nodes", of a trace that has the structure. */
export function structureWords(traces: TraceSet, trace: number): string {
  const root = traces.structures.nodeOffset[traces.structureOf[trace]!]!;
  const { service, operation } = namedOperation(traces, traces.structures.operation[root]!);
  return `${service} / ${operation}, ${nodeCount(traces, trace)} nodes`;
}
