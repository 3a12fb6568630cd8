/** Attention and aggregation over the edges of trees on the WASM backend. */
import type * as tf from '@tensorflow/tfjs-core';
import type { WasmKernels } from './wasm-kernels.ts';

/** Edges by destination, as int32 tensors. */
export interface EdgeTensors {
  /** [R + 1] */
  readonly start: tf.Tensor1D;
  /** [edges] */
  readonly source: tf.Tensor1D;
  /** [G + 1] first row of each graph, and R */
  readonly firstRow: tf.Tensor1D;
  /** Rows of the largest graph. */
  readonly largest: number;
}

export interface AttentionSizes {
  readonly heads: number;
  readonly units: number;
  /** Of the LeakyReLU on the logits. */
  readonly slope: number;
}

export interface AttentionPass {
  /** [R, H U] */
  readonly output: tf.Tensor2D;
  /** [edges, H] a(u -> v) */
  readonly attention: tf.Tensor2D;
  /** [edges, H] of the LeakyReLU on the logits */
  readonly derivatives: tf.Tensor2D;
}

/**
 * @param f     [R, H U]
 * @param attnL [1, H, U] of the source node
 * @param attnR [1, H, U] of the destination node
 * @param bias  [H U]
 */
export function attention(
  kernels: WasmKernels,
  f: tf.Tensor2D,
  attnL: tf.Tensor3D,
  attnR: tf.Tensor3D,
  bias: tf.Tensor1D,
  { start, source }: EdgeTensors,
  { heads, units, slope }: AttentionSizes,
): AttentionPass {
  const [rows, width] = f.shape;
  const edges = source.size;
  const output = kernels.output<tf.Tensor2D>([rows, width]);
  const weights = kernels.output<tf.Tensor2D>([edges, heads]);
  const derivatives = kernels.output<tf.Tensor2D>([edges, heads]);
  const logits = kernels.scratch(4 * rows * 2 * heads);
  const at = (tensor: tf.Tensor): number => kernels.address(tensor);
  kernels.run(
    'attentionLogits',
    2 * rows * width,
    ...[at(f), at(attnL), at(attnR), logits, rows, heads, units],
  );
  kernels.run(
    'attend',
    edges * width,
    ...[at(f), logits, at(bias), at(start), at(source)],
    ...[at(weights), at(derivatives), at(output), rows, heads, units, slope],
  );
  return { output, attention: weights, derivatives };
}

/**
 * @param dy [R, H U]
 * @returns  gradients of f [R, H U], attnL and attnR [1, H, U]
 */
export function attentionBackward(
  kernels: WasmKernels,
  f: tf.Tensor2D,
  attnL: tf.Tensor3D,
  attnR: tf.Tensor3D,
  { start, source, firstRow }: EdgeTensors,
  pass: Omit<AttentionPass, 'output'>,
  dy: tf.Tensor2D,
): [tf.Tensor2D, tf.Tensor3D, tf.Tensor3D] {
  const [rows, width] = f.shape;
  const [, heads, units] = attnL.shape;
  const dF = kernels.output<tf.Tensor2D>([rows, width]);
  const dL = kernels.output<tf.Tensor3D>(attnL.shape);
  const dR = kernels.output<tf.Tensor3D>(attnR.shape);
  const dLogitBytes = 4 * rows * 2 * heads;
  const dLogits = kernels.scratch(dLogitBytes + 16 + 16 * width);
  const sums = Math.ceil((dLogits + dLogitBytes) / 16) * 16;
  const at = (tensor: tf.Tensor): number => kernels.address(tensor);
  kernels.run(
    'attendBackward',
    2 * source.size * width,
    ...[at(f), at(attnL), at(attnR), at(start), at(source), at(pass.attention)],
    ...[at(pass.derivatives), at(dy), at(dF), dLogits, at(firstRow)],
    ...[firstRow.size - 1, heads, units],
  );
  kernels.run(
    'attentionVectorsBackward',
    2 * rows * width,
    ...[at(f), dLogits, at(dL), at(dR), sums, rows, heads, units],
  );
  return [dF, dL, dR];
}

/**
 * D^-1/2 A D^-1/2 x
 *
 * @param x [R, F]
 * @returns [R, F]
 */
export function aggregation(
  kernels: WasmKernels,
  x: tf.Tensor2D,
  { start, source }: EdgeTensors,
): tf.Tensor2D {
  const [rows, width] = x.shape;
  const output = kernels.output<tf.Tensor2D>([rows, width]);
  kernels.run(
    'aggregate',
    source.size * width,
    ...[x, start, source, output].map((tensor) => kernels.address(tensor)),
    rows,
    width,
  );
  return output;
}
