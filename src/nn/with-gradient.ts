/** Operations with a gradient written by hand, and the operation with none. */
import * as tf from './tf.ts';

/**
 * An operation and its vector-Jacobian product.
 *
 * @param inputs  what the gradient is taken for, any shapes
 * @param compute `save` keeps tensors alive for the gradient; plain arrays may be closed over.
 *                `gradient` takes dy in the shape of `value` and returns one tensor an input, in
 *                order and of its shape
 * @returns       `value`
 */
export function withGradient<T extends tf.Tensor>(
  inputs: readonly tf.Tensor[],
  compute: (save: (tensors: tf.Tensor[]) => void) => {
    value: T;
    gradient: (dy: T, saved: tf.Tensor[]) => tf.Tensor[];
  },
): T {
  const operation = tf.customGrad<T>((...args) => {
    const save = args[args.length - 1] as tf.GradSaveFunc;
    const { value, gradient } = compute(save);
    return { value, gradFunc: (dy, saved) => gradient(dy, saved) };
  });
  return operation(...inputs);
}

/**
 * The same values, through which no gradient flows. An operation that declares no inputs leaves no
 * path on the tape, so what lies before it is not differentiated at all. The blocked gradients of
 * section 4 (the dashed arrows of figure 4).
 *
 * @param x any shape
 * @returns the same shape
 */
export function stopGradient<T extends tf.Tensor>(x: T): T {
  return withGradient<T>([], () => ({ value: tf.clone(x), gradient: () => [] }));
}
