/**
 * A training run between two epochs, as plain data that can be stored.
 *
 * Nothing of a random generator is kept: whatever is drawn (order of the traces, noise of a batch)
 * is drawn from the seed, the attempt, the epoch and the number of the batch.
 */
import type { CurvePoint } from './fit-progress.ts';

export interface FitCheckpoint {
  readonly formatVersion: 1;
  /** Fresh starts after a divergence in the first epoch. */
  readonly attempt: number;
  /** The last epoch that was finished, 1-based, counted over all phases. */
  readonly epoch: number;
  /** The epoch to go on with; early stopping skips the rest of a phase. */
  readonly nextEpoch: number;
  readonly curve: readonly CurvePoint[];
  /** Parameters and running statistics of BatchNorm, in the order in which the model declares them. */
  readonly weights: Float32Array;
  /** State of the optimiser. */
  readonly optimiser: Float32Array;
  /** The phase's epoch with the lowest validation loss; null without early stopping. */
  readonly best: BestEpoch | null;
}

export interface BestEpoch {
  readonly epoch: number;
  /** Validation loss, nats. */
  readonly loss: number;
  /** Validations since then. */
  readonly validationsSince: number;
  readonly weights: Float32Array;
}
