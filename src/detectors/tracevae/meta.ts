/** TraceVAE: id, label, settings and presets. Plain data, safe on the page and in the worker. */
import type { LatencyScaleKind } from '../../features/latency-scale.ts';

export interface TraceVaeConfig {
  /** Units of each of the 2 attention heads (500 in the paper). */
  readonly units: number;
  readonly heads: number;
  readonly layers: number;
  readonly operationEmbedding: number;
  /** e_i of p(A | z), per node. */
  readonly nodeEmbedding: number;
  /** Hidden sizes of the decoders' MLPs. */
  readonly nodeCountHidden: readonly number[];
  readonly graphEmbeddingHidden: readonly number[];
  readonly z2GivenZHidden: readonly number[];
  readonly flowLevels: number;
  readonly flowHidden: number;
  /** K, size of z. */
  readonly latent: number;
  /** K2, size of z2. */
  readonly latent2: number;
  /** N_max */
  readonly maxNodes: number;
  /** Phase 1 (whole model) and phase 2 (time VAE alone), epochs. */
  readonly epochsJoint: number;
  readonly epochsTime: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** The rate is multiplied by 0.1 after this epoch. */
  readonly learningRateStepEpoch: number;
  readonly clipNorm: number;
  readonly l2: number;
  readonly unitBall: number;
  /** SafeNormal: latency clipped to mean +- this many stds in training. */
  readonly safeNormalStds: number;
  readonly latencyScale: LatencyScaleKind;
  readonly validateEvery: number;
  /** L of equation (3). */
  readonly samples: number;
}

export type PresetId = 'tiny' | 'small' | 'paper';
