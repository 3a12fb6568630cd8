/**
 * What a training is made of: phases, each with the loss of a batch, and a schedule. TraceVAE has
 * two phases (section 6.2), a baseline has one; {@link file://./training.ts} trains them all.
 */
import type { Random } from '../../base/random.ts';
import type { Mode } from '../../nn/batch-norm.ts';
import type { Optimiser } from '../../nn/optimiser.ts';
import type { ParameterSpec, ParameterStore } from '../../nn/parameters.ts';
import type * as tf from '../../nn/tf.ts';
import type { CurvePoint } from '../fit-progress.ts';

/** The loss of one batch, nats. */
export interface BatchLoss {
  /** [terms] means over the batch, in the order of the plan's `terms`. */
  readonly terms: tf.Tensor1D;
  /** What is differentiated; the norm of the weights is left out, its gradient is the optimiser's. */
  readonly loss: tf.Scalar;
}

/**
 * The loss of a batch whose tensors are made: the first call makes what needs no gradient, the second
 * all else.
 */
export type LossOfBatch = () => () => BatchLoss;

/** The loss and its readable parts, nats per trace. */
export interface LossParts {
  readonly loss: number;
  readonly kl: number;
  /** -log p(N, A, Y | z); null where structures are not reconstructed. */
  readonly nllStructure: number | null;
  /** -log p(X | A, Y, z2) */
  readonly nllTime: number;
}

export interface Schedule {
  /** Traces. */
  readonly batchSize: number;
  readonly learningRate: number;
  /** The rate is a tenth after this epoch, counted over all phases. */
  readonly learningRateStepEpoch: number;
  /** Epochs between two validation losses. */
  readonly validateEvery: number;
  /**
   * Validations without a lower loss that end a phase, which then keeps its weights of the lowest
   * one; 0: it runs to its end and keeps its last weights.
   */
  readonly earlyStopping: number;
  /** The weights of every so many epochs are kept for a look back; 0: none are. */
  readonly keepEvery: number;
}

/** Epochs with one optimiser, over some or all of the parameters. */
export interface PhasePlan {
  readonly name: CurvePoint['phase'];
  readonly epochs: number;
  /** Sets what depends on data before the first step. @param seed of the attempt */
  warmUp(seed: number): void;
  /** @param state [numbers] of an interrupted phase, to go on from; absent: a fresh optimiser */
  optimiser(state?: Float32Array): Optimiser;
  /**
   * The loss of these traces, to be called within a tidy.
   *
   * @param random the noise of the batch
   */
  lossOf(selected: Uint32Array, random: Random, mode: Mode, optimiser: Optimiser): LossOfBatch;
  /**
   * Whether a step does the same work for all batches of the same shapes: `lossOf` makes all tensors
   * of a batch at once, and computes nothing before it is called.
   */
  readonly repeats: boolean;
}

/** Independent streams of an attempt's seed. A checkpoint keeps no generator's state thereby. */
export interface Draws {
  /** The order of the traces in an epoch, 1-based. */
  order(seed: number, epoch: number): Random;
  /** @param batch of the epoch, from 0 */
  noise(seed: number, epoch: number, batch: number): Random;
  /**
   * The same in every epoch.
   *
   * @param batch of validation traces, from 0; `first` is the place of its first trace among them
   */
  validation(seed: number, batch: number, first: number): Random;
}

export interface TrainingPlan {
  /** The detector's name on the page. */
  readonly label: string;
  readonly specs: readonly ParameterSpec[];
  readonly schedule: Schedule;
  /** Values by parameter that an attempt begins with, NaN for one that is drawn; absent: all are. */
  readonly start?: ReadonlyMap<string, Float32Array>;
  /** What the terms of the loss are called where one of them is no number. */
  readonly terms: readonly string[];
  /** @param means [terms] over traces */
  partsOf(means: ArrayLike<number>): LossParts;
  readonly draws: Draws;
  /** A batch of an epoch in parts, where it asks for more memory than there is; absent: whole. */
  readonly cut?: (batch: Uint32Array) => readonly Uint32Array[];
  /** Fresh starts at most, where the first epoch diverges. */
  readonly restarts: number;
  /** The seed of an attempt, 0 for the first. */
  seedOf(seed: number, attempt: number): number;
  /** The phases over a store of the specs, in their order. */
  phasesOf(store: ParameterStore): readonly PhasePlan[];
}
