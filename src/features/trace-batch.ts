/**
 * A batch of merged trees as padded typed arrays: what a detector turns into tensors.
 * B traces of at most N nodes; row-major.
 */
export interface TraceBatch {
  /** B */
  readonly size: number;
  /** N, the N_max of the model. */
  readonly maxNodes: number;
  /** [B] */
  readonly nodeCount: Int32Array;
  /** [B, N] parent within the trace; -1 for the root and for padding. */
  readonly parent: Int32Array;
  /** [B, N] operation id; 0 for padding. */
  readonly operation: Int32Array;
  /** [B, N] standardised mean latency, unitless; 0 for padding. */
  readonly latency: Float32Array;
}
