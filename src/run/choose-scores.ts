/** Scores under a choice: the last ones are kept, since a list follows the scores that are shown. */
import type { TraceSet } from '../trace/trace-set.ts';
import { combinedScores, type ScoreChoice, storedScores } from './chosen-scores.ts';
import type { ModelRef } from './model-ref.ts';
import type { CombinedScores, ScoreOutcome } from './outcome.ts';
import { type RunSettings, sameValue } from './settings.ts';

/** Of a detector of a run; null where they are not at hand. */
interface Scored {
  readonly scores: ScoreOutcome | null;
  readonly settings: RunSettings | null;
}

/** @returns null where scores or settings are not at hand */
export function createChooser(
  scoredBy: (of: ModelRef) => Scored,
): (traces: TraceSet, of: ModelRef, choice: ScoreChoice) => CombinedScores | null {
  let last: {
    readonly scores: ScoreOutcome;
    readonly traces: TraceSet;
    readonly choice: ScoreChoice;
    readonly chosen: CombinedScores;
  } | null = null;

  return (traces, of, choice) => {
    const { scores, settings } = scoredBy(of);
    if (scores === null || settings === null) return null;
    const known = last?.scores === scores && last.traces === traces ? last : null;
    if (known !== null && sameValue(known.choice, choice)) return known.chosen;
    const chosen =
      storedScores(scores, settings.scoring.stdLimit, of.detector, choice) ??
      combinedScores(traces, scores, of.detector, choice);
    last = { scores, traces, choice, chosen };
    return chosen;
  };
}
