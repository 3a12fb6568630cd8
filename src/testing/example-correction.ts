/**
 * A correction that is not the paper's, written as a real one would be: how far a structure's
 * posterior is from its prior counts for less. It gives a term that the fused loop does not know a
 * factor, so that the way through every sample stays open.
 */
import {
  type Correction,
  type NumberConstant,
  numberOf,
} from '../scoring/corrections/correction.ts';

const weight: NumberConstant = {
  kind: 'number',
  id: 'klWeight',
  label: 'Weight of the KL of z',
  help: () => 'an example: 1 for no correction, 0 for no divergence at all',
  written: (value) => `× ${value}`,
  min: 0,
  max: 1,
  step: 0.05,
  default: (maxNodes) => 4 / maxNodes,
};

export const klweight: Correction<'klweight'> = {
  id: 'klweight',
  equation: 'an example',
  words: {
    name: 'KL weight',
    short: 'KL weight',
    column: 'KL weight',
    paper: 'KLWeight',
    sentence: 'an example: the KL of z counts for less',
  },
  constants: [weight],

  formula({ maxNodes }, constants) {
    const factor = numberOf(weight, constants, maxNodes);
    return { factors: { klStructure: () => factor } };
  },
};
