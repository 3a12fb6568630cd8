/**
 * Node count normalization, equation (7): log p(X | A, Y, z2) times N_max / N, so that a small
 * trace's latencies weigh as much as a large one's. Of DimEx's filled traces N is N_max.
 */
import { type Correction, type NumberConstant, numberOf } from './correction.ts';

const exponent: NumberConstant = {
  kind: 'number',
  id: 'nodeCountExponent',
  label: 'Exponent of N_max / N',
  help: () => 'equation (7): 1 in the paper, 0 for no normalization',
  written: (value) => value,
  min: 0,
  max: 2,
  step: 0.05,
  default: 1,
};

export const ncnorm: Correction<'ncnorm'> = {
  id: 'ncnorm',
  equation: 'equation (7)',
  words: {
    name: 'node count normalization',
    short: 'normalization',
    column: 'node norm.',
    paper: 'NCNorm',
    sentence: 'equation (7): latency terms times N_max / N',
  },
  constants: [exponent],

  formula({ maxNodes, latencyNodes }, constants) {
    const weights = latencyWeights(maxNodes, numberOf(exponent, constants, maxNodes));
    return { factors: { latency: (trace) => weights[latencyNodes[trace]!]! } };
  },
};

/** [N_max + 1] (N_max / N)^exponent by N. */
const latencyWeights = (maxNodes: number, power: number): Float64Array =>
  Float64Array.from({ length: maxNodes + 1 }, (_, n) => (maxNodes / Math.max(1, n)) ** power);
