/**
 * Whether a model has learnt what calls requests make, told without labels: of how many validation
 * traces it reconstructs every call. A reconstruction by a model that is not ready says more about
 * the model than about the trace.
 */
import type { ScoreTerms } from '../scoring/score-terms.ts';

export interface Readiness {
  /** Validation traces that are reconstructed without a difference, of so many. */
  readonly exact: number;
  readonly of: number;
  readonly ready: boolean;
}

/** Of the validation traces, as validation may hold odd ones itself. */
export const READY_SHARE = 0.75;

/** @returns null without validation traces */
export function readinessOf({ mismatch }: Pick<ScoreTerms, 'mismatch'>): Readiness | null {
  const of = mismatch.length;
  if (of === 0) return null;
  let exact = 0;
  for (const differs of mismatch) if (differs === 0) exact += 1;
  return { exact, of, ready: exact >= READY_SHARE * of };
}
