/** What is told of a dataset that a kept model scored. */
import { aboveMedian, driftWords } from '../../model/drift.ts';
import type { ScoreOutcome } from '../../run/outcome.ts';
import type { KeptGround, RunSettings } from '../../run/settings.ts';

/** @returns sentences; none where the model was trained on the dataset */
export function keptWords({ kept }: RunSettings, scores: ScoreOutcome): string[] {
  if (kept === undefined) return [];
  const { val, test } =
    scores.kind === 'terms'
      ? scores.scores.full
      : { val: scores.val.score, test: scores.test.score };
  const drift = { ...kept.moved, aboveMedian: aboveMedian(val.slice().sort(), test) };
  return [whoScored(kept), ...driftWords(drift)];
}

function whoScored({ name, added }: KeptGround): string {
  if (added === undefined) return `Scored by the model ${name}, which was trained on other traces.`;
  const [one = ''] = added;
  return added.length === 1
    ? `${one} was added as a test file and scored by ${name}.`
    : `${one} and ${added.length - 1} more were added as test files and scored by ${name}.`;
}
