/** Rows of spans by their trace. */
export interface RowsByTrace {
  /** [rows] all of the first trace, then all of the second... each in the order given. */
  readonly rows: Uint32Array;
  /** [traces + 1] where each trace begins in {@link rows}. */
  readonly rowOffset: Uint32Array;
}

/**
 * Counting sort.
 *
 * @param trace      [rows] trace of each row, `firstTrace` to `firstTrace + traceCount - 1`
 */
export function groupByTrace(
  trace: Uint32Array,
  firstTrace: number,
  traceCount: number,
): RowsByTrace {
  const rowOffset = new Uint32Array(traceCount + 1);
  for (let row = 0; row < trace.length; row++) rowOffset[trace[row]! - firstTrace + 1]! += 1;
  for (let i = 1; i < rowOffset.length; i++) rowOffset[i]! += rowOffset[i - 1]!;
  const next = rowOffset.slice();
  const rows = new Uint32Array(trace.length);
  for (let row = 0; row < trace.length; row++) {
    const place = next[trace[row]! - firstTrace]!++;
    rows[place] = row;
  }
  return { rows, rowOffset };
}
