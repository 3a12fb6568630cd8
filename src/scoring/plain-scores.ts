/** Scores of a detector that gives one number a trace, to which no correction applies. */
export interface PlainScores {
  /** [T] indices into the TraceSet. */
  readonly trace: Uint32Array;
  /** [T] merged nodes. */
  readonly nodeCount: Uint16Array;
  /** [T] higher is more anomalous; nats but for FSA, whose scores are 0 and 1. */
  readonly score: Float64Array;
}
