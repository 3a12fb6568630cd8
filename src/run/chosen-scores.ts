/** Test traces under a choice of corrections: stored with the run, or combined from its terms. */
import { everyRow } from '../base/order.ts';
import { type DetectorId, detectorMeta } from '../detectors/catalog.ts';
import {
  type Corrections,
  correctionsIn,
  sameCorrections,
  variantOf,
} from '../scoring/corrections/list.ts';
import { limitsFor } from '../scoring/corrections/stdlimit.ts';
import { scoresUnder } from '../scoring/formula/scores-under.ts';
import type { StdLimitSource } from '../scoring/score-terms.ts';
import { ODD_RULE, PAPER_RULE, sameRule, type ThresholdRule } from '../scoring/threshold-rule.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import { tracesPerDay } from '../trace/traffic.ts';
import { measuredAmong, measuredTraces } from './measured.ts';
import type { CombinedScores, NamedScores, ScoreOutcome } from './outcome.ts';
import type { DetectorRun } from './record.ts';
import { measureOf, reportOf, rowsOfFile } from './score-sets.ts';

export interface ScoreChoice {
  readonly corrections: Corrections;
  /** Index of a test file, null for all. */
  readonly file: number | null;
  /** The paper's where it is absent. */
  readonly rule?: ThresholdRule;
}

/**
 * @param stdLimit which limit the run's variants have
 * @param detector whose scores they are
 * @returns null where the scores are to be combined
 */
export function storedScores(
  of: ScoreOutcome,
  stdLimit: StdLimitSource,
  detector: DetectorId,
  { corrections, file, rule = PAPER_RULE }: ScoreChoice,
): CombinedScores | null {
  const isStored = decidesByItself(detector) || sameRule(rule, storedRule(of));
  if (file !== null || !isStored) return null;
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

/** The scores that were kept under a name with these corrections, or null. */
export const namedScores = (
  { named = [] }: Pick<DetectorRun, 'named'>,
  corrections: Corrections,
): NamedScores | null => named.find((one) => sameCorrections(one.corrections, corrections)) ?? null;

/** A detector that says yes or no has a threshold that no rule moves. */
export function decidesByItself(detector: DetectorId): boolean {
  const { gives } = detectorMeta(detector);
  return gives.kind === 'score' && gives.decision !== null;
}

/** What the reports of scores are at: where no set is known to be clean, the odd ones of all. */
export const storedRule = (of: ScoreOutcome): ThresholdRule =>
  of.kind === 'plain' && of.report.atThreshold.percentile === null ? ODD_RULE : PAPER_RULE;

/** The same from the terms, for any corrections and any test file. */
export function combinedScores(
  traces: TraceSet,
  of: ScoreOutcome,
  detector: DetectorId,
  { corrections, file, rule = PAPER_RULE }: ScoreChoice,
): CombinedScores {
  const { trace } = of.test;
  const rows = rowsOfFile(traces, trace, file);
  const scoresOf = (set: 'val' | 'test'): Float64Array =>
    of.kind === 'terms'
      ? scoresUnder({ terms: of[set], traces, corrections, limits: limitsFor(of.val, corrections) })
      : of[set].score;
  const [all, val] = [scoresOf('test'), scoresOf('val')];
  const measured = measuredAmong(of, rows);
  return {
    rows,
    test: Float64Array.from(rows, (row) => all[row]!),
    val,
    report: reportOf(traces, trace, measured, all, val, {
      ...measureOf(detector),
      rule,
      tracesPerDay: tracesPerDay(traces, measuredTraces(of)),
      ...(sameRule(rule, ODD_RULE) ? decisionOf(of) : {}),
    }),
  };
}
