/**
 * Matrix products. Neither factor needs to be transposed or packed by the caller: both are read
 * with strides, the right one through panels of eight columns that are copied once. A few rows meet
 * all panels before the next rows do, so that they are read from memory once.
 */
import { FLOAT, madd, partStart, VECTOR } from './simd';

/** Columns of a panel. */
export const PANEL: i32 = 8;
/** Rows of a tile. */
export const TILE: i32 = 6;
/** Rows of a panel at most: 16 KiB, half of a first-level cache. */
export const DEPTH: i32 = 512;
/** Rows that meet all panels together; whole tiles. */
const ROWS: i32 = 8 * TILE;
const PANEL_ROW_BYTES: usize = <usize>PANEL * FLOAT;
/** A tile of six rows by a panel's columns. */
export const EDGE_BYTES: usize = <usize>TILE * PANEL_ROW_BYTES;

/**
 * c = a b + bias, part `part` of `parts` of it.
 *
 * @param a     [rows, depth], element (i, k) at a + 4 (i aRow + k aColumn)
 * @param b     [depth, columns], element (k, j) at b + 4 (k bRow + j bColumn)
 * @param bias  [columns], or 0 for none
 * @param c     [rows, columns], contiguous
 * @param panels scratch for each part: {@link EDGE_BYTES}, and 32 bytes for each of at most
 *               {@link DEPTH} rows of each of its panels
 */
export function multiply(
  a: usize,
  aRow: i32,
  aColumn: i32,
  b: usize,
  bRow: i32,
  bColumn: i32,
  bias: usize,
  c: usize,
  rows: i32,
  columns: i32,
  depth: i32,
  panels: usize,
  part: i32,
  parts: i32,
): void {
  // parts share columns where there are enough of them, else rows: panels are then copied by each
  const byColumns = columns >= PANEL * parts * 2;
  const firstColumn = byColumns ? partStart(columns, PANEL, part, parts) : 0;
  const endColumn = byColumns ? partStart(columns, PANEL, part + 1, parts) : columns;
  const firstRow = byColumns ? 0 : partStart(rows, TILE, part, parts);
  const endRow = byColumns ? rows : partStart(rows, TILE, part + 1, parts);
  const count = (columns + PANEL - 1) / PANEL;
  const mostPanels = byColumns ? (count + parts - 1) / parts : count;
  const most = <usize>min(depth, DEPTH) * PANEL_ROW_BYTES * <usize>mostPanels;
  const edge = panels + <usize>part * (EDGE_BYTES + most);
  const own = edge + EDGE_BYTES;

  for (let k = 0; k < max(depth, 1); k += DEPTH) {
    const slice = min(DEPTH, depth - k);
    const panelBytes = <usize>slice * PANEL_ROW_BYTES;
    let panel = own;
    for (let j = firstColumn; j < endColumn; j += PANEL) {
      const width = min(PANEL, endColumn - j);
      copyPanel(b + <usize>(k * bRow + j * bColumn) * FLOAT, bRow, bColumn, slice, width, panel);
      panel += panelBytes;
    }
    rowsByPanels(
      a + <usize>(firstRow * aRow + k * aColumn) * FLOAT,
      aRow,
      aColumn,
      own,
      panelBytes,
      slice,
      bias !== 0 && k + DEPTH >= depth ? bias + <usize>firstColumn * FLOAT : 0,
      c + <usize>(firstRow * columns + firstColumn) * FLOAT,
      columns,
      endRow - firstRow,
      endColumn - firstColumn,
      k === 0,
      edge,
    );
  }
}

/**
 * Rows of a by panels that lie `panelBytes` apart: c = a b + bias, or c += a b + bias where it is not
 * the first slice of the depth.
 *
 * @param slice depth of this slice, at most {@link DEPTH}
 * @param bias  of the first column, or 0 for none
 * @param c     rows are `cRow` numbers apart
 * @param edge  {@link EDGE_BYTES} of scratch
 */
export function rowsByPanels(
  a: usize,
  aRow: i32,
  aColumn: i32,
  panels: usize,
  panelBytes: usize,
  slice: i32,
  bias: usize,
  c: usize,
  cRow: i32,
  rows: i32,
  columns: i32,
  first: bool,
  edge: usize,
): void {
  const aBytes = <usize>aRow * FLOAT;
  const cBytes = <usize>cRow * FLOAT;
  for (let i = 0; i < rows; i += ROWS) {
    const end = min(i + ROWS, rows);
    let panel = panels;
    for (let j = 0; j < columns; j += PANEL) {
      const width = min(PANEL, columns - j);
      const biasAt = bias !== 0 ? bias + <usize>j * FLOAT : 0;
      let from = a + <usize>i * aBytes;
      let to = c + <usize>i * cBytes + <usize>j * FLOAT;
      let r = i;
      for (; r + TILE <= end; r += TILE) {
        if (width === PANEL) {
          tile6(from, aRow, aColumn, panel, slice, to, cRow, biasAt, first);
        } else {
          // fewer columns than a panel: the whole tile beside, of which the columns are copied
          tile6(from, aRow, aColumn, panel, slice, edge, PANEL, 0, true);
          for (let t = 0; t < TILE; t++) {
            copyEdge(edge + <usize>t * PANEL_ROW_BYTES, to + <usize>t * cBytes, width, biasAt, first);
          }
        }
        from += <usize>TILE * aBytes;
        to += <usize>TILE * cBytes;
      }
      for (; r < end; r++) {
        edgeRow(from, aColumn, panel, slice, to, width, biasAt, first, edge);
        from += aBytes;
        to += cBytes;
      }
      panel += panelBytes;
    }
  }
}

/** [slice, 8] with zeros beyond the width. */
function copyPanel(b: usize, bRow: i32, bColumn: i32, slice: i32, width: i32, panel: usize): void {
  const rowBytes = <usize>bRow * FLOAT;
  const columnBytes = <usize>bColumn * FLOAT;
  if (width === PANEL && bColumn === 1) {
    for (let k = 0; k < slice; k++) {
      v128.store(panel, v128.load(b));
      v128.store(panel, v128.load(b, VECTOR), VECTOR);
      b += rowBytes;
      panel += 2 * VECTOR;
    }
    return;
  }
  for (let j = 0; j < PANEL; j++) {
    let from = b + <usize>j * columnBytes;
    let to = panel + <usize>j * FLOAT;
    if (j < width) {
      for (let k = 0; k < slice; k++) {
        store<f32>(to, load<f32>(from));
        from += rowBytes;
        to += 2 * VECTOR;
      }
    } else {
      for (let k = 0; k < slice; k++) {
        store<f32>(to, 0);
        to += 2 * VECTOR;
      }
    }
  }
}

/** Six rows by eight columns, held in registers over the depth. */
function tile6(
  a: usize,
  aRow: i32,
  aColumn: i32,
  panel: usize,
  slice: i32,
  c: usize,
  cRow: i32,
  bias: usize,
  first: bool,
): void {
  const step = <usize>aColumn * FLOAT;
  const stride = <usize>cRow * FLOAT;
  const rowBytes = <usize>aRow * FLOAT;
  let a0 = a;
  let a1 = a0 + rowBytes;
  let a2 = a1 + rowBytes;
  let a3 = a2 + rowBytes;
  let a4 = a3 + rowBytes;
  let a5 = a4 + rowBytes;
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  let c40 = c00;
  let c41 = c00;
  let c50 = c00;
  let c51 = c00;
  for (let k = 0; k < slice; k++) {
    const b0 = v128.load(panel);
    const b1 = v128.load(panel, VECTOR);
    panel += 2 * VECTOR;
    let x = v128.load32_splat(a0);
    c00 = madd(x, b0, c00);
    c01 = madd(x, b1, c01);
    x = v128.load32_splat(a1);
    c10 = madd(x, b0, c10);
    c11 = madd(x, b1, c11);
    x = v128.load32_splat(a2);
    c20 = madd(x, b0, c20);
    c21 = madd(x, b1, c21);
    x = v128.load32_splat(a3);
    c30 = madd(x, b0, c30);
    c31 = madd(x, b1, c31);
    x = v128.load32_splat(a4);
    c40 = madd(x, b0, c40);
    c41 = madd(x, b1, c41);
    x = v128.load32_splat(a5);
    c50 = madd(x, b0, c50);
    c51 = madd(x, b1, c51);
    a0 += step;
    a1 += step;
    a2 += step;
    a3 += step;
    a4 += step;
    a5 += step;
  }
  put(c, c00, c01, bias, first);
  c += stride;
  put(c, c10, c11, bias, first);
  c += stride;
  put(c, c20, c21, bias, first);
  c += stride;
  put(c, c30, c31, bias, first);
  c += stride;
  put(c, c40, c41, bias, first);
  c += stride;
  put(c, c50, c51, bias, first);
}

@inline
function put(c: usize, low: v128, high: v128, bias: usize, first: bool): void {
  if (!first) {
    low = f32x4.add(low, v128.load(c));
    high = f32x4.add(high, v128.load(c, VECTOR));
  }
  if (bias !== 0) {
    low = f32x4.add(low, v128.load(bias));
    high = f32x4.add(high, v128.load(bias, VECTOR));
  }
  v128.store(c, low);
  v128.store(c, high, VECTOR);
}

/** One row, up to eight columns: what tiles leave over. */
function edgeRow(
  a: usize,
  aColumn: i32,
  panel: usize,
  slice: i32,
  c: usize,
  width: i32,
  bias: usize,
  first: bool,
  edge: usize,
): void {
  const step = <usize>aColumn * FLOAT;
  let low = f32x4.splat(0);
  let high = low;
  for (let k = 0; k < slice; k++) {
    const x = v128.load32_splat(a);
    low = madd(x, v128.load(panel), low);
    high = madd(x, v128.load(panel, VECTOR), high);
    panel += 2 * VECTOR;
    a += step;
  }
  if (width === PANEL) {
    put(c, low, high, bias, first);
    return;
  }
  v128.store(edge, low);
  v128.store(edge, high, VECTOR);
  copyEdge(edge, c, width, bias, first);
}

/** The first numbers of a row of a tile, earlier slices and bias added. */
function copyEdge(
  edge: usize,
  c: usize,
  width: i32,
  bias: usize,
  first: bool,
): void {
  for (let j = 0; j < width; j++) {
    const offset = <usize>j * FLOAT;
    let sum = load<f32>(edge + offset);
    if (!first) sum += load<f32>(c + offset);
    if (bias !== 0) sum += load<f32>(bias + offset);
    store<f32>(c + offset, sum);
  }
}
