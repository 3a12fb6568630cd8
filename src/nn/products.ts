/**
 * Matrix products whose gradients are fast on WASM: there a product with a transpose flag is 10 to
 * 20 times slower than a transpose followed by a plain product, and a sum over axis 0 is 30 times
 * slower than a product with ones. Stock gradients use both.
 */
import * as matrixKernels from '../kernels/matrix-kernels.ts';
import * as webgpuColumns from '../kernels/webgpu-columns.ts';
import * as webgpuMatrix from '../kernels/webgpu-matrix.ts';
import { byBackend } from './routine.ts';
import * as tf from './tf.ts';
import { withGradient } from './with-gradient.ts';

const matrixOf = ({ tensor, transposed }: matrixKernels.MatrixView): tf.Tensor2D =>
  transposed ? tf.transpose(tensor) : tensor;

/**
 * 1ᵀ x
 *
 * @param x [R, F]
 * @returns [1, F] sum over rows, in the unit of x
 */
export const sumRows = byBackend({
  cpu: (x: tf.Tensor2D): tf.Tensor2D => tf.matMul(tf.ones([1, x.shape[0]]), x),
  wasm: (kernels, x) => tf.reshape(matrixKernels.sumOverRows(kernels, x), [1, -1]),
  webgpu: (kernels, x) => tf.reshape(webgpuColumns.sumOverRows(kernels, x), [1, -1]),
});

/** The same as [F]. */
export const columnSums = byBackend({
  cpu: (x: tf.Tensor2D): tf.Tensor1D => tf.reshape(sumRows(x), [-1]),
  wasm: matrixKernels.sumOverRows,
  webgpu: webgpuColumns.sumOverRows,
});

/** Which of the two factors of a product are read transposed. */
interface Transposed {
  readonly a?: boolean;
  readonly b?: boolean;
}

/** a b, either transposed; never differentiated itself, and so for gradients written by hand. */
export function product(a: tf.Tensor2D, b: tf.Tensor2D, of: Transposed = {}): tf.Tensor2D {
  const left = { tensor: a, transposed: of.a === true };
  const right = { tensor: b, transposed: of.b === true };
  return productOfViews(left, right);
}

const productOfViews = byBackend({
  cpu: (a: matrixKernels.MatrixView, b: matrixKernels.MatrixView): tf.Tensor2D =>
    tf.matMul(matrixOf(a), matrixOf(b)),
  wasm: matrixKernels.product,
  webgpu: webgpuMatrix.product,
});

/**
 * x Wᵀ, the weight stored as PyTorch stores it.
 *
 * @param x      [R, in]
 * @param weight [out, in]
 * @returns      [R, out]
 */
export function multiplyTransposed(x: tf.Tensor2D, weight: tf.Tensor2D): tf.Tensor2D {
  return withGradient([x, weight], (save) => {
    save([x, weight]);
    return {
      value: product(x, weight, { b: true }),
      gradient: (dy, [input, w]) => [
        product(dy, w as tf.Tensor2D),
        product(dy, input as tf.Tensor2D, { a: true }),
      ],
    };
  });
}

/**
 * x W.
 *
 * @param x      [R, in]
 * @param weight [in, out]
 * @returns      [R, out]
 */
export function multiply(x: tf.Tensor2D, weight: tf.Tensor2D): tf.Tensor2D {
  return withGradient([x, weight], (save) => {
    save([x, weight]);
    return {
      value: product(x, weight),
      gradient: (dy, [input, w]) => [
        product(dy, w as tf.Tensor2D, { b: true }),
        product(input as tf.Tensor2D, dy, { a: true }),
      ],
    };
  });
}

/**
 * x Wᵀ + b, the weight stored as PyTorch stores it.
 *
 * @param x      [R, in]
 * @param weight [out, in]
 * @param bias   [out]
 * @returns      [R, out]
 */
export const affineTransposed = byBackend({
  cpu: (x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor1D) =>
    addBias(multiplyTransposed(x, weight), bias),
  wasm: (kernels, x, weight, bias) =>
    withGradient<tf.Tensor2D>([x, weight, bias], (save) => {
      save([x, weight]);
      const [left, right] = [{ tensor: x }, { tensor: weight, transposed: true }];
      return {
        value: matrixKernels.product(kernels, left, right, bias),
        gradient: (dy, [input, w]) => [
          product(dy, w as tf.Tensor2D),
          product(dy, input as tf.Tensor2D, { a: true }),
          matrixKernels.sumOverRows(kernels, dy),
        ],
      };
    }),
  webgpu: (kernels, x, weight, bias) =>
    withGradient<tf.Tensor2D>([x, weight, bias], (save) => {
      save([x, weight]);
      const [left, right] = [{ tensor: x }, { tensor: weight, transposed: true }];
      return {
        value: webgpuMatrix.product(kernels, left, right, bias),
        gradient: (dy, [input, w]) => [
          product(dy, w as tf.Tensor2D),
          product(dy, input as tf.Tensor2D, { a: true }),
          webgpuColumns.sumOverRows(kernels, dy),
        ],
      };
    }),
});

/**
 * x W + b.
 *
 * @param x      [R, in]
 * @param weight [in, out]
 * @param bias   [out]
 * @returns      [R, out]
 */
export const affine = byBackend({
  cpu: (x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor1D) =>
    addBias(multiply(x, weight), bias),
  wasm: (kernels, x, weight, bias) =>
    withGradient<tf.Tensor2D>([x, weight, bias], (save) => {
      save([x, weight]);
      return {
        value: matrixKernels.product(kernels, { tensor: x }, { tensor: weight }, bias),
        gradient: (dy, [input, w]) => [
          product(dy, w as tf.Tensor2D, { b: true }),
          product(input as tf.Tensor2D, dy, { a: true }),
          matrixKernels.sumOverRows(kernels, dy),
        ],
      };
    }),
  webgpu: (kernels, x, weight, bias) =>
    withGradient<tf.Tensor2D>([x, weight, bias], (save) => {
      save([x, weight]);
      return {
        value: webgpuMatrix.product(kernels, { tensor: x }, { tensor: weight }, bias),
        gradient: (dy, [input, w]) => [
          product(dy, w as tf.Tensor2D, { b: true }),
          product(input as tf.Tensor2D, dy, { a: true }),
          webgpuColumns.sumOverRows(kernels, dy),
        ],
      };
    }),
});

/**
 * x + b, row by row.
 *
 * @param x    [R, F]
 * @param bias [F] in the unit of x
 * @returns    [R, F]
 */
export function addBias(x: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor2D {
  return withGradient([x, bias], () => ({
    value: tf.add(x, bias) as tf.Tensor2D,
    gradient: (dy) => [tf.clone(dy), columnSums(dy)],
  }));
}

/**
 * C x for a constant C: section 4's pooling, dispatching and node embeddings are such products. The
 * gradient for C, which a stock product would compute in vain, is left out.
 *
 * @param constant [M, R]
 * @param x        [R, F]
 * @returns        [M, F]
 */
export function multiplyConstant(constant: tf.Tensor2D, x: tf.Tensor2D): tf.Tensor2D {
  return withGradient([x], (save) => {
    save([constant]);
    return {
      value: product(constant, x),
      gradient: (dy, [c]) => [product(c as tf.Tensor2D, dy, { a: true })],
    };
  });
}

/**
 * e eᵀ for each graph: the logits of p(A_ij | z), eq. (2).
 *
 * As the authors' code: the paper has fully-connected networks decode A and does not say how they
 * end.
 *
 * @param e [B, N, D] an embedding a node, unitless
 * @returns [B, N, N] logits, nats
 */
export function innerProducts(e: tf.Tensor3D): tf.Tensor3D {
  return withGradient([e], (save) => {
    save([e]);
    return {
      value: gramMatrices(e),
      gradient: (dy, [saved]) => [gramBackward(dy, saved as tf.Tensor3D)],
    };
  });
}

const gramMatrices = byBackend({
  cpu: (e: tf.Tensor3D): tf.Tensor3D => tf.matMul(e, tf.transpose(e, [0, 2, 1])),
  wasm: matrixKernels.gramMatrices,
  webgpu: (_kernels, e) => tf.matMul(e, e, false, true),
});

const gramBackward = byBackend({
  cpu: (dy: tf.Tensor3D, e: tf.Tensor3D): tf.Tensor3D =>
    tf.matMul(tf.add(dy, tf.transpose(dy, [0, 2, 1])), e),
  wasm: matrixKernels.gramBackward,
  webgpu: 'as cpu',
});
