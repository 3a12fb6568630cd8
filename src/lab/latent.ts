/** The traces in latent space: each latent variable on its two main directions. */
import { type LatentPlanes, latentPlanes } from './places.ts';
import type { LabView } from './view.ts';

/** Not computed of a run that kept no latent variables. */
export const latentView: LabView<LatentPlanes> = {
  key: (variant, setting, { detailed }) => (detailed ? JSON.stringify([variant, setting]) : null),

  compute: ({ terms, rows, trace, combine }, variant, setting) =>
    latentPlanes(terms, rows, trace, combine(variant, setting).scores),
};
