/** The scores that the Scores and Flagged cells show, and what they say before there are any. */
import { useMemo } from 'react';
import type { DetectorRun, RunRecord } from '../../storage/records.ts';
import type { Dataset } from '../../stores/dataset-store.ts';
import { type ChosenScores, shownDetector } from '../../stores/inspect-store.ts';
import { type RankedTraces, rankTraces, type Variant, variantOf } from '../../stores/score-view.ts';
import type { ScoreOutcome } from '../../worker/protocol.ts';
import { useDataset, useInspect, useRuns } from '../app/notebook-context.ts';

export interface Scored {
  readonly dataset: Dataset;
  readonly run: RunRecord;
  /** The detector whose scores are shown. */
  readonly trained: DetectorRun;
  readonly scores: ScoreOutcome;
  /** Its scores under the chosen corrections. */
  readonly chosen: ChosenScores;
}

/** null until a run of the dataset at hand is trained and scored. */
export function useScored(): Scored | null {
  const dataset = useDataset((d) => d.dataset);
  const training = useRuns((r) => r.training);
  const { detector, chosen } = useInspect((i) => i);
  return useMemo(() => {
    const trained = shownDetector(training, detector);
    if (dataset === null || trained === null || chosen === null) return null;
    const { scores } = trained;
    if (training.phase !== 'done' || scores === null || chosen.of !== scores) return null;
    const { run } = training;
    return run.datasetId === dataset.id ? { dataset, run, trained, scores, chosen } : null;
  }, [dataset, training, detector, chosen]);
}

/** The test traces as the Flagged cell lists them: by the chosen corrections and filter. */
export function useRanked(scored: Scored | null): RankedTraces | null {
  const filter = useInspect((i) => i.filter);
  return useMemo(
    () =>
      scored === null ? null : rankTraces(scored.dataset.imported.traces, scored.chosen, filter),
    [scored, filter],
  );
}

export const VARIANT_WORDS: Readonly<Record<Variant, string>> = {
  full: 'all corrections',
  nll: 'plain NLL',
  bcscale: 'NLL + Bernoulli & categorical scaling',
  ncnorm: 'NLL + node count normalization',
  stdlimit: 'NLL + Gaussian std-limit',
};

const STD_LIMIT_WORDS = {
  off: null,
  global: 'Gaussian std-limit of all nodes',
  operation: 'Gaussian std-limit by operation',
} as const;

/** The corrections of the scores on show, in words. */
export function correctionsWords({ run, scores, chosen: { corrections } }: Scored): string {
  if (scores.kind === 'plain') return 'one score a trace';
  const named = variantOf(corrections, run.settings.config.stdLimit);
  if (named !== null) return VARIANT_WORDS[named];
  const parts = [
    corrections.bernoulliScaling ? 'Bernoulli & categorical scaling' : null,
    corrections.nodeCountNormalization ? 'node count normalization' : null,
    STD_LIMIT_WORDS[corrections.stdLimit],
  ];
  return `NLL + ${parts.filter(Boolean).join(' + ')}`;
}

export function NotScoredYet({ what }: { readonly what: string }) {
  const training = useRuns((r) => r.training.phase);
  const words =
    training === 'running' || training === 'paused'
      ? 'They come once training has ended.'
      : 'Start training in cell 4.';
  return (
    <p className="quiet">
      No {what} yet. {words}
    </p>
  );
}
