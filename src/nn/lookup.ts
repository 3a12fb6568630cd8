/** Rows of a table by index: without a gradient, or as a constant matrix that copies them. */
import { tensorsAreHostMemory, viewFloats } from './host-memory.ts';
import * as tf from './tf.ts';
import { stopGradient } from './with-gradient.ts';

/**
 * Embeddings whose gradient section 4 blocks (the dashed arrows of figure 4).
 *
 * @param table   [T, F] unitless
 * @param indices [R] rows of the table
 * @returns       [R, F], a constant
 */
export function lookUp(table: tf.Tensor2D, indices: Int32Array): tf.Tensor2D {
  if (!tensorsAreHostMemory()) return stopGradient(tf.gather(table, tf.tensor1d(indices, 'int32')));
  // the gather of WASM is many times slower than this
  const width = table.shape[1];
  const values = viewFloats(table);
  const rows = new Float32Array(indices.length * width);
  for (let row = 0; row < indices.length; row++) {
    const from = indices[row]! * width;
    rows.set(values.subarray(from, from + width), row * width);
  }
  return tf.tensor2d(rows, [indices.length, width]);
}

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
