/** sigma_p99 of section 5.3, and other percentiles of it, from the stds of validation nodes. */
import { assert } from '../base/assert.ts';
import { percentileOfSorted } from '../base/statistics.ts';
import type { NodeStds, ScoreTerms, StdLimits } from './score-terms.ts';

/**
 * An operation's limit is at least the std that its standardised latency has by itself: below that
 * it would call an ordinary node of a steady moment unlikely (docs/decisions/0007).
 */
const LEAST_OF_OPERATION = 1;

/** The paper's, which scores are first combined with. */
export const STD_PERCENTILE = 99;
/** The lowest that scores can be combined for: detail is kept of stds above it. */
export const WIDE_PERCENTILE = 90;

/** Ascending stds of validation nodes, of all and by operation. */
export interface SortedStds {
  readonly all: Float64Array;
  readonly byOperation: readonly Float64Array[];
}

/**
 * @param stds       [nodes] unitless, of standardised latency
 * @param operation  [nodes]
 * @param operations how many there are
 */
export function sortStds(
  stds: ArrayLike<number>,
  operation: ArrayLike<number>,
  operations: number,
): SortedStds {
  const ofOperation = Array.from({ length: operations }, (): number[] => []);
  for (let i = 0; i < stds.length; i++) ofOperation[operation[i]!]!.push(stds[i]!);
  return {
    all: Float64Array.from(stds).sort(),
    byOperation: ofOperation.map((own) => Float64Array.from(own).sort()),
  };
}

/**
 * Percentile of the stds, section 5.3.
 *
 * Differs from the paper: beside its one number there is one of each operation's own nodes, an
 * option of the authors' code too, here not below 1.
 *
 * @param percent 0 to 100
 * @returns       infinity, no limit, where there are no nodes
 */
export function stdLimitsAt(
  { all, byOperation }: SortedStds,
  percent: number,
): Pick<StdLimits, 'global' | 'byOperation'> {
  const global = all.length === 0 ? Number.POSITIVE_INFINITY : percentileOfSorted(all, percent);
  const limitOf = (own: Float64Array): number =>
    own.length === 0 ? global : Math.max(percentileOfSorted(own, percent), LEAST_OF_OPERATION);
  return { global, byOperation: Float64Array.from(byOperation, limitOf) };
}

const sorted = new WeakMap<KeptStds, SortedStds>();

/** What other percentiles are taken from, of terms of the validation traces. */
export interface KeptStds extends Pick<ScoreTerms, 'stdLimits'> {
  readonly detail?: { readonly nodes: Pick<NodeStds, 'logStd' | 'operation'> };
}

/** The stds that the scores of the validation traces keep, sorted once; null in runs that kept none. */
export function sortedStdsOf(val: KeptStds): SortedStds | null {
  if (val.detail === undefined) return null;
  const known = sorted.get(val);
  if (known !== undefined) return known;
  const { logStd, operation } = val.detail.nodes;
  const { length } = val.stdLimits.byOperation;
  const made = sortStds(Float64Array.from(logStd, Math.exp), operation, length);
  sorted.set(val, made);
  return made;
}

/**
 * The std limits at a percentile, from the terms of the validation traces.
 *
 * @throws where it is another percentile than the scored one and the run kept no stds
 */
export function limitsAt(val: KeptStds, percent: number): StdLimits {
  if (percent === (val.stdLimits.percentile ?? STD_PERCENTILE)) return val.stdLimits;
  const stds = sortedStdsOf(val);
  assert(stds !== null, `no stds are kept for a percentile of ${percent}`);
  const { wide } = val.stdLimits;
  return { ...(wide && { wide }), percentile: percent, ...stdLimitsAt(stds, percent) };
}
