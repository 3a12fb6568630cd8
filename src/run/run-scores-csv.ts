/** The rows of scores.csv, of one detector of a run. */
import { type Variant, variantsIn } from '../scoring/corrections/list.ts';
import { formatScoresCsv } from '../scoring/scores-csv.ts';
import { decodeString } from '../trace/string-column.ts';
import { setCode, type TraceSet } from '../trace/trace-set.ts';
import type { CombinedScores, NamedScores, ScoreOutcome } from './outcome.ts';

/**
 * scores.csv of a detector: validation traces, then test traces, in the dataset's order. Where all
 * traces are scored, those of validation are among them, and have one row.
 *
 * @param chosen of these scores, what is on show, where a person set its threshold: that flags
 * @param sets   [T] index into SETS, of a run that scores all traces
 */
export function scoresCsv(
  traces: TraceSet,
  scores: ScoreOutcome,
  chosen: CombinedScores | null,
  named: readonly NamedScores[] = [],
  sets: Uint8Array | null = null,
): string {
  const { val, test } = scores;
  const from = sets === null ? 0 : val.trace.length;
  const both = (ofVal: ArrayLike<number>, ofTest: ArrayLike<number>): number[] =>
    [...Array.from(ofVal), ...Array.from(ofTest)].slice(from);
  const trace = both(val.trace, test.trace);
  return formatScoresCsv({
    traceId: trace.map((t) => decodeString(traces.traceIds, t)),
    set: trace.map((t, row) => sets?.[t] ?? setCode(row < val.trace.length ? 'val' : 'test')),
    label: trace.map((t) => traces.label[t]!),
    scores: scoreColumns(scores, both),
    nodes: both(val.nodeCount, test.nodeCount),
    mismatch: scores.kind === 'terms' ? both(scores.val.mismatch, scores.test.mismatch) : null,
    flagged: chosen === null ? null : flaggedColumn(scores, chosen).slice(from),
    named: named.map(({ name, scores: of }) => ({ name, scores: both(of.val, of.test) })),
  });
}

/** Validation traces, then test traces. */
function flaggedColumn({ val, test }: ScoreOutcome, chosen: CombinedScores): (number | null)[] {
  const column = new Array<number | null>(val.trace.length + test.trace.length).fill(null);
  const { threshold } = chosen.report.atThreshold;
  if (threshold === null) return column;
  const flag = (score: number): number => (score > threshold ? 1 : 0);
  chosen.val.forEach((score, row) => {
    column[row] = flag(score);
  });
  chosen.rows.forEach((row, i) => {
    column[val.trace.length + row] = flag(chosen.test[i]!);
  });
  return column;
}

/** A detector without terms has the score that it is judged by, and no other variant. */
function scoreColumns(
  scores: ScoreOutcome,
  both: (val: ArrayLike<number>, test: ArrayLike<number>) => number[],
): Partial<Record<Variant, number[]>> {
  if (scores.kind === 'plain') return { full: both(scores.val.score, scores.test.score) };
  const columns = variantsIn(scores.scores).map((variant) => {
    const of = scores.scores[variant];
    return [variant, both(of.val, of.test)];
  });
  return Object.fromEntries(columns) as Record<Variant, number[]>;
}
