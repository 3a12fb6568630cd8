/**
 * A graph network in train mode on WASM: all its layers are one operation of the tape, and one kernel
 * each way. A step has four such networks of four layers; what TensorFlow.js keeps per operation, and
 * waking the threads for each kernel, would cost as much as a small layer.
 */
import { gatBackward, gatForward, type LayerParameters } from '../kernels/gat-training.ts';
import type { WasmKernels } from '../kernels/wasm-kernels.ts';
import { LEAKY_SLOPE, runningOptions } from './batch-norm.ts';
import { ATTENTION_SLOPE } from './graph-attention.ts';
import { edgesFor, type NodeGraph } from './node-graph.ts';
import type { Parameters } from './parameters.ts';
import type * as tf from './tf.ts';
import { withGradient } from './with-gradient.ts';

/**
 * Attention, BatchNorm and LeakyReLU, layer after layer.
 *
 * @param x [R, in] unitless
 * @returns [R, heads x units]
 */
export function trainGatLayers(
  kernels: WasmKernels,
  parameters: Parameters,
  name: string,
  x: tf.Tensor2D,
  graph: NodeGraph,
  layers: number,
): tf.Tensor2D {
  const names = Array.from({ length: layers }, (_, layer) => `${name}.gnn.${layer}`);
  const blocks = names.map((block) => blockOf(parameters, block));
  const inputs = blocks.flatMap(({ weight, attnL, attnR, bias, gamma, beta }) => [
    ...[weight, attnL, attnR, bias, gamma, beta],
  ]);
  const of = { edges: edgesFor(graph, 'wasm'), shares: graph.shares.column };
  return withGradient<tf.Tensor2D>([x, ...inputs], (save) => {
    const running = names.map((block) => ({
      runningMean: parameters.get<tf.Tensor1D>(`${block}.normalization.running_mean`),
      runningVariance: parameters.get<tf.Tensor1D>(`${block}.normalization.running_var`),
    }));
    const trained = blocks.map((block, i) => ({ ...block, ...running[i]! }));
    const options = { slope: ATTENTION_SLOPE, leakySlope: LEAKY_SLOPE };
    const { y, kept, moved } = gatForward(kernels, x, trained, of, {
      ...options,
      ...runningOptions(graph.shares.count),
    });
    moved.forEach(({ mean, variance }, i) => {
      parameters.replace(`${names[i]}.normalization.running_mean`, mean);
      parameters.replace(`${names[i]}.normalization.running_var`, variance);
    });
    // parameters and graph outlive the step
    save([x, y, kept]);
    return {
      value: y,
      gradient: (dy, saved) => {
        const [x0, y0, kept0] = saved as [tf.Tensor2D, tf.Tensor2D, tf.Tensor1D];
        const pass = { y: y0, kept: kept0 };
        const gradients = gatBackward(kernels, x0, blocks, of, pass, dy, LEAKY_SLOPE);
        return [gradients.dX, ...gradients.layers.flat()];
      },
    };
  });
}

function blockOf(parameters: Parameters, name: string): LayerParameters {
  const get = <T extends tf.Tensor>(part: string): T => parameters.get<T>(`${name}.${part}`);
  return {
    weight: get('gnn.fc.weight'),
    attnL: get('gnn.attn_l'),
    attnR: get('gnn.attn_r'),
    bias: get('gnn.bias'),
    gamma: get('normalization.weight'),
    beta: get('normalization.bias'),
  };
}
