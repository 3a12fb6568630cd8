/** Why a job gave nothing, in words. */
import type { Failure } from '../base/result.ts';
import type { ImportFailure } from '../ingest/import.ts';
import type { TrainOutcome } from '../run/outcome.ts';

export type JobFailure = (
  | ImportFailure
  /** `not-at-hand`: the worker does not have the run that the job names; it can be handed over. */
  | (Failure & {
      readonly kind:
        | 'diverged'
        | 'unusable-data'
        | 'device'
        | 'bug'
        | 'gone'
        | 'memory'
        | 'not-at-hand';
    })
) & {
  /** Of a diverged training: what it had learnt by the end of the last epoch before. */
  readonly lastGood?: { readonly epoch: number; readonly outcome: TrainOutcome };
};

export const cancelled: JobFailure = {
  kind: 'cancelled',
  what: 'cancelled',
  where: 'the worker',
  advice: 'start again when ready',
};

export const noDataset: JobFailure = {
  kind: 'unusable-data',
  what: 'no dataset is open',
  where: 'the worker',
  advice: 'load a dataset first',
};

export const notAtHand: JobFailure = {
  kind: 'not-at-hand',
  what: 'the worker does not have this run',
  where: 'the worker',
  advice: 'show the run again in the Runs cell',
};
