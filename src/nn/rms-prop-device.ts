/**
 * RMSprop on the device: a few long operations on flat vectors instead of several short ones a
 * parameter, because on WebGPU each operation costs a dispatch.
 */
import { assert } from '../base/assert.ts';
import { type Optimiser, type OptimiserOptions, RMS_PROP } from './optimiser.ts';
import type { ParameterStore } from './parameters.ts';
import * as tf from './tf.ts';

/**
 * The step of `createRmsProp`: one flat [P] vector for all parameters.
 *
 * @param names of the parameters to move: any shapes, P values together, unitless
 */
export function createDeviceRmsProp(
  store: ParameterStore,
  names: readonly string[],
  { clipNorm, l2, penalised, state }: OptimiserOptions,
): Optimiser {
  const { alpha, epsilon } = RMS_PROP;
  const parameters = (): tf.Tensor[] => names.map((name) => store.get(name));

  let values = tf.keep(tf.tidy(() => flatten(parameters()))); // [P]
  let squares = tf.keep(state === undefined ? tf.zerosLike(values) : tf.tensor1d(state)); // [P] running mean of squared gradients
  assert(squares.size === values.size, `${squares.size} squares for ${values.size}`);
  const isPenalised = tf.keep(
    tf.tidy(() =>
      flatten(parameters().map(({ size }, i) => tf.fill([size], penalised.has(names[i]!) ? 1 : 0))),
    ),
  );
  const norm = (x: tf.Tensor1D): tf.Scalar => tf.sqrt(tf.sum<tf.Scalar>(tf.square(x)));
  const penaltyNorm = (): tf.Scalar => tf.tidy(() => norm(tf.mul(values, isPenalised)));

  return {
    names,
    penaltyNorm,
    step(gradients, learningRate) {
      const next = tf.tidy(() => {
        const flat = flatten(gradients);
        // the gradient of a norm is the vector over its length
        const pull = tf.mul(tf.mul(values, isPenalised), tf.div(l2, penaltyNorm()));
        const gradient: tf.Tensor1D = l2 === 0 ? flat : tf.add(flat, pull);
        const clipped = tf.mul(gradient, tf.div(clipNorm, tf.maximum(norm(gradient), clipNorm)));
        const nextSquares: tf.Tensor1D = tf.add(
          tf.mul(squares, alpha),
          tf.mul(tf.square(clipped), 1 - alpha),
        );
        const step = tf.div(clipped, tf.add(tf.sqrt(nextSquares), epsilon));
        const nextValues: tf.Tensor1D = tf.sub(values, tf.mul(step, learningRate));
        const shapes = parameters();
        const parts = tf.split(
          nextValues,
          shapes.map(({ size }) => size),
        );
        shapes.forEach(({ shape }, i) => {
          store.replace(names[i]!, tf.reshape(parts[i]!, shape));
        });
        return { nextSquares, nextValues };
      });
      tf.dispose([values, squares]);
      values = tf.keep(next.nextValues);
      squares = tf.keep(next.nextSquares);
    },
    // a copy: the cpu backend hands out its own memory
    state: async () => Float32Array.from(await squares.data<'float32'>()),
    dispose() {
      tf.dispose([values, squares, isPenalised]);
    },
  };
}

const flatten = (tensors: readonly tf.Tensor[]): tf.Tensor1D =>
  tf.concat(tensors.map((tensor) => tf.reshape(tensor, [-1]))) as tf.Tensor1D;
