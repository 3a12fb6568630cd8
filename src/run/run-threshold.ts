/** The threshold that is kept with a run: a rule per detector, or the default of its data. */
import { formatNumber } from '../base/number-words.ts';
import type { ThresholdMetrics } from '../scoring/metrics.ts';
import { robustCut } from '../scoring/robust-cut.ts';
import type { ScoredSets } from '../scoring/score-terms.ts';
import {
  defaultRule,
  formatThreshold,
  ODD_RULE,
  PAPER_RULE,
  parseThreshold,
  sameRule,
  type ThresholdRule,
} from '../scoring/threshold-rule.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import { tracesPerDay } from '../trace/traffic.ts';
import { decidesByItself, storedRule } from './chosen-scores.ts';
import { measuredAmong } from './measured.ts';
import type { ScoreOutcome } from './outcome.ts';
import type { DetectorRun } from './record.ts';
import { measureOf, reportOf, rowsOfFile } from './score-sets.ts';

/** Whether any test trace has a label: else nobody has looked at them, or at those of validation. */
export function hasTestLabels(of: ScoreOutcome): boolean {
  const { total } = of.kind === 'terms' ? of.reports.full : of.report;
  return total.normal + total.anomalies > 0;
}

export function defaultRuleOf({ scores, detector }: Scored): ThresholdRule {
  if (scores === null || decidesByItself(detector)) return PAPER_RULE;
  const stored = storedRule(scores);
  return stored === ODD_RULE ? stored : defaultRule(hasTestLabels(scores));
}

type Scored = Pick<DetectorRun, 'scores' | 'detector'>;

/** What was stored by hand or by another build and cannot be read is no choice. */
export function ruleOf(trained: Scored & Pick<DetectorRun, 'threshold'>): ThresholdRule {
  const stored = trained.threshold === undefined ? null : parseThreshold(trained.threshold);
  return stored?.ok ? stored.value : defaultRuleOf(trained);
}

/** What a detector keeps of a choice: nothing where it is its default. */
export const keptThreshold = (rule: ThresholdRule | null, trained: Scored): string | undefined =>
  rule === null || sameRule(rule, defaultRuleOf(trained)) ? undefined : formatThreshold(rule);

/** What run.json says of a threshold that is not the paper's. */
export interface ChosenThreshold {
  /** As it is typed for a headless run. */
  readonly rule: string;
  readonly threshold: number | null;
  /** Test traces above it, of so many. */
  readonly flagged: number;
  readonly of: number;
  readonly total: ThresholdMetrics;
  readonly structure: ThresholdMetrics;
  readonly time: ThresholdMetrics;
}

/**
 * @param sets   scores of one variant, of validation and of all test traces
 * @param file   index of a test file, null for all
 * @returns      null where `atThreshold` says it already: the paper's rule, or a detector of its own
 *   decision
 */
export function chosenThreshold(
  traces: TraceSet,
  trained: Scored & Pick<DetectorRun, 'threshold'>,
  sets: ScoredSets,
  file: number | null,
): ChosenThreshold | null {
  const { scores, detector } = trained;
  const rule = ruleOf(trained);
  if (scores === null || sameRule(rule, PAPER_RULE) || decidesByItself(trained.detector))
    return null;
  const { trace } = scores.test;
  const rows = measuredAmong(scores, rowsOfFile(traces, trace, file));
  const { atThreshold } = reportOf(traces, trace, rows, sets.test, sets.val, {
    ...measureOf(detector),
    rule,
    tracesPerDay: tracesPerDay(traces, trace),
  });
  const { threshold, total, structure, time } = atThreshold;
  const flagged =
    threshold === null
      ? 0
      : rows.reduce((sum, row) => sum + (sets.test[row]! > threshold ? 1 : 0), 0);
  return {
    rule: formatThreshold(rule),
    threshold,
    flagged,
    of: rows.length,
    total,
    structure,
    time,
  };
}

/** A sentence where validation, unlabelled, looks as if it held anomalies; else null. */
export function contaminationWords(
  trained: Scored & Pick<DetectorRun, 'threshold'>,
): string | null {
  const { scores } = trained;
  if (scores === null || ruleOf(trained).kind !== 'robust' || decidesByItself(trained.detector))
    return null;
  const cut = robustCut(scores.kind === 'terms' ? scores.scores.full.val : scores.val.score);
  if (cut === null || !cut.contaminated) return null;
  const percent = formatNumber(100 * cut.oddShare);
  return `validation seems to hold odd traces itself: ${percent} % of them lie beyond what the rest leads to expect, so a robust cut takes the place of their 99th percentile`;
}
