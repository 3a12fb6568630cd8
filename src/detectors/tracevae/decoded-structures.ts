/** What a structure decoder makes of samples of z, whichever decoder it is. */
import type { StructureDecoder } from './meta.ts';

/**
 * Log-probabilities of what was observed, entry by entry, in nats and float64. A row is sample l of
 * structure s, s L + l.
 */
export interface DecodedStructures {
  readonly by: StructureDecoder;
  /** log p(N | z) of the observed node count; 0 where the decoder has none */
  nodeCount(row: number): number;
  /**
   * Calls `visit` with each Bernoulli of the row: whether node i calls j, as observed. Where j is no
   * node of the trace, n + k is the k-th of its absent calls, and beyond them what no call has a name
   * for: padding up to N_max, or calls that training never saw.
   */
  forEachEdge(row: number, visit: (i: number, j: number, logProb: number) => void): void;
  /** The same of log p(y_i | z) of each position; beyond the trace's nodes it is padding. */
  forEachOperation(row: number, visit: (i: number, logProb: number) => void): void;
  /** Known calls that a structure does not make, [S]; none where the decoder has no names for them. */
  readonly absentCalls: readonly (readonly AbsentCall[])[];
}

export interface AbsentCall {
  /** The node that would make it. */
  readonly caller: number;
  readonly operation: number;
}

const LOG_HALF = Math.log(0.5);

/**
 * Sums of log p(A | z) over its Bernoullis: all (equation 2), and those with p < 0.5, which equation
 * (6) scales.
 *
 * @returns nats
 */
export function adjacencyLogProb(
  decoded: DecodedStructures,
  row: number,
): { all: number; unlikely: number } {
  let all = 0;
  let unlikely = 0;
  decoded.forEachEdge(row, (_i, _j, logProb) => {
    all += logProb;
    if (logProb < LOG_HALF) unlikely += logProb;
  });
  return { all, unlikely };
}

/** Sum of log p(y_i | z), equation (2), nats. */
export function nodeTypeLogProb(decoded: DecodedStructures, row: number): number {
  let sum = 0;
  decoded.forEachOperation(row, (_i, logProb) => {
    sum += logProb;
  });
  return sum;
}
