/** Rows of a table by index: without a gradient, or as a constant matrix that copies them. */
import { viewFloats } from './host-memory.ts';
import { multiplyConstant } from './products.ts';
import { byBackend } from './routine.ts';
import { type RowIndex, rowIndex } from './row-index.ts';
import * as tf from './tf.ts';
import { stopGradient, withGradient } from './with-gradient.ts';

/**
 * Embeddings whose gradient section 4 blocks (the dashed arrows of figure 4).
 *
 * @param table [T, F] unitless
 * @param index [R] rows of the table
 * @returns     [R, F], a constant
 */
export const lookUp = byBackend({
  // the gather of WASM is many times slower than this
  cpu: (table: tf.Tensor2D, { rows: indices }: RowIndex) => {
    const width = table.shape[1];
    const values = viewFloats(table);
    const rows = new Float32Array(indices.length * width);
    for (let row = 0; row < indices.length; row++) {
      const from = indices[row]! * width;
      rows.set(values.subarray(from, from + width), row * width);
    }
    return tf.tensor2d(rows, [indices.length, width]);
  },
  wasm: 'as cpu',
  webgpu: (_kernels, table, { tensor }) => stopGradient(tf.gather(table, tensor!)),
});

/** A table of [T, F] on the host and the row of it that each of R rows takes, -1 for zeros. */
export interface RowsOf {
  readonly values: Float32Array;
  readonly width: number;
  readonly indexOf: Int32Array;
}

/**
 * Rows of tables side by side, without a gradient.
 *
 * @returns [R, sum of the widths] row-major
 */
export function rowsBeside(...tables: readonly RowsOf[]): Float32Array {
  const width = tables.reduce((sum, table) => sum + table.width, 0);
  const rows = new Float32Array(tables[0]!.indexOf.length * width);
  let column = 0;
  for (const { values, width: columns, indexOf } of tables) {
    for (let row = 0; row < indexOf.length; row++) {
      const from = indexOf[row]! * columns;
      if (from < 0) continue;
      const to = row * width + column;
      for (let k = 0; k < columns; k++) rows[to + k] = values[from + k]!;
    }
    column += columns;
  }
  return rows;
}

/**
 * Rows of a table on the host, and rows of {@link lookUp} behind them. By copying where that can be,
 * for R rows may be many.
 *
 * @param beside  K numbers for each of R rows
 * @param table   [T, F] unitless
 * @param indices [R] rows of the table
 * @returns       [R, K + F], a constant
 */
export const lookUpBeside = byBackend({
  cpu: (beside: RowsOf, table: tf.Tensor2D, indices: Int32Array) => {
    const width = table.shape[1];
    // a copy, because reading memory that threads share is slow
    const looked = { values: viewFloats(table).slice(), width, indexOf: indices };
    return tf.tensor2d(rowsBeside(beside, looked), [indices.length, beside.width + width]);
  },
  wasm: 'as cpu',
  webgpu: (_kernels, beside, table, indices) =>
    tf.concat2d(
      [
        tf.tensor2d(rowsBeside(beside), [indices.length, beside.width]),
        lookUp(table, rowIndex(indices)),
      ],
      1,
    ),
});

/**
 * One 1 a row: copies a source's vector to the rows that use it, or marks a class.
 * (The stock oneHot writes integers into float32 tensors on WASM.)
 *
 * @param indexOf [rows] each below `sources`
 * @returns       [rows, sources]
 */
export function copyMatrix(indexOf: ArrayLike<number>, sources: number): tf.Tensor2D {
  const values = new Float32Array(indexOf.length * sources);
  for (let i = 0; i < indexOf.length; i++) values[i * sources + indexOf[i]!] = 1;
  return tf.tensor2d(values, [indexOf.length, sources]);
}

/**
 * Rows by index, with their gradient: a layout of the same rows for another operation.
 *
 * @param x       [R, F]
 * @param indexOf [P] rows of x, each at most once; -1 gives a row of zeros
 * @returns       [P, F]
 */
export const placeRows = byBackend({
  cpu: (x: tf.Tensor2D, indexOf: Int32Array) => {
    const [rows, width] = x.shape;
    const places = indexOf.length;
    return withGradient<tf.Tensor2D>([x], () => {
      const values = viewFloats(x);
      const placed = new Float32Array(places * width);
      indexOf.forEach((row, place) => {
        if (row < 0) return;
        placed.set(values.subarray(row * width, (row + 1) * width), place * width);
      });
      return {
        value: tf.tensor2d(placed, [places, width]),
        gradient: (dy) => {
          const back = viewFloats(dy);
          const dx = new Float32Array(rows * width);
          indexOf.forEach((row, place) => {
            if (row < 0) return;
            dx.set(back.subarray(place * width, (place + 1) * width), row * width);
          });
          return [tf.tensor2d(dx, [rows, width])];
        },
      };
    });
  },
  wasm: 'as cpu',
  webgpu: (_kernels, x, indexOf) => {
    const [rows] = x.shape;
    const places = indexOf.length;
    const copies = new Float32Array(places * rows);
    indexOf.forEach((row, place) => {
      if (row >= 0) copies[place * rows + row] = 1;
    });
    return multiplyConstant(tf.tensor2d(copies, [places, rows]), x);
  },
});

/**
 * One column.
 *
 * @param x [R, F]
 * @param k which, from 0
 * @returns [R, 1]
 */
export const columnOf = byBackend({
  cpu: (x: tf.Tensor2D, k: number) => tf.slice2d(x, [0, k], [x.shape[0], 1]),
  // slices of WASM go row by row, and their gradient pads
  wasm: (_kernels, x, k) => {
    const [rows, width] = x.shape;
    return withGradient<tf.Tensor2D>([x], () => {
      const values = viewFloats(x);
      const column = new Float32Array(rows);
      for (let row = 0; row < rows; row++) column[row] = values[row * width + k]!;
      return {
        value: tf.tensor2d(column, [rows, 1]),
        gradient: (dy) => {
          const back = viewFloats(dy);
          const dX = new Float32Array(rows * width);
          for (let row = 0; row < rows; row++) dX[row * width + k] = back[row]!;
          return [tf.tensor2d(dX, [rows, width])];
        },
      };
    });
  },
  webgpu: 'as cpu',
});
