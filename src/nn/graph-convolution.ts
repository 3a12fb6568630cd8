/**
 * GraphConv with norm = both, as DGL computes it: y = D^-1/2 A D^-1/2 x W + b, self loops in A
 * (Kipf & Welling 2017, eq. (2)).
 *
 * As the authors' code: it ends the graph networks of the decoders; the paper does not mention it.
 */
import { aggregation } from '../kernels/attention-kernels.ts';
import { sumOverRows } from '../kernels/webgpu-columns.ts';
import * as webgpuEdges from '../kernels/webgpu-edges.ts';
import { viewFloats } from './host-memory.ts';
import { xavierUniform, zeros } from './initialisers.ts';
import { edgesFor, type NodeGraph } from './node-graph.ts';
import type { NodeLayout } from './node-layout.ts';
import type { ParameterSpec, Parameters } from './parameters.ts';
import { addBias, affine, multiply } from './products.ts';
import { byBackend } from './routine.ts';
import * as tf from './tf.ts';
import { withGradient } from './with-gradient.ts';

/**
 * Weight [in, out], Xavier uniform as DGL draws it, and bias [out], zeros.
 *
 * @param inputs  in
 * @param outputs out
 */
export function graphConvolutionSpecs(
  name: string,
  inputs: number,
  outputs: number,
): ParameterSpec[] {
  return [
    {
      name: `${name}.weight`,
      shape: [inputs, outputs],
      initialise: xavierUniform(inputs, outputs),
    },
    { name: `${name}.bias`, shape: [outputs], initialise: zeros },
  ];
}

/**
 * D^-1/2 A D^-1/2 x W + b, Kipf & Welling 2017, eq. (2), before the nonlinearity.
 *
 * @param x [R, in] unitless
 * @returns [R, out]
 */
export function graphConvolution(
  parameters: Parameters,
  name: string,
  x: tf.Tensor2D,
  graph: NodeGraph,
): tf.Tensor2D {
  const weight = parameters.get<tf.Tensor2D>(`${name}.weight`);
  const bias = parameters.get<tf.Tensor1D>(`${name}.bias`);
  const [inputs, outputs] = weight.shape;
  // product and aggregation commute: aggregate on the narrower side
  if (inputs < outputs) return affine(aggregate(x, graph), weight, bias);
  return aggregateAndBias(multiply(x, weight), bias, graph);
}

const aggregateAndBias = byBackend({
  cpu: (x: tf.Tensor2D, bias: tf.Tensor1D, graph: NodeGraph) => addBias(aggregate(x, graph), bias),
  wasm: 'as cpu',
  webgpu: (kernels, x, bias, graph) => {
    const edges = edgesFor(graph, 'webgpu');
    return withGradient<tf.Tensor2D>([x, bias], () => ({
      value: webgpuEdges.aggregation(kernels, x, bias, edges),
      gradient: (dy) => [
        webgpuEdges.aggregation(kernels, dy, null, edges),
        sumOverRows(kernels, dy),
      ],
    }));
  },
});

/**
 * D^-1/2 A D^-1/2 x, Kipf & Welling 2017, eq. (2). The matrix is symmetric, so the gradient is the
 * same operation.
 *
 * @param x [R, F] unitless
 * @returns [R, F]
 */
export function aggregate(x: tf.Tensor2D, graph: NodeGraph): tf.Tensor2D {
  return withGradient([x], () => ({
    value: neighbourSums(x, graph),
    gradient: (dy) => [neighbourSums(dy, graph)],
  }));
}

const neighbourSums = byBackend({
  cpu: (x: tf.Tensor2D, graph: NodeGraph) =>
    tf.tensor2d(aggregateLoops(viewFloats(x), x.shape[1], graph), x.shape),
  wasm: (kernels, x, graph) => aggregation(kernels, x, edgesFor(graph, 'wasm')),
  webgpu: (kernels, x, graph) =>
    webgpuEdges.aggregation(kernels, x, null, edgesFor(graph, 'webgpu')),
});

function aggregateLoops(x: Float32Array, width: number, graph: NodeLayout): Float32Array {
  const { rows, edgeStart, edgeSource } = graph;
  const sums = new Float32Array(rows * width);
  const degree = (row: number): number => edgeStart[row + 1]! - edgeStart[row]!;
  for (let v = 0; v < rows; v++) {
    for (let e = edgeStart[v]!; e < edgeStart[v + 1]!; e++) {
      const u = edgeSource[e]!;
      const factor = 1 / Math.sqrt(degree(v) * degree(u));
      for (let k = 0; k < width; k++) sums[v * width + k]! += factor * x[u * width + k]!;
    }
  }
  return sums;
}
