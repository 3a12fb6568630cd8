/** Imports and openings of datasets: the last one that was asked for wins. */
import type { RunningJob } from '../../worker/client.ts';
import { createLatest } from '../shared/latest.ts';
import type { DatasetParts, DatasetPhase } from './dataset-state.ts';

type ImportJob = RunningJob<'import'> | RunningJob<'demo'>;

export interface DatasetTurns {
  /** Ends the turn before. @returns whether this one is still the last */
  start(status: DatasetPhase): () => boolean;
  /** The job of this turn, which the next one cancels; null once it has ended. */
  hold(job: ImportJob | null): void;
  cancel(): void;
}

export function createDatasetTurns({ set }: Pick<DatasetParts, 'set'>): DatasetTurns {
  let job: ImportJob | null = null;
  const turns = createLatest();
  return {
    start(status) {
      job?.cancel();
      job = null;
      const isLatest = turns.begin();
      set({ status });
      return isLatest;
    },
    hold(running) {
      job = running;
    },
    cancel: () => job?.cancel(),
  };
}
