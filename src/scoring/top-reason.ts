/**
 * The part of each score that most outweighs the same part of normal traces: a first hint at why a
 * trace is odd, from stored terms alone. Validation traces stand for the normal ones.
 */
import type { Sliced } from '../base/slices.ts';
import { medianReordering } from '../base/statistics.ts';
import { correctTerms } from './corrected-terms.ts';
import type { Corrections } from './corrections/list.ts';
import { termSplitter } from './score-parts.ts';
import { partCount, type ScoreTerms, type StdLimits, TERM_PARTS } from './score-terms.ts';

export interface TopReason {
  /** Index into {@link TERM_PARTS}. */
  readonly part: number;
  /** nats above the median of the same part over validation traces; may be negative */
  readonly excess: number;
}

export interface TopReasons {
  /** [R] index into {@link TERM_PARTS} */
  readonly part: Uint8Array;
  /** [R] nats above the median of the same part over validation traces; may be negative */
  readonly excess: Float32Array;
}

/** Traces of a slice of long work. */
const SLICE = 50_000;

/** [parts] median of each part over all traces, nats; 0 where there are none. */
export function* usualParts(
  terms: ScoreTerms,
  corrections: Corrections,
  stdLimits: StdLimits = terms.stdLimits,
): Sliced<Float64Array> {
  const count = terms.trace.length;
  const columns = TERM_PARTS.map(() => new Float64Array(count));
  const parts = new Float64Array(TERM_PARTS.length);
  const split = termSplitter(correctTerms(terms, corrections, stdLimits));
  for (let first = 0; first < count; first += SLICE) {
    for (let t = first; t < Math.min(count, first + SLICE); t++) {
      split(t, parts);
      for (let p = 0; p < columns.length; p++) columns[p]![t] = parts[p]!;
    }
    yield;
  }
  return Float64Array.from(columns, (column) => (count === 0 ? 0 : medianReordering(column)));
}

/**
 * The top reason of a trace, where only a few are asked for.
 *
 * @param usual [parts] as {@link usualParts} gives them
 * @returns     of a row of the terms; valid until the next call
 */
export function topReasonReader(
  usual: Float64Array,
  terms: ScoreTerms,
  corrections: Corrections,
  stdLimits: StdLimits = terms.stdLimits,
): (row: number) => TopReason {
  const parts = new Float64Array(TERM_PARTS.length);
  const split = termSplitter(correctTerms(terms, corrections, stdLimits));
  const found = { part: 0, excess: 0 };
  const count = partCount(terms);
  return (row) => {
    split(row, parts);
    let top = 0;
    let most = parts[0]! - usual[0]!;
    for (let p = 1; p < count; p++) {
      const excess = parts[p]! - usual[p]!;
      if (excess > most) {
        top = p;
        most = excess;
      }
    }
    found.part = top;
    found.excess = Math.fround(most);
    return found;
  };
}

/**
 * @param usual [parts] as {@link usualParts} gives them
 * @param rows  [R] rows of the test terms
 */
export function* topReasons(
  usual: Float64Array,
  test: ScoreTerms,
  rows: Uint32Array,
  corrections: Corrections,
  stdLimits: StdLimits = test.stdLimits,
): Sliced<TopReasons> {
  const part = new Uint8Array(rows.length);
  const excess = new Float32Array(rows.length);
  const reasonOf = topReasonReader(usual, test, corrections, stdLimits);
  for (let first = 0; first < rows.length; first += SLICE) {
    for (let r = first; r < Math.min(rows.length, first + SLICE); r++) {
      const reason = reasonOf(rows[r]!);
      part[r] = reason.part;
      excess[r] = reason.excess;
    }
    yield;
  }
  return { part, excess };
}
