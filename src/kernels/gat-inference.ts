/** A graph network in eval mode on the WASM backend, all layers by one kernel. */
import type * as tf from '@tensorflow/tfjs-core';
import { concatFloats } from '../base/concatenate.ts';
import type { EdgeTensors } from './attention-kernels.ts';
import type { WasmKernels } from './wasm-kernels.ts';

/** Rows and columns of a tile, as assembly/multiply.ts. */
const TILE = { rows: 6, columns: 8 } as const;
/**
 * Rows that go through the layers together, about: many enough for the weights to be read seldom,
 * few enough for products and features of 64 units and 2 heads to stay in a second-level cache.
 */
const ROWS = 192;

/** Of the counter of graphs, with what keeps the rest of the scratch aligned. */
const COUNTER_BYTES = 64;

const roundUp = (n: number, step: number): number => step * Math.ceil(n / step);

export interface InferenceSizes {
  readonly layers: number;
  readonly heads: number;
  readonly units: number;
  /** Of the LeakyReLU on the logits. */
  readonly slope: number;
  /** Of the LeakyReLU behind each layer. */
  readonly leakySlope: number;
}

/** One layer's weights: features, or features and logits, behind a product x Wᵀ. */
export interface PackedLayer {
  /** [columns, depth] row-major */
  readonly weight: Float32Array;
  readonly columns: number;
  /** What the kernel finds behind the weights: scale and shift, or the bias. */
  readonly behind: readonly Float32Array[];
}

/**
 * Parameters as {@link inferGat} reads them, weights in panels of eight columns.
 *
 * @returns [numbers]
 */
export function packLayers(layers: readonly PackedLayer[]): Float32Array {
  return concatFloats(layers.flatMap((layer) => [panelsOf(layer), ...layer.behind]));
}

/** [panels, depth, 8] with zeros beyond the columns. */
function panelsOf({ weight, columns }: PackedLayer): Float32Array {
  const depth = weight.length / columns;
  const panels = new Float32Array(roundUp(columns, TILE.columns) * depth);
  for (let column = 0; column < columns; column++) {
    const inPanel = column % TILE.columns;
    const first = (column - inPanel) * depth + inPanel;
    for (let k = 0; k < depth; k++) {
      panels[first + k * TILE.columns] = weight[column * depth + k]!;
    }
  }
  return panels;
}

/**
 * @param x       [R, in]
 * @param blocks  what {@link packLayers} gave of each attention layer, with scale and shift
 * @param convolution the same of the GraphConv behind them, with its bias; null for none
 * @returns       [R, outputs], or [R, H U] without GraphConv
 */
export function inferGat(
  kernels: WasmKernels,
  x: tf.Tensor2D,
  blocks: tf.Tensor1D,
  convolution: { readonly packed: tf.Tensor1D; readonly outputs: number } | null,
  { start, source, firstRow, largest }: EdgeTensors,
  { layers, heads, units, slope, leakySlope }: InferenceSizes,
): tf.Tensor2D {
  const [rows, inputs] = x.shape;
  const width = heads * units;
  const outputs = convolution?.outputs ?? 0;
  const at = (tensor: tf.Tensor): number => kernels.address(tensor);
  const output = kernels.output<tf.Tensor2D>([rows, outputs === 0 ? width : outputs]);
  const together = Math.max(1, Math.floor(ROWS / largest));
  const most = together * largest;
  const products = roundUp(width + 2 * heads, TILE.columns);
  const perRow = width + Math.max(products, roundUp(outputs, TILE.columns)) + 3 * heads;
  const numbers = TILE.rows * TILE.columns + roundUp(most, TILE.rows) * perRow;
  const next = kernels.scratch(COUNTER_BYTES + kernels.parts * 4 * numbers);
  kernels.doubles(next, 1)[0] = 0;
  kernels.run(
    'inferGat',
    layers * rows * width * width,
    ...[at(x), at(blocks), convolution === null ? 0 : at(convolution.packed), at(output)],
    ...[at(start), at(source), at(firstRow)],
    ...[firstRow.size - 1, inputs, layers, heads, units, outputs, slope, leakySlope],
    ...[together, most, next, next + COUNTER_BYTES],
  );
  return output;
}
