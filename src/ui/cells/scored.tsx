/** The scores that the Scores and Flagged cells show, and what they say before there are any. */
import { useMemo } from 'react';
import type { RunRecord } from '../../storage/records.ts';
import type { Dataset } from '../../stores/dataset-store.ts';
import { type RankedTraces, rankTraces, type Variant } from '../../stores/score-view.ts';
import type { ScoreOutcome } from '../../worker/protocol.ts';
import { useDataset, useInspect, useRuns } from '../app/notebook-context.ts';

export interface Scored {
  readonly dataset: Dataset;
  readonly run: RunRecord;
  readonly scores: ScoreOutcome;
}

/** null until a run of the dataset at hand is trained and scored. */
export function useScored(): Scored | null {
  const dataset = useDataset((d) => d.dataset);
  const training = useRuns((r) => r.training);
  const run = training.phase === 'done' ? training.run : null;
  return useMemo(
    () =>
      dataset === null || run === null || run.scores === null || run.datasetId !== dataset.id
        ? null
        : { dataset, run, scores: run.scores },
    [dataset, run],
  );
}

/** The test traces as the Flagged cell lists them: by the chosen variant and filter. */
export function useRanked(scored: Scored | null): RankedTraces | null {
  const variant = useInspect((i) => i.variant);
  const filter = useInspect((i) => i.filter);
  return useMemo(
    () =>
      scored === null
        ? null
        : rankTraces(scored.dataset.imported.traces, scored.scores, variant, filter),
    [scored, variant, filter],
  );
}

export const VARIANT_WORDS: Readonly<Record<Variant, string>> = {
  full: 'TraceVAE, all corrections',
  nll: 'plain NLL',
  bcscale: 'NLL + Bernoulli & categorical scaling',
  ncnorm: 'NLL + node count normalization',
  stdlimit: 'NLL + Gaussian std-limit',
};

export function NotScoredYet({ what }: { readonly what: string }) {
  const training = useRuns((r) => r.training.phase);
  const words =
    training === 'running' || training === 'paused'
      ? 'They come once training has ended.'
      : 'Start training in cell 3.';
  return (
    <p className="quiet">
      No {what} yet. {words}
    </p>
  );
}
