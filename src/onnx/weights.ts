/** Stored weights by name, as an export folds them: transposed, and BatchNorm as a scale and a shift. */
import { assert } from '../base/assert.ts';
import type { SavedWeights } from '../detectors/detector.ts';
import { EPSILON } from '../nn/batch-norm.ts';

/** Row-major [rows, columns]. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array | Float64Array;
}

export interface Weights {
  values(name: string): Float32Array;
  /** [first axis, the others] */
  matrix(name: string): Matrix;
  /** x W^T of a Linear is x times this: [in, out]. */
  transposed(name: string): Matrix;
  /** BatchNorm by its running statistics. @returns [F] each */
  affine(name: string): { readonly scale: Float64Array; readonly shift: Float64Array };
}

export function openWeights({ tensors }: SavedWeights): Weights {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const tensor = (name: string) => {
    const found = byName.get(name);
    assert(found !== undefined, `the model lacks ${name}`);
    return found;
  };
  const matrix = (name: string): Matrix => {
    const { shape, data } = tensor(name);
    const rows = shape[0]!;
    return { rows, columns: data.length / rows, data };
  };
  const values = (name: string): Float32Array => tensor(name).data;
  return {
    values,
    matrix,
    transposed: (name) => transposed(matrix(name)),
    affine(name) {
      const [mean, variance] = [values(`${name}.running_mean`), values(`${name}.running_var`)];
      const [gamma, beta] = [values(`${name}.weight`), values(`${name}.bias`)];
      const scale = Float64Array.from(gamma, (g, k) => g / Math.sqrt(variance[k]! + EPSILON));
      return { scale, shift: scale.map((s, k) => beta[k]! - mean[k]! * s) };
    },
  };
}

function transposed({ rows, columns, data }: Matrix): Matrix {
  const out = new Float64Array(data.length);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < columns; k++) out[k * rows + i] = data[i * columns + k]!;
  }
  return { rows: columns, columns: rows, data: out };
}

/** Some columns of a matrix, each times its factor. */
export function columnsOf(
  { rows, columns, data }: Matrix,
  from: number,
  to: number,
  factor: (column: number) => number,
): Matrix {
  const out = new Float64Array(rows * (to - from));
  for (let i = 0; i < rows; i++) {
    for (let k = from; k < to; k++) {
      out[i * (to - from) + k - from] = data[i * columns + k]! * factor(k);
    }
  }
  return { rows, columns: to - from, data: out };
}

/** Some rows of a matrix. */
export const rowsOf = ({ columns, data }: Matrix, from: number, to: number): Matrix => ({
  rows: to - from,
  columns,
  data: data.slice(from * columns, to * columns),
});
