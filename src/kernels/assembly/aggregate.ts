/** The aggregation of a GraphConv (Kipf & Welling 2017), over edges as in attention.ts. */
import { addScaled, edgeAt } from './attention';
import { FLOAT, partStart } from './simd';

/** out[v] = sum over u of x[u] / sqrt(deg v deg u), Kipf & Welling 2017, eq. (2); [R, F]. */
export function aggregate(
  x: usize,
  start: usize,
  source: usize,
  output: usize,
  rows: i32,
  width: i32,
  part: i32,
  parts: i32,
): void {
  const first = partStart(rows, 1, part, parts);
  const end = partStart(rows, 1, part + 1, parts);
  aggregateRows(x, width, 0, start, source, output, first, end, width);
}

/**
 * {@link aggregate} for rows [first, end). Addresses are of row 0, wherever that lies.
 *
 * @param x    rows are `xStride` numbers apart
 * @param bias [width] added, or 0 for none
 */
export function aggregateRows(
  x: usize,
  xStride: i32,
  bias: usize,
  start: usize,
  source: usize,
  output: usize,
  first: i32,
  end: i32,
  width: i32,
): void {
  const rowBytes = <usize>width * FLOAT;
  for (let v = first; v < end; v++) {
    const to = output + <usize>v * rowBytes;
    if (bias === 0) memory.fill(to, 0, rowBytes);
    else memory.copy(to, bias, rowBytes);
    const firstEdge = edgeAt(start, v);
    const endEdge = edgeAt(start, v + 1);
    for (let e = firstEdge; e < endEdge; e++) {
      const u = edgeAt(source, e);
      const degrees = (endEdge - firstEdge) * (edgeAt(start, u + 1) - edgeAt(start, u));
      addScaled(to, 1 / Mathf.sqrt(<f32>degrees), x + <usize>(u * xStride) * FLOAT, width);
    }
  }
}
