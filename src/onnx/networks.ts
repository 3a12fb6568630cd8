/**
 * The networks of TraceVAE as operations of ONNX, in eval mode: Linear, MLP, the dense graph network
 * and the log-density of the flow. BatchNorm is folded into the product before it.
 */
import { standardLogDensity } from '../base/log-densities.ts';
import { LEAKY_SLOPE } from '../nn/batch-norm.ts';
import { ATTENTION_SLOPE } from '../nn/graph-attention.ts';
import { hiddenName } from '../nn/layers.ts';
import { factoriseArrays } from '../nn/log-det.ts';
import { actNormName, couplingName, matrixName, SCALE_BIAS } from '../nn/real-nvp.ts';
import type { GraphBuilder, Value } from './graph.ts';
import { columnsOf, type Matrix, rowsOf, type Weights } from './weights.ts';

const constant = (graph: GraphBuilder, { rows, columns, data }: Matrix): Value =>
  graph.reals(data, [rows, columns]);

/** x W^T + b of [.., in]. */
export function linear(graph: GraphBuilder, weights: Weights, name: string, x: Value): Value {
  const bias = weights.values(`${name}.bias_store.value`);
  const weight = constant(graph, weights.transposed(`${name}.weight_store.value`));
  return graph.add(graph.matMul(x, weight), graph.reals(bias, [bias.length]));
}

/** Hidden layers, and where `output` says so a Linear behind them. @param x [.., in] */
export function mlp(
  graph: GraphBuilder,
  weights: Weights,
  name: string,
  x: Value,
  { hidden, output }: { readonly hidden: number; readonly output: boolean },
): Value {
  const unwrapped = hidden === 1 && !output;
  let h = x;
  for (let layer = 0; layer < hidden; layer++) {
    const { scale, shift } = weights.affine(hiddenName(name, layer, unwrapped, 1));
    const weight = weights.transposed(
      `${hiddenName(name, layer, unwrapped, 0)}.weight_store.value`,
    );
    const scaled = columnsOf(weight, 0, weight.columns, (k) => scale[k]!);
    const product = graph.matMul(h, constant(graph, scaled));
    h = graph.leakyRelu(graph.add(product, graph.reals(shift, [shift.length])), LEAKY_SLOPE);
  }
  return output ? linear(graph, weights, `${name}.wrapped.${hidden}`, h) : h;
}

/** Who hears whom among the nodes of a trace: [.., N, N], self loops included. */
export interface Neighbours {
  /** bool */
  readonly linked: Value;
  /** D^-1/2 A D^-1/2 */
  readonly normalised: Value;
}

/** A part of the nodes' features [.., N, width]; parts broadcast, and stand one after the other. */
export interface FeaturePart {
  readonly value: Value;
  readonly width: number;
}

export interface GatShape {
  readonly layers: number;
  readonly heads: number;
  readonly units: number;
  /** Whether a GraphConv ends the network. */
  readonly output: boolean;
  /** Of the nodes' features: 3 for [B, N, F], 4 for [B, L, N, F]. */
  readonly rank: number;
}

/** Below any logit: its exp is 0, so that a node hears its neighbours alone. */
const NOT_LINKED = -1e9;

/**
 * Layers of LeakyReLU(BatchNorm(attention)), a head by itself, and the GraphConv that may end them.
 *
 * The attention logits are linear in a layer's input, <W x, a> = <W^T a, x>, so they take one column
 * per head.
 *
 * @returns [.., N, heads x units], or [.., N, outputs] behind a GraphConv
 */
export function gatNetwork(
  graph: GraphBuilder,
  weights: Weights,
  name: string,
  parts: readonly FeaturePart[],
  { linked, normalised }: Neighbours,
  { layers, heads, units, output, rank }: GatShape,
): Value {
  const far = graph.scalar(NOT_LINKED);
  let h = parts;
  for (let layer = 0; layer < layers; layer++) {
    const block = `${name}.gnn.${layer}`;
    const weight = weights.transposed(`${block}.gnn.fc.weight`);
    const [left, right] = ['attn_l', 'attn_r'].map((of) => weights.values(`${block}.gnn.${of}`));
    const bias = weights.values(`${block}.gnn.bias`);
    const { scale, shift } = weights.affine(`${block}.normalization`);
    const attended = Array.from({ length: heads }, (_, head) => {
      const from = head * units;
      const own = columnsOf(weight, from, from + units, (k) => scale[k]!);
      const toSource = attentionColumn(weight, left!, from, units);
      const toTarget = attentionColumn(weight, right!, from, units);
      const source = graph.transpose(productOf(graph, h, toSource), rank);
      const logits = graph.leakyRelu(
        graph.add(productOf(graph, h, toTarget), source),
        ATTENTION_SLOPE,
      );
      const shares = graph.op('Softmax', [graph.where(linked, logits, far)], { axis: { int: -1 } });
      return graph.matMul(shares, productOf(graph, h, own));
    });
    const behind = Float64Array.from(shift, (s, k) => s + bias[k]! * scale[k]!);
    const joined = heads === 1 ? attended[0]! : graph.op('Concat', attended, { axis: { int: -1 } });
    const value = graph.leakyRelu(
      graph.add(joined, graph.reals(behind, [behind.length])),
      LEAKY_SLOPE,
    );
    h = [{ value, width: heads * units }];
  }
  if (!output) return h[0]!.value;
  const last = `${name}.gnn.${layers}.gnn`;
  const weight = weights.matrix(`${last}.weight`);
  const bias = weights.values(`${last}.bias`);
  const product = graph.matMul(normalised, graph.matMul(h[0]!.value, constant(graph, weight)));
  return graph.add(product, graph.reals(bias, [bias.length]));
}

/** W^T a of one head: [in, 1]. */
function attentionColumn(
  weight: Matrix,
  vector: Float32Array,
  from: number,
  units: number,
): Matrix {
  const { rows, columns, data } = weight;
  const out = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    for (let k = from; k < from + units; k++) out[i]! += data[i * columns + k]! * vector[k]!;
  }
  return { rows, columns: 1, data: out };
}

/** Of parts that would be too large side by side. */
function productOf(graph: GraphBuilder, parts: readonly FeaturePart[], weight: Matrix): Value {
  let from = 0;
  const products = parts.map(({ value, width }) => {
    from += width;
    return graph.matMul(value, constant(graph, rowsOf(weight, from - width, from)));
  });
  return products.reduce((sum, product) => graph.add(sum, product));
}

/**
 * log p(z) under the flow prior. @param z [.., K] @returns [..], as many axes as z less one
 *
 * @param rank of z
 */
export function flowLogProb(
  graph: GraphBuilder,
  weights: Weights,
  name: string,
  z: Value,
  { size, levels, rank }: { readonly size: number; readonly levels: number; readonly rank: number },
): Value {
  const kept = Math.floor(size / 2);
  let x = z;
  let constants = size * standardLogDensity(0);
  const logDets: Value[] = [];
  for (let level = 0; level < levels; level++) {
    const preScale = weights.values(`${actNormName(name, level)}.pre_scale`);
    const bias = weights.values(`${actNormName(name, level)}.bias`);
    constants += preScale.reduce((sum, value) => sum + value, 0);
    const shifted = graph.add(x, graph.reals(bias, [size]));
    x = graph.mul(shifted, graph.reals(preScale.map(Math.exp), [size]));

    const coupling = couplingName(name, level);
    const [first, second] = graph.split(x, [kept, size - kept]);
    const hidden = graph.leakyRelu(
      linear(graph, weights, `${coupling}.shared.0`, first!),
      LEAKY_SLOPE,
    );
    const shift = linear(graph, weights, `${coupling}.branches.0`, hidden);
    const logit = graph.add(
      linear(graph, weights, `${coupling}.branches.1`, hidden),
      graph.scalar(SCALE_BIAS),
    );
    const changed = graph.mul(graph.add(second!, shift), graph.op('Sigmoid', [logit]));
    logDets.push(graph.sum(logSigmoid(graph, logit), rank - 1));

    const matrix = weights.matrix(matrixName(name, level));
    constants += factoriseArrays(Float32Array.from(matrix.data), 1, size).logAbsDet[0]!;
    x = graph.matMul(
      graph.op('Concat', [first!, changed], { axis: { int: -1 } }),
      constant(graph, weights.transposed(matrixName(name, level))),
    );
  }
  const squares = graph.mul(graph.sum(graph.mul(x, x), rank - 1), graph.scalar(-0.5));
  const sum = logDets.reduce((total, part) => graph.add(total, part), squares);
  return graph.add(sum, graph.scalar(constants));
}

/**
 * log sigmoid(x) = min(x, 0) - log(1 + exp(-|x|)), where log(1 + e) is 2 atanh(e / (2 + e)): ONNX has
 * no log1p, and 1 + e would lose the digits of a small e.
 */
export function logSigmoid(graph: GraphBuilder, x: Value): Value {
  const small = graph.exp(graph.op('Neg', [graph.op('Abs', [x])]));
  const ratio = graph.op('Div', [small, graph.add(small, graph.scalar(2))]);
  const log1p = graph.mul(graph.op('Atanh', [ratio]), graph.scalar(2));
  return graph.sub(graph.op('Min', [x, graph.scalar(0)]), log1p);
}

/** A sample of q and its log q: noise is the same for every row. */
export interface Sample {
  /** [B, L, K] */
  readonly value: Value;
  /** [B, L] */
  readonly logQ: Value;
}

/**
 * Mean + std noise, with log q of each sample.
 *
 * @param mean  [B, 1, K], as log std
 * @param noise [L, K] standard normal
 */
export function sampleOf(
  graph: GraphBuilder,
  mean: Value,
  logStd: Value,
  noise: Float32Array,
  size: number,
): Sample {
  const samples = noise.length / size;
  const logDensity = new Float64Array(samples);
  noise.forEach((epsilon, i) => {
    logDensity[Math.floor(i / size)]! += standardLogDensity(epsilon);
  });
  const drawn = graph.reals(noise, [1, samples, size]);
  return {
    value: graph.add(mean, graph.mul(graph.exp(logStd), drawn)),
    logQ: graph.sub(graph.reals(logDensity, [1, samples]), graph.sum(logStd, 2)),
  };
}

/** A value within bounds, either of which may be infinite. */
export function clip(graph: GraphBuilder, x: Value, min: number, max: number): Value {
  const above = graph.op('Max', [x, graph.scalar(min)]);
  return max === Number.POSITIVE_INFINITY ? above : graph.op('Min', [above, graph.scalar(max)]);
}
