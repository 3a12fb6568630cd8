/**
 * The ablations of section 6.6 that need a training of their own. Plain data, safe on the page and
 * in the worker. (-NLL, -BCScale, -NCNorm and -StdLimit are other scores of a trained TraceVAE.)
 */
import type { DetectorMeta } from '../shared/settings.ts';
import type { Ablation, TraceVaeConfig } from './meta.ts';

/** What it says is what is replaced. */
interface AblationMeta extends DetectorMeta {
  readonly ablation: Exclude<Ablation, 'none'>;
}

const LIKE_TRACEVAE = { gives: { kind: 'terms' }, stopsEarly: true } as const;

export const ABLATIONS = [
  {
    ...LIKE_TRACEVAE,
    id: 'tracevae-fc',
    label: 'TraceVAE-FC',
    ablation: 'fc',
    says: 'a fully connected network writes the node features from z₂, in the place of the dispatching layer',
  },
  {
    ...LIKE_TRACEVAE,
    id: 'tracevae-singlez',
    label: 'TraceVAE-SingleZ',
    ablation: 'singlez',
    says: 'one latent variable for structure and latency, as large as both together',
  },
  {
    ...LIKE_TRACEVAE,
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
