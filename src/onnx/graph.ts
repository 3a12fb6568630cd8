/**
 * A graph of ONNX, written operation by operation. A value is known by its name; sums, products and
 * comparisons broadcast.
 */
import {
  type Attribute,
  DATA_TYPES,
  type DataType,
  type GraphNode,
  type Initialiser,
  type OnnxGraph,
  OPSET,
  type TensorInfo,
  type TensorValues,
} from './model-proto.ts';

/** Name of what an operation gives. */
export type Value = string & { readonly of: 'graph' };

export interface GraphBuilder {
  input(name: string, type: DataType, shape: TensorInfo['shape']): Value;
  /** Row-major, in the precision of the graph. */
  reals(values: ArrayLike<number>, shape: readonly number[]): Value;
  doubles(values: ArrayLike<number>): Value;
  ints(values: ArrayLike<number>): Value;
  int32(values: Int32Array): Value;
  scalar(value: number): Value;
  /** Any operation of opset 17 with one output. */
  op(name: string, inputs: readonly Value[], attributes?: Record<string, Attribute>): Value;
  add(a: Value, b: Value): Value;
  sub(a: Value, b: Value): Value;
  mul(a: Value, b: Value): Value;
  matMul(a: Value, b: Value): Value;
  exp(x: Value): Value;
  /** `real` is the precision of the graph. */
  cast(x: Value, type: DataType | 'real'): Value;
  leakyRelu(x: Value, slope: number): Value;
  unsqueeze(x: Value, ...axes: number[]): Value;
  /** Sum over axes, which are gone. */
  sum(x: Value, ...axes: number[]): Value;
  /** The last axis in parts of these sizes. */
  split(x: Value, sizes: readonly number[]): Value[];
  /** The last two axes the other way around. @param rank of x */
  transpose(x: Value, rank: number): Value;
  /** [..., depth], 1 at the place that an index says; indices are not negative. */
  oneHot(index: Value, depth: Value): Value;
  /** Values by index: rows of a table, or one axis of a tensor. */
  gather(table: Value, index: Value, axis?: number): Value;
  /** Where a condition holds, one value, else another. */
  where(condition: Value, yes: Value, no: Value): Value;
  output(name: string, value: Value, shape: TensorInfo['shape']): void;
  finish(name: string, says: string): OnnxGraph;
}

/** @param precision of what is computed; inputs and outputs are float32 in any case */
export function createGraph(precision: 'float' | 'double' = 'float'): GraphBuilder {
  const inputs: TensorInfo[] = [];
  const outputs: TensorInfo[] = [];
  const nodes: GraphNode[] = [];
  const initialisers: Initialiser[] = [];
  let named = 0;
  const next = (): Value => `v${named++}` as Value;
  const keep = (values: TensorValues, shape: readonly number[]): Value => {
    const name = next();
    initialisers.push({ name, shape, values });
    return name;
  };
  const ints = (values: ArrayLike<number>): Value =>
    keep(BigInt64Array.from(Array.from(values, BigInt)), [values.length]);
  const op: GraphBuilder['op'] = (name, given, attributes = {}) => {
    const output = next();
    nodes.push({ op: name, inputs: given, outputs: [output], attributes });
    return output;
  };
  const Reals = precision === 'float' ? Float32Array : Float64Array;
  const scalar = (value: number): Value => keep(Reals.of(value), []);
  const cast: GraphBuilder['cast'] = (x, type) =>
    op('Cast', [x], { to: { int: DATA_TYPES[type === 'real' ? precision : type] } });
  return {
    input(name, type, shape) {
      inputs.push({ name, type, shape });
      return type === 'float' && precision === 'double'
        ? cast(name as Value, 'real')
        : (name as Value);
    },
    reals: (values, shape) => keep(Reals.from(values), shape),
    doubles: (values) => keep(Float64Array.from(values), [values.length]),
    ints,
    int32: (values) => keep(values, [values.length]),
    scalar,
    op,
    add: (a, b) => op('Add', [a, b]),
    sub: (a, b) => op('Sub', [a, b]),
    mul: (a, b) => op('Mul', [a, b]),
    matMul: (a, b) => op('MatMul', [a, b]),
    exp: (x) => op('Exp', [x]),
    cast,
    // onnxruntime has LeakyRelu for float32 alone
    leakyRelu: (x, slope) =>
      precision === 'float'
        ? op('LeakyRelu', [x], { alpha: { float: slope } })
        : op('Max', [x, op('Mul', [x, scalar(slope)])]),
    unsqueeze: (x, ...axes) => op('Unsqueeze', [x, ints(axes)]),
    sum: (x, ...axes) => op('ReduceSum', [x, ints(axes)], { keepdims: { int: 0 } }),
    split(x, sizes) {
      const parts = sizes.map(next);
      const attributes = { axis: { int: -1 } };
      nodes.push({ op: 'Split', inputs: [x, ints(sizes)], outputs: parts, attributes });
      return parts;
    },
    transpose(x, rank) {
      const axes = Array.from({ length: rank }, (_, axis) => axis);
      axes.push(axes.splice(rank - 2, 1)[0]!);
      return op('Transpose', [x], { perm: { ints: axes } });
    },
    oneHot(index, depth) {
      // nor OneHot for float64
      const values = keep(Float32Array.of(0, 1), [2]);
      return cast(op('OneHot', [index, depth, values], { axis: { int: -1 } }), 'real');
    },
    gather: (table, index, axis = 0) => op('Gather', [table, index], { axis: { int: axis } }),
    where: (condition, yes, no) => op('Where', [condition, yes, no]),
    output(name, value, shape) {
      const attributes = { to: { int: DATA_TYPES.float } };
      nodes.push({ op: 'Cast', inputs: [value], outputs: [name], attributes });
      outputs.push({ name, type: 'float', shape });
    },
    finish: (name, says) => ({
      name,
      says: `${says} (opset ${OPSET})`,
      inputs,
      outputs,
      nodes,
      initialisers,
    }),
  };
}
