/** What is told of a dataset that a kept model scored. */
import { groupThousands } from '../../base/number-words.ts';
import { aboveMedian, driftWords } from '../../model/drift.ts';
import { decidesByItself } from '../../run/chosen-scores.ts';
import type { ScoreOutcome } from '../../run/outcome.ts';
import type { DetectorRun } from '../../run/record.ts';
import { ruleOf } from '../../run/run-threshold.ts';
import type { KeptGround, RunSettings } from '../../run/settings.ts';
import type { ThresholdRule } from '../../scoring/threshold-rule.ts';
import { ruleWords } from '../../scoring/threshold-words.ts';

/** @returns sentences; none where the model was trained on the dataset */
export function keptWords(
  { kept }: RunSettings,
  scores: ScoreOutcome,
  trained: DetectorRun,
): string[] {
  if (kept === undefined) return [];
  const { val, test } =
    scores.kind === 'terms'
      ? scores.scores.full
      : { val: scores.val.score, test: scores.test.score };
  // the traces that came last stand first, and the counts are of them alone
  const came = test.subarray(0, kept.moved.traces);
  const drift = { ...kept.moved, aboveMedian: aboveMedian(val.slice().sort(), came) };
  return [whoScored(kept), thresholdOf(trained, val.length), ...driftWords(drift)].filter(
    (words) => words !== '',
  );
}

/** Rules that are told from validation scores, which a kept model brings along. */
const CALIBRATED: readonly ThresholdRule['kind'][] = ['percentile', 'robust'];

function thresholdOf(trained: DetectorRun, validation: number): string {
  const rule = ruleOf(trained);
  if (decidesByItself(trained.detector) || !CALIBRATED.includes(rule.kind)) return '';
  const traces = validation === 1 ? 'trace' : 'traces';
  return `The threshold, ${ruleWords(rule)}, is of the model’s own calibration: ${groupThousands(String(validation))} validation ${traces}.`;
}

function whoScored({ name, added }: KeptGround): string {
  if (added === undefined) return `Scored by the model ${name}, which was trained on other traces.`;
  const [one = ''] = added;
  return added.length === 1
    ? `${one} was added as a test file and scored by ${name}.`
    : `${one} and ${added.length - 1} more were added as test files and scored by ${name}.`;
}
