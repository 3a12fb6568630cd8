/**
 * Bernoulli & categorical scaling, equation (6): a discrete log-probability counts for little beside
 * a density, so what is improbable is scaled. log p(A_ij | z) times N_max where p < 0.5, log p(N | z)
 * times its square; operations are not scaled.
 */
import { assert } from '../../base/assert.ts';
import { EDGE_BOUNDARIES, EDGE_STEP, type ScoreTerms } from '../score-terms.ts';
import { type Correction, type NumberConstant, numberOf } from './correction.ts';

const BOUNDARY = 0.5;

const scalingFactor: NumberConstant = {
  kind: 'number',
  id: 'scalingFactor',
  label: 'Scaling factor',
  help: (maxNodes) =>
    `equation (6): an edge’s factor, its square a node count’s; ${maxNodes} in the paper, N_max`,
  written: (value) => `× ${value}`,
  min: 1,
  max: (maxNodes) => 2 * maxNodes,
  step: 1,
  default: (maxNodes) => maxNodes,
};

const boundary: NumberConstant = {
  kind: 'number',
  id: 'boundary',
  label: 'Boundary',
  help: () => 'equation (6): what is less probable is scaled; 0.5 in the paper',
  written: (value) => `p < ${value}`,
  min: EDGE_BOUNDARIES[0]!,
  max: EDGE_BOUNDARIES.at(-1)!,
  step: EDGE_STEP,
  default: BOUNDARY,
  needsDetail: true,
};

export const bcscale: Correction<'bcscale'> = {
  id: 'bcscale',
  equation: 'equation (6)',
  words: {
    name: 'Bernoulli & categorical scaling',
    short: 'scaling',
    column: 'scaling',
    paper: 'BCScale',
    sentence: 'equation (6): an improbable node count or edge weighs more',
  },
  constants: [scalingFactor, boundary],

  formula(terms, constants) {
    const factor = numberOf(scalingFactor, constants, terms.maxNodes);
    const below = numberOf(boundary, constants, terms.maxNodes);
    const logBoundary = Math.log(below);
    const scaled = (logP: number, by: number): number => (logP >= logBoundary ? logP : logP * by);
    let unlikely: Float32Array | null = null;
    return {
      nodeCount: (logP) => scaled(logP, factor * factor),
      edges: {
        entry: (logP) => scaled(logP, factor),
        sum(logP, row) {
          unlikely ??= unlikelyEdges(terms, below);
          // the unlikely edges are in the sum once already
          return logP + (factor - 1) * unlikely[row]!;
        },
      },
      status: {
        entry: (logP) => (logP < Math.log(BOUNDARY) ? factor * logP : logP),
        sum: (logP, row) => logP + (factor - 1) * terms.status!.logPUnlikely[row]!,
      },
    };
  },
};

/**
 * The part of log p(A | z) from entries with p(A_ij | z) below a boundary: I(.) of equation (6).
 *
 * @param below 0.5, or another of {@link EDGE_BOUNDARIES} where the terms have detail
 * @returns     [S, L] nats
 */
export function unlikelyEdges({ structure, detail }: ScoreTerms, below: number): Float32Array {
  if (below === BOUNDARY) return structure.logPAdjacencyUnlikely;
  const bins = EDGE_BOUNDARIES.indexOf(below) + 1;
  assert(bins > 0 && detail !== undefined, `no edges are kept by a boundary of ${below}`);
  const { filled, bin, sum } = detail.edges;
  const sums = new Float32Array(filled.length);
  let at = 0;
  for (let row = 0; row < filled.length; row++) {
    let part = 0;
    for (const end = at + filled[row]!; at < end; at++) {
      if (bin[at]! < bins) part += sum[at]!;
    }
    sums[row] = part;
  }
  return sums;
}
