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
  /** [T] operation of the call whose absence made a trace odd, -1 for none; where the detector tells. */
  readonly absentCall?: Int32Array;
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

/** @returns index of the term that adds most to a row's score; -1 where none adds */
export function largestTerm(terms: readonly NamedTerm[], row: number): number {
  let largest = -1;
  terms.forEach(({ values }, term) => {
    if (values[row]! > (largest < 0 ? 0 : terms[largest]!.values[row]!)) largest = term;
  });
  return largest;
}
