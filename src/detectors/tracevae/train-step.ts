/**
 * What a training step of TraceVAE needs, in either phase: the loss of a batch, the optimiser, and
 * the pass that starts the phase.
 *
 * Section 6.2: phase 1 ("joint") trains everything, phase 2 ("time") the time VAE alone. As the
 * authors' code: phase 2 has a fresh optimiser, and the structure VAE is in eval mode.
 */
import type { TraceBatch } from '../../features/trace-batch.ts';
import type { Mode } from '../../nn/batch-norm.ts';
import type { Optimiser } from '../../nn/optimiser.ts';
import type { ParameterStore } from '../../nn/parameters.ts';
import { initialiseActNorms } from '../../nn/real-nvp.ts';
import { createRmsProp } from '../../nn/rms-prop.ts';
import * as tf from '../../nn/tf.ts';
import type { CurvePoint } from '../fit-progress.ts';
import type { LossOfBatch } from '../shared/training-plan.ts';
import type { PathTree } from './known-paths.ts';
import { LATENCY_VAE } from './latency-vae.ts';
import { differentiatedLoss, lossTerms } from './loss.ts';
import type { TraceVaeConfig } from './meta.ts';
import { isOfStatus, type UsualStatus } from './status-decoder.ts';
import { PRIOR } from './struct-vae.ts';
import {
  latencyInput,
  latencyPass,
  type StructurePass,
  structureInput,
  structurePass,
} from './trace-vae.ts';

export type Phase = CurvePoint['phase'];

/** The model while it trains: parameters, sizes, and the operations of its dataset. */
export interface TrainingModel {
  readonly store: ParameterStore;
  readonly config: TraceVaeConfig;
  /** Padding included. */
  readonly operationCount: number;
  /** Of the structure decoder by call paths; absent where it is the paper's. */
  readonly paths?: PathTree;
  /** Where it knows which nodes fail: how often they did when it was made. */
  readonly status?: UsualStatus;
}

/** Standard normal noise of one batch. */
export interface Noise {
  /** [B, K] */
  readonly z: Float32Array;
  /** [B, K2] */
  readonly z2: Float32Array;
}

/**
 * RMSprop over the parameters of a phase (section 6.2). As the authors' code, the paper names none:
 * the method, gradients clipped by their global norm, and the penalised norm of the weights.
 *
 * @param state [numbers] of an interrupted phase, to go on from; absent: a fresh optimiser
 */
export function createOptimiser(
  { store, config }: TrainingModel,
  phase: Phase,
  state?: Float32Array,
): Optimiser {
  const all = store.trainable();
  const names = phase === 'joint' ? all : all.filter((name) => name.startsWith(`${LATENCY_VAE}.`));
  // The authors' phase 2 pairs the latency parameters with the names of all parameters, so which
  // ones are penalised there is an accident of their order. Kept, for the numbers' sake.
  const penalised = names.filter((name, i) => !all[i]!.includes('bias') && !isOfStatus(name));
  return createRmsProp(store, names, {
    clipNorm: config.clipNorm,
    l2: config.l2,
    penalised: new Set(penalised),
    state,
  });
}

/**
 * The loss of a batch, equation (1) and the unit ball, and its terms. In phase 2 the structure VAE
 * is in eval mode. To be called within a tidy; makes the tensors of the batch and computes nothing.
 *
 * @param batch [B, N_max]
 * @param noise z [B, K], z2 [B, K2]
 * @returns     computes the terms, in the order of {@link lossTermNames}, and the loss, nats
 */
export function batchLoss(
  { store, config, operationCount, paths }: TrainingModel,
  phase: Phase,
  optimiser: Optimiser,
  batch: TraceBatch,
  noise: Noise,
  mode: Mode,
): LossOfBatch {
  const structureMode = phase === 'joint' ? mode : 'eval';
  const structureBatch = structureInput(batch, operationCount, config, paths);
  const latencyBatch = latencyInput(batch, mode, config);
  const [noiseZ, noiseZ2] = noiseTensors(batch, noise);
  const encode = (): StructurePass =>
    structurePass(store, config, structureBatch, noiseZ, structureMode);
  return () => {
    // outside of the differentiated function, the structure VAE leaves nothing on the tape
    const fixed = phase === 'time' ? encode() : null;
    return () => {
      const structure = fixed ?? encode();
      const latency = latencyPass(store, config, latencyBatch, structure.z, noiseZ2, mode);
      return {
        terms: lossTerms(structure, latency, optimiser.penaltyNorm()),
        loss: differentiatedLoss(structure, latency, config),
      };
    };
  };
}

/**
 * The forward pass in train mode that starts each phase. In the first it sets the ActNorms of the
 * prior from its z; in both it moves the running statistics once. As the authors' code; the paper
 * does not say how the model starts.
 *
 * @param batch [B, N_max]
 * @param noise z [B, K], z2 [B, K2]
 */
export function warmUp(
  { store, config, operationCount, paths }: TrainingModel,
  phase: Phase,
  batch: TraceBatch,
  noise: Noise,
): void {
  tf.tidy(() => {
    const [noiseZ, noiseZ2] = noiseTensors(batch, noise);
    const input = structureInput(batch, operationCount, config, paths);
    const { z } = structurePass(store, config, input, noiseZ, 'train');
    if (phase === 'joint') initialiseActNorms(store, PRIOR, config.flowLevels, z);
    latencyPass(store, config, latencyInput(batch, 'train', config), z, noiseZ2, 'train');
  });
}

function noiseTensors({ size }: TraceBatch, noise: Noise): [tf.Tensor2D, tf.Tensor2D] {
  return [
    tf.tensor2d(noise.z, [size, noise.z.length / size]),
    tf.tensor2d(noise.z2, [size, noise.z2.length / size]),
  ];
}
