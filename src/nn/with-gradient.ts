/** Operations with a gradient written by hand, and the operation with none. */
import * as tf from './tf.ts';

/**
 * @param inputs  what the gradient is taken for
 * @param compute `save` keeps tensors alive for the gradient; plain arrays may be closed over.
 *                `gradient` returns one tensor an input, in order
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
 * path on the tape, so what lies before it is not differentiated at all.
 */
export function stopGradient<T extends tf.Tensor>(x: T): T {
  return withGradient<T>([], () => ({ value: tf.clone(x), gradient: () => [] }));
}
