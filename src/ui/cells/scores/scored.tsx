/** The scores that the Scores and Flagged cells show, and what they say before there are any. */
import { useMemo } from 'react';
import { type DetectorId, detectorLabel } from '../../../detectors/catalog.ts';
import { namedScores } from '../../../run/chosen-scores.ts';
import { modelRef } from '../../../run/model-ref.ts';
import type { TermsOutcome } from '../../../run/outcome.ts';
import { ruleOf } from '../../../run/run-threshold.ts';
import { rowsOfFile } from '../../../run/score-sets.ts';
import {
  chosenWords,
  correctionsOf,
  variantOf,
  variantWords,
} from '../../../scoring/corrections/list.ts';
import type { CellState } from '../../../stores/page/cell-states.ts';
import { onShow } from '../../../stores/run/run-state.ts';
import type { ChosenScores } from '../../../stores/scores/inspect-store.ts';
import { type ScoredRun, scoredRun } from '../../../stores/scores/score-view.ts';
import type { TraceList } from '../../../stores/scores/trace-list-store.ts';
import { useDataset, useInspect, useRuns, useTraceList } from '../../app/notebook-context.ts';
import { Button } from '../../widgets/Button.tsx';

export interface Scored extends ScoredRun {
  /** The shown detector's scores under the chosen corrections. */
  readonly chosen: ChosenScores;
}

/** Of a detector whose scores are made of the terms of equation (3). */
export interface ScoredTerms extends Scored {
  readonly scores: TermsOutcome;
}

export const hasTerms = (scored: Scored): scored is ScoredTerms => scored.scores.kind === 'terms';

/** What the list of traces and its controls take. */
export interface ListedProps {
  readonly scored: Scored;
  readonly list: TraceList;
}

/** null until a run of the dataset at hand is trained and scored. */
export function useScored(): Scored | null {
  const dataset = useDataset((d) => d.dataset);
  const training = useRuns(onShow);
  // not the whole state: what shows scores is not drawn anew because another trace is open
  const detector = useInspect((i) => i.detector);
  const chosen = useInspect((i) => i.chosen);
  return useMemo(() => {
    const scored = scoredRun(dataset, training, detector);
    return scored === null || chosen?.of !== scored.scores ? null : { ...scored, chosen };
  }, [dataset, training, detector, chosen]);
}

/** What needs the terms of equation (3): of the shown detector, else of the first that has them. */
export function useScoredTerms(): ScoredTerms | null {
  const scored = useScored();
  return useMemo(() => (scored === null ? null : termsPart(scored)), [scored]);
}

function termsPart(scored: Scored): ScoredTerms | null {
  if (hasTerms(scored)) return scored;
  const { dataset, run, chosen } = scored;
  const trained = run.detectors.find(({ scores }) => scores?.kind === 'terms');
  if (trained?.scores?.kind !== 'terms') return null;
  const { scores } = trained;
  const { file } = chosen;
  const rows = rowsOfFile(dataset.imported.traces, scores.test.trace, file);
  const { val, test } = scores.scores.full;
  return {
    ...scored,
    trained,
    scores,
    chosen: {
      of: scores,
      model: modelRef(run, trained.detector),
      corrections: correctionsOf('full', run.settings.scoring.stdLimit),
      rule: ruleOf(trained),
      file,
      rows,
      val,
      test: Float64Array.from(rows, (row) => test[row]!),
      report: (scores.byFile.find((part) => part.file === file) ?? scores).reports.full,
    },
  };
}

/** The listed traces, once the list is of the scores on show. */
export function useListed(scored: Scored | null): TraceList | null {
  const list = useTraceList((l) => l.list);
  return scored !== null && list !== null && list.of.of === scored.scores ? list : null;
}

/** The corrections of the scores on show, in words. */
export function correctionsWords({ run, trained, scores, chosen }: Scored): string {
  if (scores.kind === 'plain') return 'one score per trace';
  const { corrections } = chosen;
  const kept = namedScores(trained, corrections);
  const variant = variantOf(corrections, run.settings.scoring.stdLimit);
  const words = variant === null ? chosenWords(corrections) : variantWords(variant);
  return kept === null ? words : `${kept.name}: ${words}`;
}

export function NotScoredYet({ what }: { readonly what: string }) {
  const training = useRuns((r) => r.training.phase);
  const words =
    training === 'running' || training === 'paused'
      ? 'They come once training has ended.'
      : 'Start training first.';
  return (
    <p className="quiet">
      No {what} yet. {words}
    </p>
  );
}

/** Why there is nothing to correct, and no value for the equations. */
export const termsAlone = (detector: DetectorId): string =>
  `${detectorLabel(detector)} gives one score per trace, without the terms of equation (3)`;

/** Before a trace is open nothing was left undone. */
export const equationsStateText = (state: CellState): string | undefined =>
  state === 'not-run' ? 'no trace open' : undefined;

/** In the place of what needs the terms of equation (3): whose they are, and a way to them. */
export function TermsAlone({ scored, what }: { readonly scored: Scored; readonly what: string }) {
  const setDetector = useInspect((i) => i.setDetector);
  const other = scored.run.detectors.find(({ scores }) => scores?.kind === 'terms');
  return (
    <div className="terms-alone">
      <p className="quiet">
        {what} for TraceVAE and its ablations, whose scores are made of the terms of equation (3).{' '}
        {detectorLabel(scored.trained.detector)} gives one score per trace, and is what is shown.
      </p>
      {other !== undefined && (
        <Button size="small" onClick={() => void setDetector(other.detector)}>
          Show {detectorLabel(other.detector)}
        </Button>
      )}
    </div>
  );
}
