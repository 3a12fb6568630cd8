/** How the scores of a table's test traces lie, by label: linear and logarithmic, for display. */
import { type GroupedHistogram, groupedHistogram } from '../scoring/histogram.ts';
import { LABELS, type Label, type TraceSet } from '../trace/trace-set.ts';
import type { TableSource, TraceTable } from './trace-table.ts';

export const SHOWN_LABELS = ['normal', 'structure', 'time'] as const satisfies readonly Label[];

const BINS = 72;

/** Of a logarithmic score axis: normal traces mostly score some tens of nats, anomalies thousands. */
export const SCORE_LINEAR_BELOW = 10;

/** Groups as {@link SHOWN_LABELS}; where nothing is labelled, all count as normal. */
export interface ScoreHistograms {
  /** The central part of every group. */
  readonly linear: GroupedHistogram;
  /** All of it, logarithmic above {@link SCORE_LINEAR_BELOW}. */
  readonly log: GroupedHistogram;
}

export function scoreHistograms(
  traces: TraceSet,
  { source, onDemand }: TraceTable,
): ScoreHistograms {
  const { seen = null } = source;
  const order = onDemand.byScore();
  const measured = seen === null ? order : order.filter((row) => seen[row] === 0);
  const groups = scoresByLabel(traces, source, measured);
  return {
    linear: groupedHistogram(groups, { bins: BINS }),
    log: groupedHistogram(groups, { bins: BINS, coverage: 100, linearBelow: SCORE_LINEAR_BELOW }),
  };
}

/** The lowest first, which takes the least time to find percentiles in. */
function scoresByLabel(
  traces: TraceSet,
  { trace, scores }: Pick<TableSource, 'trace' | 'scores'>,
  byScore: Uint32Array,
): Float64Array[] {
  /** [labels] group of each */
  const groupOf = Uint8Array.from(LABELS, (label) =>
    Math.max(0, (SHOWN_LABELS as readonly Label[]).indexOf(label)),
  );
  const sizes = new Uint32Array(SHOWN_LABELS.length);
  for (const row of byScore) sizes[groupOf[traces.label[trace[row]!]!]!]!++;
  const groups = Array.from(sizes, (size) => new Float64Array(size));
  const filled = new Uint32Array(sizes.length);
  for (let i = byScore.length - 1; i >= 0; i--) {
    const row = byScore[i]!;
    const group = groupOf[traces.label[trace[row]!]!]!;
    groups[group]![filled[group]!++] = scores[row]!;
  }
  return groups;
}
