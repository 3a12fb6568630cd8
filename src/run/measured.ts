/**
 * Which of the scored traces are measured: where every trace has a score, those of training and
 * validation are listed with a mark, and metrics, ranks and histograms are of the test traces alone.
 */
import type { ScoreOutcome } from './outcome.ts';

type Scored = Pick<ScoreOutcome, 'measured'> & {
  readonly test: { readonly trace: Uint32Array };
};

const known = new WeakMap<Uint32Array, Uint8Array>();

/** [T] 1 of a trace that the detector has met in training or validation; null where none is scored. */
export function seenIn({ measured, test }: Scored): Uint8Array | null {
  if (measured === undefined) return null;
  let seen = known.get(measured);
  if (seen === undefined) {
    seen = new Uint8Array(test.trace.length).fill(1);
    for (const row of measured) seen[row] = 0;
    known.set(measured, seen);
  }
  return seen;
}

/** Those of the rows that metrics are of. */
export function measuredAmong(of: Scored, rows: Uint32Array): Uint32Array {
  const seen = seenIn(of);
  return seen === null ? rows : rows.filter((row) => seen[row] === 0);
}

/** [rows] the same of some rows. */
export function seenAmong(of: Scored, rows: Uint32Array): Uint8Array | null {
  const seen = seenIn(of);
  return seen === null ? null : Uint8Array.from(rows, (row) => seen[row]!);
}

/** Of these there are so many per day. */
export const measuredTraces = ({ measured, test }: Scored): Uint32Array =>
  measured === undefined ? test.trace : Uint32Array.from(measured, (row) => test.trace[row]!);
