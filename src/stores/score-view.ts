/** Scores as the page shows them: histograms by label, rows by rank, the CSV of all. */
import { type GroupedHistogram, groupedHistogram } from '../scoring/histogram.ts';
import { VARIANTS, type Variant } from '../scoring/score-terms.ts';
import { formatScoresCsv } from '../scoring/scores-csv.ts';
import type { RunRecord } from '../storage/records.ts';
import { decodeString } from '../trace/string-column.ts';
import { LABELS, type Label, setCode, type TraceSet } from '../trace/trace-set.ts';
import type { ScoreOutcome } from '../worker/protocol.ts';
import type { LabelFilter } from './inspect-store.ts';
import { namedOperation } from './tree-view.ts';

export { VARIANTS, type Variant };

export const SHOWN_LABELS = ['normal', 'structure', 'time'] as const satisfies readonly Label[];

const HISTOGRAM_BINS = 72;

/** Of a logarithmic score axis: normal traces mostly score some tens of nats, anomalies thousands. */
export const SCORE_LINEAR_BELOW = 10;

/** Test scores by label; where nothing is labelled, all count as one group, `normal`. */
export function scoreHistogram(
  traces: TraceSet,
  scores: ScoreOutcome,
  variant: Variant,
  logScores: boolean,
): GroupedHistogram {
  const groups = SHOWN_LABELS.map((): number[] => []);
  scores.test.trace.forEach((trace, row) => {
    const label = LABELS[traces.label[trace]!]!;
    const group = label === 'unlabelled' ? 0 : SHOWN_LABELS.indexOf(label);
    groups[group]!.push(scores.scores[variant].test[row]!);
  });
  return groupedHistogram(groups, {
    bins: HISTOGRAM_BINS,
    ...(logScores ? { coverage: 100, linearBelow: SCORE_LINEAR_BELOW } : {}),
  });
}

export interface FlaggedRow {
  /** 1 is the highest score of the test set. */
  readonly rank: number;
  /** Index into the TraceSet. */
  readonly trace: number;
  readonly traceId: string;
  readonly score: number;
  readonly flagged: boolean;
  readonly label: Label;
  readonly nodes: number;
  readonly mismatch: boolean;
  readonly service: string;
  readonly operation: string;
  /** Latency of the root node. */
  readonly latencyMs: number;
}

/** The test traces of a variant, ranked; rows are made on demand, so that millions can be listed. */
export interface RankedTraces {
  readonly length: number;
  row(index: number): FlaggedRow;
  /** Index of a trace in this list, -1 where it is not in it. */
  indexOf(trace: number): number;
}

export function rankTraces(
  traces: TraceSet,
  scores: ScoreOutcome,
  variant: Variant,
  filter: LabelFilter,
): RankedTraces {
  const { test } = scores.scores[variant];
  const { threshold } = scores.reports[variant].atThreshold;
  const isFlagged = (row: number): boolean => threshold !== null && test[row]! > threshold;
  const byScore = Uint32Array.from(test, (_, row) => row).sort(
    (a, b) => test[b]! - test[a]! || a - b,
  );
  const rankOf = new Uint32Array(byScore.length);
  byScore.forEach((row, i) => {
    rankOf[row] = i + 1;
  });
  const shown = byScore.filter((row) => {
    if (filter === 'all') return true;
    if (filter === 'flagged') return isFlagged(row);
    return LABELS[traces.label[scores.test.trace[row]!]!] === filter;
  });
  return {
    length: shown.length,
    indexOf: (trace) => shown.findIndex((row) => scores.test.trace[row] === trace),
    row(index) {
      const row = shown[index]!;
      const trace = scores.test.trace[row]!;
      const root = traces.structures.nodeOffset[traces.structureOf[trace]!]!;
      return {
        rank: rankOf[row]!,
        trace,
        traceId: decodeString(traces.traceIds, trace),
        score: test[row]!,
        flagged: isFlagged(row),
        label: LABELS[traces.label[trace]!]!,
        nodes: scores.test.nodeCount[row]!,
        mismatch: scores.test.mismatch[row] === 1,
        ...namedOperation(traces, traces.structures.operation[root]!),
        latencyMs: traces.latencyUs[traces.nodeOffset[trace]!]! / 1e3,
      };
    },
  };
}

/** scores.csv of a run: validation traces, then test traces, in the dataset's order. */
export function scoresCsv(traces: TraceSet, run: RunRecord): string | null {
  const { scores } = run;
  if (scores === null) return null;
  const { val, test } = scores;
  const trace = [...val.trace, ...test.trace];
  const concatenated = VARIANTS.map((variant) => {
    const of = scores.scores[variant];
    return [variant, [...of.val, ...of.test]];
  });
  return formatScoresCsv({
    traceId: trace.map((t) => decodeString(traces.traceIds, t)),
    set: trace.map((_, row) => setCode(row < val.trace.length ? 'val' : 'test')),
    label: trace.map((t) => traces.label[t]!),
    scores: Object.fromEntries(concatenated) as Record<Variant, number[]>,
    nodes: [...val.nodeCount, ...test.nodeCount],
    mismatch: [...val.mismatch, ...test.mismatch],
  });
}
