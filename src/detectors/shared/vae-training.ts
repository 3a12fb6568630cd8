/**
 * The training of a baseline that is a VAE: one phase. What differs between baselines is the loss of
 * a batch.
 *
 * Section 6.4 does not say how the baselines are trained. They have the epochs, the batches and the
 * optimiser of TraceVAE, and the learning rate falls to a tenth after half of the epochs, as its
 * does. A method whose own code says AdamW has that, at a constant rate.
 */
import { createRandom, type Random } from '../../base/random.ts';
import type { Result } from '../../base/result.ts';
import { type AdamWOptions, createAdamW } from '../../nn/adam-w.ts';
import type { Mode } from '../../nn/batch-norm.ts';
import type { ParameterSpec, ParameterStore } from '../../nn/parameters.ts';
import { createRmsProp } from '../../nn/rms-prop.ts';
import * as tf from '../../nn/tf.ts';
import type { DetectorData, FitContext, FitFailure } from '../detector.ts';
import { drawTraces } from './draw-traces.ts';
import { train } from './training.ts';
import type { BatchLoss, Draws, LossParts, PhasePlan, Schedule } from './training-plan.ts';

/** What a baseline takes over from the settings of the run. */
export interface VaeSchedule
  extends Pick<Schedule, 'batchSize' | 'validateEvery' | 'earlyStopping'> {
  readonly epochs: number;
  /** Largest global norm of the gradients. */
  readonly clipNorm: number;
  /** Weight of the norm of the parameters in the gradient; the curves are without it. */
  readonly l2: number;
}

/** Means over a batch, each a scalar, nats per trace. The loss is their sum. */
export interface VaeLoss {
  readonly kl: tf.Scalar;
  /** null where structures are not reconstructed. */
  readonly nllStructure: tf.Scalar | null;
  readonly nllTime: tf.Scalar;
}

export interface TrainableVae {
  /** The detector's name on the page. */
  readonly label: string;
  readonly specs: readonly ParameterSpec[];
  readonly learningRate: number;
  /** Whether the loss has an NLL of structure. */
  readonly structure: boolean;
  /** AdamW at a constant rate; absent: RMSprop, with the clipping and the penalty of the run. */
  readonly adamW?: Pick<AdamWOptions, 'clipNorm' | 'decay'>;
  /** What does not need a gradient is made in here, within a tidy: inputs and noise. */
  prepare(store: ParameterStore, selected: Uint32Array, random: Random): (mode: Mode) => VaeLoss;
  /** Sets what depends on data before the first step, within a tidy. */
  warmUp?(store: ParameterStore, selected: Uint32Array, random: Random): void;
}

const TERMS = ['the KL divergence', 'the NLL of structure', 'the NLL of latency'] as const;

/** Streams of the run's seed, which a detector's other draws do not touch. */
const WARM_UP = 23;
const DRAWS: Draws = {
  order: (seed, epoch) => createRandom(seed, 21, epoch),
  noise: (seed, epoch, batch) => createRandom(seed, 22, epoch, batch),
  validation: (seed, _batch, first) => createRandom(seed, 24, first),
};

/** @returns the trained parameters, owned by the caller */
export const trainVae = (
  data: DetectorData,
  vae: TrainableVae,
  { epochs, clipNorm, l2, ...schedule }: VaeSchedule,
  context: FitContext,
): Promise<Result<ParameterStore, FitFailure>> =>
  train(
    data,
    {
      label: vae.label,
      specs: vae.specs,
      schedule: {
        ...schedule,
        learningRate: vae.learningRate,
        learningRateStepEpoch: vae.adamW ? epochs : Math.max(1, Math.round(epochs / 2)),
        keepEvery: 0,
      },
      terms: TERMS,
      partsOf: (means) => partsOf(means, vae.structure),
      draws: DRAWS,
      restarts: 0,
      seedOf: (seed) => seed,
      phasesOf: (store) => [phaseOf(data, vae, store, { epochs, clipNorm, l2 })],
    },
    context,
  );

function phaseOf(
  data: DetectorData,
  vae: TrainableVae,
  store: ParameterStore,
  { epochs, clipNorm, l2 }: Pick<VaeSchedule, 'epochs' | 'clipNorm' | 'l2'>,
): PhasePlan {
  return {
    name: 'joint',
    epochs,
    warmUp(seed) {
      const random = createRandom(seed, WARM_UP);
      const drawn = drawTraces(data.train, random);
      tf.tidy(() => vae.warmUp?.(store, drawn, random));
    },
    optimiser(state) {
      const names = store.trainable();
      if (vae.adamW !== undefined) return createAdamW(store, names, { ...vae.adamW, state });
      const penalised = new Set(names.filter((name) => !name.includes('bias')));
      return createRmsProp(store, names, { clipNorm, l2, penalised, state });
    },
    lossOf: (selected, random, mode) => () => {
      const loss = vae.prepare(store, selected, random);
      return () => batchLoss(loss(mode));
    },
    repeats: false,
  };
}

function batchLoss({ kl, nllStructure, nllTime }: VaeLoss): BatchLoss {
  const terms = tf.stack([kl, nllStructure ?? tf.scalar(0), nllTime]) as tf.Tensor1D;
  const both: tf.Scalar = tf.add(kl, nllTime);
  return { terms, loss: nllStructure === null ? both : tf.add(both, nllStructure) };
}

function partsOf(means: ArrayLike<number>, structure: boolean): LossParts {
  const [kl, nllStructure, nllTime] = Array.from(means) as [number, number, number];
  return {
    loss: kl + nllStructure + nllTime,
    kl,
    nllStructure: structure ? nllStructure : null,
    nllTime,
  };
}
