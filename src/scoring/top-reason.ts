/**
 * The part of each score that most outweighs the same part of normal traces: a first hint at why a
 * trace is odd, from stored terms alone. Validation traces stand for the normal ones.
 */
import { median } from '../base/statistics.ts';
import { paperParts, TERM_PARTS, termSplitter } from './score-parts.ts';
import type { Corrections, ScoreTerms } from './score-terms.ts';

export interface TopReasons {
  /** [R] index into {@link TERM_PARTS} */
  readonly part: Uint8Array;
  /** [R] nats above the median of the same part over validation traces; may be negative */
  readonly excess: Float32Array;
}

/**
 * @param rows [R] rows of the test terms
 */
export function topReasons(
  val: ScoreTerms,
  test: ScoreTerms,
  rows: Uint32Array,
  corrections: Corrections,
): TopReasons {
  const usual = usualParts(val, corrections);
  const part = new Uint8Array(rows.length);
  const excess = new Float32Array(rows.length);
  const parts = new Float64Array(TERM_PARTS.length);
  const split = termSplitter(test, paperParts(test, corrections));
  rows.forEach((row, r) => {
    split(row, parts);
    let top = 0;
    for (let p = 1; p < parts.length; p++) {
      if (parts[p]! - usual[p]! > parts[top]! - usual[top]!) top = p;
    }
    part[r] = top;
    excess[r] = parts[top]! - usual[top]!;
  });
  return { part, excess };
}

/** [parts] median over all traces; 0 where there are none. */
function usualParts(terms: ScoreTerms, corrections: Corrections): Float64Array {
  const count = terms.trace.length;
  const columns = TERM_PARTS.map(() => new Float64Array(count));
  const parts = new Float64Array(TERM_PARTS.length);
  const split = termSplitter(terms, paperParts(terms, corrections));
  for (let t = 0; t < count; t++) {
    split(t, parts);
    parts.forEach((value, p) => {
      columns[p]![t] = value;
    });
  }
  return Float64Array.from(columns, (column) => (count === 0 ? 0 : median(column)));
}
