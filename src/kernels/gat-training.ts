/** A graph network in train mode on the WASM backend: all layers by one kernel, and by one back. */
import type * as tf from '@tensorflow/tfjs-core';
import type { EdgeTensors } from './attention-kernels.ts';
import { productScratchBytes } from './matrix-kernels.ts';
import type { WasmKernels } from './wasm-kernels.ts';

/** What is moved in a layer. */
export interface LayerParameters {
  /** [H U, in] */
  readonly weight: tf.Tensor2D;
  /** [1, H, U] */
  readonly attnL: tf.Tensor3D;
  readonly attnR: tf.Tensor3D;
  /** [H U] */
  readonly bias: tf.Tensor1D;
  readonly gamma: tf.Tensor1D;
  readonly beta: tf.Tensor1D;
}

export interface TrainedLayer extends LayerParameters {
  /** [H U] of before */
  readonly runningMean: tf.Tensor1D;
  readonly runningVariance: tf.Tensor1D;
}

export interface NetworkGraph {
  readonly edges: EdgeTensors;
  /** [R, 1] weight of each row in the batch statistics */
  readonly shares: tf.Tensor2D;
}

export interface NetworkOptions {
  /** Of the LeakyReLU on the logits. */
  readonly slope: number;
  /** Of the LeakyReLU behind each layer. */
  readonly leakySlope: number;
  readonly epsilon: number;
  readonly momentum: number;
  /** What the biased variance is multiplied by. */
  readonly unbiased: number;
}

export interface NetworkForward {
  /** [R, H U] */
  readonly y: tf.Tensor2D;
  /** [numbers] what {@link gatBackward} reads of the layers */
  readonly kept: tf.Tensor1D;
  /** [H U] running statistics of each layer after the batch */
  readonly moved: readonly { readonly mean: tf.Tensor1D; readonly variance: tf.Tensor1D }[];
}

const FLOAT = 4;
const DOUBLE = 8;
/** Numbers of a cache line. */
const LINE = 16;
/** Addresses of a layer, as assembly/gat-training.ts. */
const FORWARD_FIELDS = 18;
const BACKWARD_FIELDS = 19;
/** Of the int32 at which parts meet, with what keeps the rest of the scratch aligned. */
const MEETING_BYTES = 64;

const lines = (numbers: number): number => LINE * Math.ceil(numbers / LINE);

interface Sizes {
  readonly rows: number;
  readonly inputs: number;
  readonly heads: number;
  readonly units: number;
  readonly width: number;
  readonly edges: number;
  readonly layers: number;
}

function sizesOf(
  x: tf.Tensor2D,
  layers: readonly LayerParameters[],
  { source }: EdgeTensors,
): Sizes {
  const [rows, inputs] = x.shape;
  const [, heads, units] = layers[0]!.attnL.shape;
  return {
    rows,
    inputs,
    heads,
    units,
    width: heads * units,
    edges: source.size,
    layers: layers.length,
  };
}

/** Where a layer's results lie in {@link NetworkForward.kept}, in bytes; y of the last is elsewhere. */
function placesOf({ rows, width, edges, heads, layers }: Sizes) {
  const [nodes, links, columns] = [lines(rows * width), lines(edges * heads), lines(width)];
  const perLayer = 3 * nodes + 2 * links + 2 * columns;
  return {
    numbers: perLayer * layers,
    of(layer: number, kept: number) {
      const start = kept + FLOAT * perLayer * layer;
      const at = (numbers: number): number => start + FLOAT * numbers;
      return {
        f: start,
        attended: at(nodes),
        y: at(2 * nodes),
        attention: at(3 * nodes),
        derivatives: at(3 * nodes + links),
        mean: at(3 * nodes + 2 * links),
        inverseStd: at(3 * nodes + 2 * links + columns),
      };
    },
  };
}

/** Multiplications of all layers, about. */
const workOf = ({ rows, width, layers }: Sizes): number => layers * rows * width * width;

/** Byte addresses of parts of the kernel's scratch, behind the table. */
function layScratch(
  kernels: WasmKernels,
  fields: number,
  layers: number,
  bytes: readonly number[],
): { readonly table: number; readonly meeting: number; readonly parts: number[] } {
  const tableBytes = FLOAT * LINE * Math.ceil((fields * layers) / LINE);
  const rounded = bytes.map((size) => FLOAT * lines(size / FLOAT));
  const meeting = kernels.scratch(
    MEETING_BYTES + tableBytes + rounded.reduce((sum, size) => sum + size, 0),
  );
  let end = meeting + MEETING_BYTES + tableBytes;
  const parts = rounded.map((size) => {
    end += size;
    return end - size;
  });
  kernels.words(meeting, 1)[0] = 0;
  return { table: meeting + MEETING_BYTES, meeting, parts };
}

/**
 * @param x      [R, in]
 * @param layers each with a BatchNorm and LeakyReLU behind it
 */
export function gatForward(
  kernels: WasmKernels,
  x: tf.Tensor2D,
  layers: readonly TrainedLayer[],
  { edges, shares }: NetworkGraph,
  { slope, leakySlope, epsilon, momentum, unbiased }: NetworkOptions,
): NetworkForward {
  const sizes = sizesOf(x, layers, edges);
  const { rows, inputs, heads, units, width } = sizes;
  const places = placesOf(sizes);
  const kept = kernels.output<tf.Tensor1D>([places.numbers]);
  const y = kernels.output<tf.Tensor2D>([rows, width]);
  const moved = layers.map(() => ({
    mean: kernels.output<tf.Tensor1D>([width]),
    variance: kernels.output<tf.Tensor1D>([width]),
  }));
  const { table, meeting, parts } = layScratch(kernels, FORWARD_FIELDS, layers.length, [
    FLOAT * rows * 2 * heads,
    productScratchBytes(width, Math.max(inputs, width), kernels.parts),
    12 * width,
  ]);
  const at = (tensor: tf.Tensor): number => kernels.address(tensor);
  const keptAt = at(kept);
  const words = kernels.words(table, FORWARD_FIELDS * layers.length);
  let from = at(x);
  layers.forEach((layer, i) => {
    const last = i === layers.length - 1;
    const { y: inner, ...of } = places.of(i, keptAt);
    const to = last ? at(y) : inner;
    words.set(
      [
        ...[from, at(layer.weight), at(layer.attnL), at(layer.attnR)],
        ...[at(layer.bias), at(layer.gamma), at(layer.beta)],
        ...[of.f, of.attention, of.derivatives, of.attended, to, of.mean, of.inverseStd],
        ...[at(layer.runningMean), at(layer.runningVariance)],
        ...[at(moved[i]!.mean), at(moved[i]!.variance)],
      ],
      FORWARD_FIELDS * i,
    );
    from = to;
  });
  kernels.run(
    'gatForward',
    workOf(sizes),
    ...[table, layers.length, rows, inputs, heads, units, at(edges.start), at(edges.source), slope],
    ...[at(shares), epsilon, leakySlope, momentum, 1 - momentum, unbiased, meeting, ...parts],
  );
  return { y, kept, moved };
}

/** Gradients in the shapes of a layer's parameters, in their order. */
type LayerGradients = [
  tf.Tensor2D,
  tf.Tensor3D,
  tf.Tensor3D,
  tf.Tensor1D,
  tf.Tensor1D,
  tf.Tensor1D,
];

/**
 * @param x    [R, in]
 * @param pass of {@link gatForward}
 * @param dy   [R, H U]
 * @returns    gradients of x and of each layer's parameters
 */
export function gatBackward(
  kernels: WasmKernels,
  x: tf.Tensor2D,
  layers: readonly LayerParameters[],
  { edges, shares }: NetworkGraph,
  { y, kept }: Omit<NetworkForward, 'moved'>,
  dy: tf.Tensor2D,
  leakySlope: number,
): { readonly dX: tf.Tensor2D; readonly layers: readonly LayerGradients[] } {
  const sizes = sizesOf(x, layers, edges);
  const { rows, inputs, heads, units, width } = sizes;
  const places = placesOf(sizes);
  const dX = kernels.output<tf.Tensor2D>([rows, inputs]);
  const gradients = layers.map(
    ({ weight, attnL, attnR, bias, gamma, beta }) =>
      [weight, attnL, attnR, bias, gamma, beta].map(({ shape }) =>
        kernels.output(shape),
      ) as LayerGradients,
  );
  // behind attention, behind the linear map, and what a layer is given by the one above
  const rowsOf = kernels.output<tf.Tensor1D>([3 * lines(rows * width)]);
  const deepest = Math.max(inputs, width);
  const { table, meeting, parts } = layScratch(kernels, BACKWARD_FIELDS, layers.length, [
    FLOAT * rows * 2 * heads,
    productScratchBytes(deepest, width, kernels.parts),
    productScratchBytes(deepest, rows, kernels.parts),
    5 * DOUBLE * width,
  ]);
  const at = (tensor: tf.Tensor): number => kernels.address(tensor);
  const [keptAt, dAttended] = [at(kept), at(rowsOf)];
  const [dF, given] = [1, 2].map((i) => dAttended + i * FLOAT * lines(rows * width));
  const words = kernels.words(table, BACKWARD_FIELDS * layers.length);
  layers.forEach((layer, i) => {
    const of = places.of(i, keptAt);
    words.set(
      [
        i === 0 ? at(x) : places.of(i - 1, keptAt).y,
        ...[at(layer.weight), at(layer.attnL), at(layer.attnR), at(layer.gamma)],
        ...[of.f, of.attention, of.derivatives, of.attended],
        i === layers.length - 1 ? at(y) : of.y,
        ...[of.mean, of.inverseStd, i === 0 ? at(dX) : given!],
        ...gradients[i]!.map(at),
      ],
      BACKWARD_FIELDS * i,
    );
  });
  kernels.run(
    'gatBackward',
    2 * workOf(sizes),
    ...[table, layers.length, rows, inputs, heads, units, at(edges.start), at(edges.source)],
    ...[at(edges.firstRow), edges.firstRow.size - 1, at(shares), leakySlope, at(dy)],
    ...[dAttended, dF!, meeting, ...parts],
  );
  rowsOf.dispose();
  return { dX, layers: gradients };
}
