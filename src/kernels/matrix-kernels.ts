/** Products and sums of matrices on the WASM backend. */
import type * as tf from '@tensorflow/tfjs-core';
import type { WasmKernels } from './wasm-kernels.ts';

/** A [R, C] matrix, or its transpose without moving a number. */
export interface MatrixView {
  readonly tensor: tf.Tensor2D;
  readonly transposed?: boolean;
}

/** Bytes of every part's panels and edge of a product, as assembly/multiply.ts. */
export function productScratchBytes(columns: number, depth: number, parts: number): number {
  const panels = Math.ceil(columns / 8);
  const ofPart = columns >= 16 * parts ? Math.ceil(panels / parts) : panels;
  return parts * 4 * 8 * (6 + Math.min(depth, 512) * ofPart);
}

/** Rows and columns of the view. */
export const shapeOf = ({ tensor, transposed }: MatrixView): [number, number] => {
  const [rows, columns] = tensor.shape;
  return transposed ? [columns, rows] : [rows, columns];
};

/** How many numbers apart neighbours in a column and in a row are. */
const stridesOf = ({ tensor, transposed }: MatrixView): [number, number] => {
  const columns = tensor.shape[1];
  return transposed ? [1, columns] : [columns, 1];
};

/**
 * a b + bias
 *
 * @param a    [R, D]
 * @param b    [D, C]
 * @param bias [C]
 * @returns    [R, C]
 */
export function product(
  kernels: WasmKernels,
  a: MatrixView,
  b: MatrixView,
  bias?: tf.Tensor1D,
): tf.Tensor2D {
  const [rows, depth] = shapeOf(a);
  const columns = shapeOf(b)[1];
  const output = kernels.output<tf.Tensor2D>([rows, columns]);
  const panels = kernels.scratch(productScratchBytes(columns, depth, kernels.parts));
  kernels.run(
    'multiply',
    rows * columns * depth,
    kernels.address(a.tensor),
    ...stridesOf(a),
    kernels.address(b.tensor),
    ...stridesOf(b),
    bias === undefined ? 0 : kernels.address(bias),
    kernels.address(output),
    rows,
    columns,
    depth,
    panels,
  );
  return output;
}

/**
 * Sum over rows, in float64.
 *
 * @param x [R, C]
 * @returns [C]
 */
export function sumOverRows(kernels: WasmKernels, x: tf.Tensor2D): tf.Tensor1D {
  const [rows, columns] = x.shape;
  const output = kernels.output<tf.Tensor1D>([columns]);
  const sums = kernels.scratch(8 * columns);
  kernels.run(
    'sumRows',
    rows * columns,
    kernels.address(x),
    kernels.address(output),
    sums,
    rows,
    columns,
  );
  return output;
}

const wholeTiles = (count: number): number => Math.ceil(count / 8) * 8;

/**
 * e eᵀ for each graph
 *
 * @param e [B, N, D]
 * @returns [B, N, N]
 */
export function gramMatrices(kernels: WasmKernels, e: tf.Tensor3D): tf.Tensor3D {
  const [graphs, nodes, depth] = e.shape;
  const output = kernels.output<tf.Tensor3D>([graphs, nodes, nodes]);
  const scratch = kernels.scratch(4 * kernels.parts * wholeTiles(nodes) * depth);
  kernels.run(
    'gram',
    graphs * nodes * nodes * depth,
    ...[kernels.address(e), kernels.address(output), scratch, graphs, nodes, depth],
  );
  return output;
}

/**
 * (dy + dyᵀ) e for each graph
 *
 * @param dy [B, N, N]
 * @param e  [B, N, D]
 * @returns  [B, N, D]
 */
export function gramBackward(kernels: WasmKernels, dy: tf.Tensor3D, e: tf.Tensor3D): tf.Tensor3D {
  const [graphs, nodes, depth] = e.shape;
  const output = kernels.output<tf.Tensor3D>(e.shape);
  const scratch = kernels.scratch(4 * kernels.parts * nodes * (1 + wholeTiles(depth)));
  kernels.run(
    'gramBackward',
    graphs * nodes * nodes * depth,
    ...[dy, e, output].map((tensor) => kernels.address(tensor)),
    ...[scratch, graphs, nodes, depth],
  );
  return output;
}
