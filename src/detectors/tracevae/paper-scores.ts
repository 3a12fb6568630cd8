/** The paper's structure decoder on the host: p(N | z), p(A | z) and p(Y | z) of equation (2), in float64. */
import { bernoulliLogMass, categoricalLogMass } from '../../base/log-densities.ts';
import type { TraceBatch } from '../../features/trace-batch.ts';
import type { DecodedStructures } from './decoded-structures.ts';

/** For L samples of S structures, row-major. */
export interface PaperLogits {
  /** [S, L, N_max + 1] */
  readonly nodeCount: Float32Array;
  /** [S, L, N_max, N_max] */
  readonly edges: Float32Array;
  /** [S, L, N_max] log p(y_i | z) of the observed operation, 0 (padding) beyond the trace */
  readonly operationLogProbs: Float32Array;
}

/**
 * Differs from the paper: of the product over ij only i < j counts, and p(y_i | z) counts at all
 * N_max positions, padding included, as in the authors' code.
 *
 * @param structures [S, N_max]
 * @param samples    L
 */
export function decodePaper(
  structures: TraceBatch,
  samples: number,
  { nodeCount, edges, operationLogProbs }: PaperLogits,
): DecodedStructures {
  const { size, maxNodes, parent } = structures;
  const classes = maxNodes + 1;
  return {
    by: 'paper',
    absentCalls: Array.from({ length: size }, () => []),
    nodeCount(row) {
      const nodes = structures.nodeCount[Math.floor(row / samples)]!;
      return categoricalLogMass(nodeCount, row * classes, classes, nodes);
    },
    forEachEdge(row, visit) {
      const tree = Math.floor(row / samples) * maxNodes;
      const start = row * maxNodes * maxNodes;
      for (let j = 1; j < maxNodes; j++) {
        const observedParent = parent[tree + j]!;
        for (let i = 0; i < j; i++) {
          const logit = edges[start + i * maxNodes + j]!;
          visit(i, j, bernoulliLogMass(logit, i === observedParent));
        }
      }
    },
    forEachOperation(row, visit) {
      for (let i = 0; i < maxNodes; i++) visit(i, operationLogProbs[row * maxNodes + i]!);
    },
  };
}
