/** Scores under a choice of corrections: those that a scored run has stored need no worker. */
import { everyRow } from '../base/order.ts';
import type { CombinedScores, ScoreOutcome } from '../run/outcome.ts';
import {
  type Corrections,
  correctionsIn,
  needsDetail,
  variantOf,
} from '../scoring/corrections/list.ts';
import type { ScoreTerms, StdLimitSource } from '../scoring/score-terms.ts';
import type { CombineInput } from '../worker/protocol.ts';

export interface ScoreChoice {
  readonly corrections: Corrections;
  /** Index of a test file, null for all. */
  readonly file: number | null;
}

/**
 * @param stdLimit which limit the run's variants have
 * @returns null where the scores are to be combined anew
 */
export function storedScores(
  of: ScoreOutcome,
  stdLimit: StdLimitSource,
  { corrections, file }: ScoreChoice,
): CombinedScores | null {
  if (file !== null) return null;
  const rows = everyRow(of.test.trace.length);
  if (of.kind === 'plain') {
    return { rows, test: of.test.score, val: of.val.score, report: of.report };
  }
  const variant = variantOf(corrections, stdLimit, correctionsIn(of.scores));
  return variant === null ? null : { rows, ...of.scores[variant], report: of.reports[variant] };
}

/** What the worker combines scores from. */
export function combineInput(
  of: ScoreOutcome,
  choice: ScoreChoice & Pick<CombineInput, 'detector'>,
): CombineInput {
  // apart, so that the kind stays paired with what it has
  if (of.kind === 'plain') {
    const { kind, val, test } = of;
    return { ...choice, kind, val, test };
  }
  const { kind, val, test } = of;
  return needsDetail(choice.corrections)
    ? { ...choice, kind, val, test }
    : { ...choice, kind, val: withoutDetail(val), test: withoutDetail(test) };
}

/** Half of the bytes to copy, which most constants do not need. */
export const withoutDetail = ({ detail: _, ...terms }: ScoreTerms): ScoreTerms => terms;
