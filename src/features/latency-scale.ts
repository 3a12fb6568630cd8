/**
 * Latency is standardised per operation (paper, section 2): x = (latency - mean) / std, with mean
 * and std over the merged nodes of the training set.
 */
import type { TraceSet } from '../trace/trace-set.ts';

/**
 * - `authors`: std + 1e-5 ms, as the authors' code divides; an operation with one constant latency
 *   then divides by almost 0.
 * - `robust` (default): the standard deviation has a floor. Differs from the paper's code.
 */
export type LatencyScaleKind = 'robust' | 'authors';

export interface LatencyScale {
  readonly kind: LatencyScaleKind;
  /** [operations] microseconds */
  readonly meanUs: Float64Array;
  /** [operations] microseconds, what latencies are divided by (floor or epsilon included). */
  readonly divisorUs: Float64Array;
  /** Operation ids whose divisor is the floor. */
  readonly floored: readonly number[];
}

/** @param selected trace indices of the training set */
export type FitLatencyScale = (
  traces: TraceSet,
  selected: Uint32Array,
  kind: LatencyScaleKind,
) => LatencyScale;
