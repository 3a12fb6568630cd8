/** What one variant of the score does to the traces: the small multiples of figure 8 in numbers. */

import { countAbove } from '../base/statistics.ts';
import type { Variant } from '../scoring/corrections/list.ts';
import { countInto, type GroupedHistogram } from '../scoring/histogram.ts';
import { overlapArea } from '../scoring/inversion.ts';
import type { VariantReport } from '../scoring/metrics.ts';
import { splitByGroup, type TraceGroups } from '../scoring/trace-groups.ts';

export interface VariantPicture {
  readonly variant: Variant;
  /** Of {@link SCORE_GROUPS}, on the edges that all variants share. */
  readonly histogram: GroupedHistogram;
  readonly report: VariantReport;
  /** Inversion of the mismatched alone, as figure 6 has it; null where there are none. */
  readonly mismatched: { readonly area: number; readonly belowNormalMedian: number } | null;
}

/**
 * @param scores [T] nats
 * @param edges  [bins + 1] nats
 */
export function pictureVariant(
  variant: Variant,
  scores: Float64Array,
  groups: TraceGroups,
  edges: Float64Array,
  report: VariantReport,
): VariantPicture {
  const split = splitByGroup(scores, groups);
  const [normal, , , mismatched] = split as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const { normalMedian } = report.inversion;
  return {
    variant,
    histogram: countInto(split, edges),
    report,
    mismatched:
      normalMedian === null || mismatched.length === 0
        ? null
        : {
            area: overlapArea(normal, mismatched),
            belowNormalMedian: shareBelow(mismatched, normalMedian),
          },
  };
}

/** Strictly below, as {@link file://../scoring/inversion.ts} counts. */
function shareBelow(values: Float64Array, limit: number): number {
  let below = 0;
  for (const value of values) below += value < limit ? 1 : 0;
  return below / values.length;
}

/** One threshold and how well it parts anomalies from normal traces (section A.2). */
export interface ThresholdCurve {
  /** [points] nats, rising */
  readonly threshold: Float64Array;
  /** [points] each, of what is flagged: above the threshold. */
  /** NaN where nothing is flagged */
  readonly precision: Float64Array;
  readonly recall: Float64Array;
  readonly f: Float64Array;
}

/**
 * @param normal     [T0] ascending, nats
 * @param anomalous  [T1] ascending, nats, at least one
 * @param thresholds rising, nats
 */
export function thresholdCurve(
  normal: Float64Array,
  anomalous: Float64Array,
  thresholds: Float64Array,
): ThresholdCurve {
  const hits = Float64Array.from(thresholds, (threshold) => countAbove(anomalous, threshold));
  const flagged = hits.map((count, i) => count + countAbove(normal, thresholds[i]!));
  return {
    threshold: thresholds,
    precision: hits.map((count, i) => count / flagged[i]!),
    recall: hits.map((count) => count / anomalous.length),
    f: hits.map((count, i) => (2 * count) / (flagged[i]! + anomalous.length)),
  };
}
