/**
 * e eᵀ for each of many small matrices, and its gradient. Sums are rounded as TensorFlow.js's own
 * kernel rounds them, term by term in float32 and 48 terms at a time.
 */
import { FLOAT, partStart, VECTOR } from './simd';

const DEPTH: i32 = 48;
/** Columns of a tile. */
const TILE: i32 = 8;

/**
 * c = e eᵀ for each graph of this part.
 *
 * @param e       [graphs, nodes, depth]
 * @param c       [graphs, nodes, nodes] written
 * @param scratch for each part: depth numbers for each of the nodes, up to whole tiles of them
 */
export function gram(
  e: usize,
  c: usize,
  scratch: usize,
  graphs: i32,
  nodes: i32,
  depth: i32,
  part: i32,
  parts: i32,
): void {
  const padded = (nodes + TILE - 1) & ~(TILE - 1);
  const transposed = scratch + <usize>(part * padded * depth) * FLOAT;
  const end = partStart(graphs, 1, part + 1, parts);
  for (let g = partStart(graphs, 1, part, parts); g < end; g++) {
    const rows = e + <usize>(g * nodes * depth) * FLOAT;
    memory.fill(transposed, 0, <usize>(padded * depth) * FLOAT);
    for (let i = 0; i < nodes; i++) {
      for (let k = 0; k < depth; k++) {
        const value = load<f32>(rows + <usize>(i * depth + k) * FLOAT);
        store<f32>(transposed + <usize>(k * padded + i) * FLOAT, value);
      }
    }
    const to = c + <usize>(g * nodes * nodes) * FLOAT;
    for (let i = 0; i < nodes; i++) {
      const row = rows + <usize>(i * depth) * FLOAT;
      rowTimes(row, transposed, padded, to + <usize>(i * nodes) * FLOAT, nodes, depth);
    }
  }
}

/**
 * (dy + dyᵀ) e for each graph of this part.
 *
 * @param dy      [graphs, nodes, nodes]
 * @param dE      [graphs, nodes, depth] written
 * @param scratch for each part: the nodes, and depth numbers up to whole tiles for each of them
 */
export function gramBackward(
  dy: usize,
  e: usize,
  dE: usize,
  scratch: usize,
  graphs: i32,
  nodes: i32,
  depth: i32,
  part: i32,
  parts: i32,
): void {
  const padded = (depth + TILE - 1) & ~(TILE - 1);
  const sums = scratch + <usize>(part * nodes * (1 + padded)) * FLOAT;
  const panel = sums + <usize>nodes * FLOAT;
  const end = partStart(graphs, 1, part + 1, parts);
  for (let g = partStart(graphs, 1, part, parts); g < end; g++) {
    const d = dy + <usize>(g * nodes * nodes) * FLOAT;
    const from = e + <usize>(g * nodes * depth) * FLOAT;
    const to = dE + <usize>(g * nodes * depth) * FLOAT;
    memory.fill(panel, 0, <usize>(nodes * padded) * FLOAT);
    for (let i = 0; i < nodes; i++) {
      const row = <usize>(i * depth) * FLOAT;
      memory.copy(panel + <usize>(i * padded) * FLOAT, from + row, <usize>depth * FLOAT);
    }
    for (let i = 0; i < nodes; i++) {
      for (let j = 0; j < nodes; j++) {
        const there = load<f32>(d + <usize>(i * nodes + j) * FLOAT);
        const back = load<f32>(d + <usize>(j * nodes + i) * FLOAT);
        store<f32>(sums + <usize>j * FLOAT, there + back);
      }
      rowTimes(sums, panel, padded, to + <usize>(i * depth) * FLOAT, depth, nodes);
    }
  }
}

/**
 * A row times a matrix.
 *
 * @param a      [depth]
 * @param b      [depth, stride], zeros beyond the columns
 * @param stride a multiple of {@link TILE}
 * @param c      [columns] written
 */
function rowTimes(a: usize, b: usize, stride: i32, c: usize, columns: i32, depth: i32): void {
  const rowBytes = <usize>stride * FLOAT;
  for (let j = 0; j < columns; j += TILE) {
    let low = f32x4.splat(0);
    let high = low;
    let panel = b + <usize>j * FLOAT;
    for (let k = 0; k < depth; k += DEPTH) {
      const end = min(k + DEPTH, depth);
      let left = f32x4.splat(0);
      let right = left;
      for (let at = k; at < end; at++) {
        const x = v128.load32_splat(a + <usize>at * FLOAT);
        left = f32x4.add(left, f32x4.mul(x, v128.load(panel)));
        right = f32x4.add(right, f32x4.mul(x, v128.load(panel, VECTOR)));
        panel += rowBytes;
      }
      low = f32x4.add(low, left);
      high = f32x4.add(high, right);
    }
    const to = c + <usize>j * FLOAT;
    if (j + TILE <= columns) {
      v128.store(to, low);
      v128.store(to, high, VECTOR);
      continue;
    }
    // the last few columns: through the stores of one number each
    const count = columns - j;
    for (let t = 0; t < count; t++) {
      const lane = t & 3;
      const four = t < 4 ? low : high;
      const value =
        lane === 0
          ? f32x4.extract_lane(four, 0)
          : lane === 1
            ? f32x4.extract_lane(four, 1)
            : lane === 2
              ? f32x4.extract_lane(four, 2)
              : f32x4.extract_lane(four, 3);
      store<f32>(to + <usize>t * FLOAT, value);
    }
  }
}
