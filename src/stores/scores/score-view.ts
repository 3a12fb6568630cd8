/** Scores as the page shows them: the table of metrics, the CSV of all. */
import type { DetectorId } from '../../detectors/catalog.ts';
import { namedScores } from '../../run/chosen-scores.ts';
import type { NamedScores, ScoreOutcome } from '../../run/outcome.ts';
import type { DetectorRun, RunRecord } from '../../run/record.ts';
import { VARIANTS, type Variant, variantOf, variantsIn } from '../../scoring/corrections/list.ts';
import type { VariantReport } from '../../scoring/metrics.ts';
import { formatScoresCsv } from '../../scoring/scores-csv.ts';
import { PAPER_RULE, sameRule } from '../../scoring/threshold-rule.ts';
import type { Dataset } from '../../storage/records.ts';
import { decodeString } from '../../trace/string-column.ts';
import { setCode, type TraceSet } from '../../trace/trace-set.ts';
import type { TrainingPhase } from '../run/training-phase.ts';
import { type ChosenScores, shownDetector } from './inspect-store.ts';

export { SCORE_LINEAR_BELOW, SHOWN_LABELS } from '../../inspect/score-histograms.ts';
export type { GroupedHistogram } from '../../scoring/histogram.ts';
export { FALSE_ALARMS } from '../../scoring/odd-cut.ts';

/** A run of the dataset at hand, and the detector on show with its scores. */
export interface ScoredRun {
  readonly dataset: Dataset;
  readonly run: RunRecord;
  readonly trained: DetectorRun;
  readonly scores: ScoreOutcome;
}

/** null until a run of the dataset at hand is trained and scored. */
export function scoredRun(
  dataset: Dataset | null,
  training: TrainingPhase,
  detector: DetectorId,
): ScoredRun | null {
  const trained = shownDetector(training, detector);
  if (dataset === null || training.phase !== 'done' || trained === null) return null;
  const { run } = training;
  const { scores } = trained;
  return scores === null || run.datasetId !== dataset.id ? null : { dataset, run, trained, scores };
}

/** One line of the metrics table. */
export interface MetricsRow {
  readonly detector: DetectorId;
  /**
   * null: the chosen corrections, where they are none of the named variants; plain: of a detector
   * without terms, its score.
   */
  readonly variant: Variant | 'plain' | null;
  /** Of constants that are kept with the run; null of all others. */
  readonly name: string | null;
  readonly report: VariantReport;
  /** Whether it is what the Scores cell shows. */
  readonly shown: boolean;
}

/**
 * As the paper's table 1: every detector with all corrections, then the shown one's other variants.
 *
 * @param shown the detector that the chosen scores are of
 */
export function metricsRows(
  run: RunRecord,
  shown: DetectorId,
  { corrections, rule, file, report }: ChosenScores,
): MetricsRow[] {
  const ofPaper = sameRule(rule, PAPER_RULE);
  const named = ofPaper ? variantOf(corrections, run.settings.scoring.stdLimit) : null;
  const rowOf = ({ detector, scores }: DetectorRun, variant: Variant): MetricsRow[] => {
    if (scores === null) return [];
    if (scores.kind === 'plain') {
      const part = scores.byFile.find((reports) => reports.file === file);
      const isShown = detector === shown;
      const plain = { detector, variant: 'plain', name: null, shown: isShown } as const;
      return variant === 'full' ? [{ ...plain, report: (part ?? scores).report }] : [];
    }
    const part = scores.byFile.find((reports) => reports.file === file);
    const { reports } = part ?? scores;
    if (!(variant in reports)) return [];
    const isShown = detector === shown && variant === named;
    return [{ detector, variant, name: null, report: reports[variant], shown: isShown }];
  };
  const ofShown = run.detectors.filter(({ detector }) => detector === shown);
  const kept = ofShown[0] === undefined ? null : namedScores(ofShown[0], corrections);
  const unnamed = named === null && ofShown[0]?.scores?.kind === 'terms';
  // metrics of a file alone are known of the choice on show, those of the rest of all files
  const others = (ofShown[0]?.named ?? []).filter((one) => file === null && one !== kept);
  return [
    ...run.detectors.flatMap((trained) => rowOf(trained, 'full')),
    ...ofShown.flatMap((trained) =>
      VARIANTS.filter((variant) => variant !== 'full').flatMap((v) => rowOf(trained, v)),
    ),
    ...others.map((one) => ({
      detector: shown,
      variant: null,
      name: one.name,
      report: one.report,
      shown: false,
    })),
    ...(unnamed
      ? [{ detector: shown, variant: null, name: kept?.name ?? null, report, shown: true }]
      : []),
  ];
}

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
  chosen: FlaggingScores | null,
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

type FlaggingScores = Pick<ChosenScores, 'rows' | 'val' | 'test' | 'report'>;

/** Validation traces, then test traces. */
function flaggedColumn({ val, test }: ScoreOutcome, chosen: FlaggingScores): (number | null)[] {
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
