/** What is told of a dataset that a kept model scored. */
import { aboveMedian, driftWords } from '../../model/drift.ts';
import type { ScoreOutcome } from '../../run/outcome.ts';
import type { RunSettings } from '../../run/settings.ts';

/** @returns sentences; none where the model was trained on the dataset */
export function keptWords({ kept }: RunSettings, scores: ScoreOutcome): string[] {
  if (kept === undefined) return [];
  const { val, test } =
    scores.kind === 'terms'
      ? scores.scores.full
      : { val: scores.val.score, test: scores.test.score };
  const drift = { ...kept.moved, aboveMedian: aboveMedian(val.slice().sort(), test) };
  return [
    `Scored by the model ${kept.name}, which was trained on other traces.`,
    ...driftWords(drift),
  ];
}
