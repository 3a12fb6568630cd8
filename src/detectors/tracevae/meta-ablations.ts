/**
 * The ablations of section 6.6 that need a training of their own. Plain data, safe on the page and
 * in the worker. (-NLL, -BCScale, -NCNorm and -StdLimit are other scores of a trained TraceVAE.)
 */
import type { Ablation, TraceVaeConfig } from './meta.ts';

export interface AblationMeta {
  readonly id: string;
  readonly label: string;
  readonly ablation: Exclude<Ablation, 'none'>;
  /** What is replaced, in a sentence. */
  readonly says: string;
}

export const ABLATIONS = [
  {
    id: 'tracevae-fc',
    label: 'TraceVAE-FC',
    ablation: 'fc',
    says: 'a fully connected network writes the node features from z₂, in the place of the dispatching layer',
  },
  {
    id: 'tracevae-singlez',
    label: 'TraceVAE-SingleZ',
    ablation: 'singlez',
    says: 'one latent variable for structure and latency, as large as both together',
  },
  {
    id: 'tracevae-dimex',
    label: 'TraceVAE-DimEx',
    ablation: 'dimex',
    says: 'every trace is filled up to N_max nodes with dummies of latency zero',
  },
] as const satisfies readonly AblationMeta[];

/**
 * The settings of an ablation of section 6.6, from those of TraceVAE. SingleZ has no time VAE to
 * train alone: all its epochs are joint.
 *
 * Differs from the paper: it does not say how large SingleZ's z is. Here it has K + K2 numbers, so
 * that no capacity is lost.
 */
export function ablated(config: TraceVaeConfig, ablation: Ablation): TraceVaeConfig {
  if (ablation !== 'singlez') return { ...config, ablation };
  return {
    ...config,
    ablation,
    latent: config.latent + config.latent2,
    epochsJoint: config.epochsJoint + config.epochsTime,
    epochsTime: 0,
  };
}
