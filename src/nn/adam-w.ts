/**
 * AdamW (Loshchilov & Hutter 2019) with PyTorch's defaults and clipping by the global norm, in
 * TensorFlow.js's own operations over one flat vector: for networks of some thousand weights.
 */
import { assert } from '../base/assert.ts';
import type { Optimiser } from './optimiser.ts';
import type { ParameterStore } from './parameters.ts';
import * as tf from './tf.ts';

export const ADAM_W = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;
/** Added to the norm that clipping divides by, as PyTorch does. */
const CLIP_EPSILON = 1e-6;

export interface AdamWOptions {
  /** Largest global norm of the gradient, nats. */
  readonly clipNorm: number;
  /** What a weight loses per step, times the learning rate; of all weights. */
  readonly decay: number;
  /** [2 P + 1] an earlier optimiser's state to go on from; absent: zeros. */
  readonly state?: Float32Array | undefined;
}

/**
 * m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g², and
 * theta -= rate (decay theta + m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + eps)) at step t, with g
 * scaled down to a global norm of at most `clipNorm`.
 *
 * For parameters as they are now; nothing else may move them while it lives. Its state is m, v, t.
 *
 * @param names of the parameters to move: any shapes, P values together, unitless
 */
export function createAdamW(
  store: ParameterStore,
  names: readonly string[],
  { clipNorm, decay, state }: AdamWOptions,
): Optimiser {
  const { beta1, beta2, epsilon } = ADAM_W;
  const shapes = names.map((name) => store.get(name).shape);
  const sizes = names.map((name) => store.get(name).size);
  const flat = (tensors: readonly tf.Tensor[]): tf.Tensor1D =>
    tf.concat1d(tensors.map((tensor) => tf.reshape(tensor, [-1]) as tf.Tensor1D));
  const all = (): tf.Tensor1D => flat(names.map((name) => store.get(name)));
  const size = sizes.reduce((sum, of) => sum + of, 0);
  assert(state === undefined || state.length === 2 * size + 1, `a state of ${state?.length}`);
  const started = state ?? new Float32Array(2 * size + 1);
  let mean = tf.keep(tf.tensor1d(started.slice(0, size)));
  let square = tf.keep(tf.tensor1d(started.slice(size, 2 * size)));
  let steps = started[2 * size]!;

  return {
    names,
    penaltyNorm: () => tf.tidy(() => tf.norm(all()) as tf.Scalar),
    step(gradients, learningRate) {
      steps++;
      const [nextMean, nextSquare] = tf.tidy(() => {
        const gradient = flat(gradients);
        const norm = tf.add(tf.sqrt(tf.sum(tf.square(gradient))), CLIP_EPSILON);
        const clipped = tf.mul(gradient, tf.minimum(tf.div(clipNorm, norm), 1));
        const m: tf.Tensor1D = tf.add(tf.mul(mean, beta1), tf.mul(clipped, 1 - beta1));
        const v: tf.Tensor1D = tf.add(tf.mul(square, beta2), tf.mul(tf.square(clipped), 1 - beta2));
        const likely = tf.div(m, 1 - beta1 ** steps);
        const spread = tf.add(tf.sqrt(tf.div(v, 1 - beta2 ** steps)), epsilon);
        const kept = tf.mul(all(), 1 - learningRate * decay);
        const moved = tf.sub(kept, tf.mul(tf.div(likely, spread), learningRate)) as tf.Tensor1D;
        tf.split(moved, sizes).forEach((values, i) => {
          store.replace(names[i]!, tf.reshape(values, shapes[i]!));
        });
        return [m, v] as const;
      });
      tf.dispose([mean, square]);
      mean = tf.keep(nextMean);
      square = tf.keep(nextSquare);
    },
    async state() {
      const [m, v] = await Promise.all([mean.data<'float32'>(), square.data<'float32'>()]);
      return Float32Array.from([...m, ...v, steps]);
    },
    dispose() {
      tf.dispose([mean, square]);
    },
  };
}
