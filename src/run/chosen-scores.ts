/** Test traces under a choice of corrections: stored with the run, or combined from its terms. */
import { everyRow } from '../base/order.ts';
import type { DetectorId } from '../detectors/catalog.ts';
import { combineScores } from '../scoring/combine.ts';
import {
  type Corrections,
  correctionsIn,
  sameCorrections,
  variantOf,
} from '../scoring/corrections/list.ts';
import { limitsFor } from '../scoring/corrections/stdlimit.ts';
import { THRESHOLD_PERCENTILE } from '../scoring/evaluate.ts';
import type { StdLimitSource } from '../scoring/score-terms.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import type { CombinedScores, NamedScores, ScoreOutcome } from './outcome.ts';
import type { DetectorRun } from './record.ts';
import { measureOf, reportOf, rowsOfFile } from './score-sets.ts';

export interface ScoreChoice {
  readonly corrections: Corrections;
  /** Index of a test file, null for all. */
  readonly file: number | null;
  /** Of the validation scores, where the threshold is, 0 to 100; the paper's where it is absent. */
  readonly percentile?: number;
}

/**
 * @param stdLimit which limit the run's variants have
 * @returns null where the scores are to be combined
 */
export function storedScores(
  of: ScoreOutcome,
  stdLimit: StdLimitSource,
  { corrections, file, percentile = THRESHOLD_PERCENTILE }: ScoreChoice,
): CombinedScores | null {
  if (file !== null || percentile !== THRESHOLD_PERCENTILE) return null;
  const rows = everyRow(of.test.trace.length);
  if (of.kind === 'plain') {
    return { rows, test: of.test.score, val: of.val.score, report: of.report };
  }
  const variant = variantOf(corrections, stdLimit, correctionsIn(of.scores));
  return variant === null ? null : { rows, ...of.scores[variant], report: of.reports[variant] };
}

/** The threshold that was told from the scores themselves, which those of a file alone keep. */
function decisionOf(of: ScoreOutcome): { decision?: number | null } {
  if (of.kind !== 'plain' || of.report.atThreshold.percentile !== null) return {};
  return { decision: of.report.atThreshold.threshold };
}

/** The scores that were kept under a name with these corrections and this threshold, or null. */
export const namedScores = (
  { named = [] }: Pick<DetectorRun, 'named'>,
  { corrections, percentile = THRESHOLD_PERCENTILE }: Omit<ScoreChoice, 'file'>,
): NamedScores | null =>
  named.find(
    (one) => one.percentile === percentile && sameCorrections(one.corrections, corrections),
  ) ?? null;

/** The same from the terms, for any corrections and any test file. */
export function combinedScores(
  traces: TraceSet,
  of: ScoreOutcome,
  detector: DetectorId,
  { corrections, file, percentile = THRESHOLD_PERCENTILE }: ScoreChoice,
): CombinedScores {
  const { trace } = of.test;
  const rows = rowsOfFile(traces, trace, file);
  const scoresOf = (set: 'val' | 'test'): Float64Array =>
    of.kind === 'terms'
      ? combineScores(of[set], corrections, limitsFor(of.val, corrections))
      : of[set].score;
  const [all, val] = [scoresOf('test'), scoresOf('val')];
  return {
    rows,
    test: Float64Array.from(rows, (row) => all[row]!),
    val,
    report: reportOf(traces, trace, rows, all, val, {
      ...measureOf(detector),
      percentile,
      ...(percentile === THRESHOLD_PERCENTILE ? decisionOf(of) : {}),
    }),
  };
}
