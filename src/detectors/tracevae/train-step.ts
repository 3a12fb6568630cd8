/**
 * One training step, in either phase, and the same terms without training for validation.
 *
 * Section 6.2: phase 1 ("joint") trains everything, phase 2 ("time") the time VAE alone. As the
 * authors' code: phase 2 has a fresh optimiser, and the structure VAE is in eval mode.
 */
import type { TraceBatch } from '../../features/trace-batch.ts';
import type { Optimiser } from '../../nn/optimiser.ts';
import type { ParameterStore } from '../../nn/parameters.ts';
import { initialiseActNorms } from '../../nn/real-nvp.ts';
import { createRmsProp } from '../../nn/rms-prop.ts';
import * as tf from '../../nn/tf.ts';
import { LATENCY_VAE } from './latency-vae.ts';
import { differentiatedLoss, lossTerms } from './loss.ts';
import type { TraceVaeConfig } from './meta.ts';
import { PRIOR } from './struct-vae.ts';
import {
  latencyInput,
  latencyPass,
  type StructurePass,
  structureInput,
  structurePass,
} from './trace-vae.ts';

export type Phase = 'joint' | 'time';

/** The model while it trains: parameters, sizes, and the operations of its dataset. */
export interface TrainingModel {
  readonly store: ParameterStore;
  readonly config: TraceVaeConfig;
  /** Padding included. */
  readonly operationCount: number;
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
  const penalised = names.filter((_, i) => !all[i]!.includes('bias'));
  return createRmsProp(store, names, {
    clipNorm: config.clipNorm,
    l2: config.l2,
    penalised: new Set(penalised),
    state,
  });
}

/** The gradients of one step beside the terms of its loss. */
export interface StepGradients {
  /** [10] in the order of LOSS_TERMS */
  readonly terms: tf.Tensor1D;
  /** Of the loss without the norm of the weights, one a parameter of the optimiser. */
  readonly gradients: readonly tf.Tensor[];
}

/**
 * The gradients of the loss, equation (1) and the unit ball. Call within a tidy.
 *
 * @param batch [B, N_max]
 * @param noise z [B, K], z2 [B, K2]
 * @returns     a gradient of the shape of each parameter, and the terms [10]
 */
export function stepGradients(
  { store, config, operationCount }: TrainingModel,
  phase: Phase,
  optimiser: Optimiser,
  batch: TraceBatch,
  noise: Noise,
): StepGradients {
  const structureMode = phase === 'joint' ? 'train' : 'eval';
  const structureBatch = structureInput(batch, operationCount, config);
  const latencyBatch = latencyInput(batch, 'train', config);
  const [noiseZ, noiseZ2] = noiseTensors(batch, noise);
  const encode = (): StructurePass =>
    structurePass(store, config, structureBatch, noiseZ, structureMode);
  // outside of the differentiated function, the structure VAE leaves nothing on the tape
  const fixed = phase === 'time' ? encode() : null;

  let terms: tf.Tensor1D | undefined;
  const { grads } = tf.valueAndGrads(() => {
    const structure = fixed ?? encode();
    const latency = latencyPass(store, config, latencyBatch, structure.z, noiseZ2, 'train');
    terms = tf.keep(lossTerms(structure, latency, optimiser.penaltyNorm()));
    return differentiatedLoss(structure, latency, config);
  })(optimiser.names.map((name) => store.get(name)));
  if (terms === undefined) throw new Error('no forward pass was made');
  return { terms, gradients: grads };
}

/**
 * One step down the loss, equation (1) and the authors' penalties.
 *
 * @param batch        [B, N_max]
 * @param noise        z [B, K], z2 [B, K2]
 * @param learningRate a tenth after its step's epoch, as the authors' code
 * @returns            [10] terms of the loss before the step, owned by the caller; nats
 */
export function trainStep(
  model: TrainingModel,
  phase: Phase,
  optimiser: Optimiser,
  batch: TraceBatch,
  noise: Noise,
  learningRate: number,
): tf.Tensor1D {
  return tf.tidy(() => {
    const { terms, gradients } = stepGradients(model, phase, optimiser, batch, noise);
    optimiser.step(gradients, learningRate);
    return terms;
  });
}

/**
 * The terms of the loss, equation (1), in eval mode.
 *
 * @param batch [B, N_max]
 * @param noise z [B, K], z2 [B, K2]
 * @returns     [10] owned by the caller; nats
 */
export function evaluateBatch(
  { store, config, operationCount }: TrainingModel,
  optimiser: Optimiser,
  batch: TraceBatch,
  noise: Noise,
): tf.Tensor1D {
  return tf.tidy(() => {
    const [noiseZ, noiseZ2] = noiseTensors(batch, noise);
    const input = structureInput(batch, operationCount, config);
    const structure = structurePass(store, config, input, noiseZ, 'eval');
    const times = latencyInput(batch, 'eval', config);
    const latency = latencyPass(store, config, times, structure.z, noiseZ2, 'eval');
    return lossTerms(structure, latency, optimiser.penaltyNorm());
  });
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
  { store, config, operationCount }: TrainingModel,
  phase: Phase,
  batch: TraceBatch,
  noise: Noise,
): void {
  tf.tidy(() => {
    const [noiseZ, noiseZ2] = noiseTensors(batch, noise);
    const input = structureInput(batch, operationCount, config);
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
