/** Scores of a detector that gives one number per trace, to which no correction applies. */
export interface PlainScores {
  /** [T] indices into the TraceSet. */
  readonly trace: Uint32Array;
  /** [T] merged nodes. */
  readonly nodeCount: Uint16Array;
  /** [T] higher is more anomalous; in the unit of the detector's meta. */
  readonly score: Float64Array;
  /** What the score is the sum of, where the detector tells. */
  readonly terms?: readonly NamedTerm[];
  /** [T] the node that most likely made a trace odd, -1 for none; where the detector tells. */
  readonly worstNode?: Int32Array;
}

/** A named part of every score. */
export interface NamedTerm {
  readonly id: string;
  readonly label: string;
  /** Of the score too, as they add up to it; empty for pure numbers. */
  readonly unit: string;
  /** [T] */
  readonly values: Float64Array;
}
