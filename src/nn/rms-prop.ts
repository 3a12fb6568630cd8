/**
 * RMSprop as PyTorch computes it, with global-norm clipping and the authors' penalty on the norm of
 * the weights. State and gradients are one flat vector: a few long operations instead of several
 * short ones a parameter.
 */
import type { ParameterStore } from './parameters.ts';
import * as tf from './tf.ts';

const ALPHA = 0.99;
const EPSILON = 1e-8;

export interface RmsPropOptions {
  /** Largest global norm of the gradient. */
  readonly clipNorm: number;
  /** Weight of the norm (not its square) of the penalised parameters. */
  readonly l2: number;
  readonly penalised: ReadonlySet<string>;
}

export class RmsProp {
  readonly names: readonly string[];
  readonly #store: ParameterStore;
  readonly #options: RmsPropOptions;
  /** [P] 1 where penalised */
  readonly #penalised: tf.Tensor1D;
  /** [P] */
  #values: tf.Tensor1D;
  /** [P] running mean of squared gradients */
  #squares: tf.Tensor1D;

  constructor(store: ParameterStore, names: readonly string[], options: RmsPropOptions) {
    this.#store = store;
    this.names = names;
    this.#options = options;
    const flat = tf.tidy(() => ({
      values: flatten(this.parameters()),
      penalised: tf.concat(
        this.parameters().map((p, i) =>
          tf.fill([p.size], options.penalised.has(names[i]!) ? 1 : 0),
        ),
      ) as tf.Tensor1D,
    }));
    this.#values = tf.keep(flat.values);
    this.#penalised = tf.keep(flat.penalised);
    this.#squares = tf.keep(tf.zerosLike(flat.values));
  }

  /** The tensors that the gradient is taken for, in the order of {@link names}. */
  parameters(): tf.Tensor[] {
    return this.names.map((name) => this.#store.get(name));
  }

  /** Norm of the penalised parameters, a scalar. */
  penaltyNorm(): tf.Scalar {
    return tf.tidy(() => euclideanNorm(tf.mul(this.#values, this.#penalised)));
  }

  /**
   * @param gradients of the loss without its penalty, in the order of {@link names}
   * @returns [P] gradient of the whole loss
   */
  gradient(gradients: readonly tf.Tensor[]): tf.Tensor1D {
    return tf.tidy(() => {
      const flat = flatten(gradients);
      if (this.#options.l2 === 0) return flat;
      const penalised = tf.mul(this.#values, this.#penalised);
      // the gradient of the norm is the vector over its length
      return tf.add(flat, tf.mul(penalised, tf.div(this.#options.l2, this.penaltyNorm())));
    });
  }

  /** Clips the gradient and moves the parameters. */
  apply(gradient: tf.Tensor1D, learningRate: number): void {
    const next = tf.tidy(() => {
      const norm = euclideanNorm(gradient);
      const clipped = tf.mul(
        gradient,
        tf.div(this.#options.clipNorm, tf.maximum(norm, this.#options.clipNorm)),
      );
      const squares = tf.add(
        tf.mul(this.#squares, ALPHA),
        tf.mul(tf.square(clipped), 1 - ALPHA),
      ) as tf.Tensor1D;
      const step = tf.div(clipped, tf.add(tf.sqrt(squares), EPSILON));
      const values = tf.sub(this.#values, tf.mul(step, learningRate)) as tf.Tensor1D;
      return { squares, values };
    });
    this.#squares.dispose();
    this.#values.dispose();
    this.#squares = tf.keep(next.squares);
    this.#values = tf.keep(next.values);

    let start = 0;
    for (const name of this.names) {
      const { shape, size } = this.#store.get(name);
      const from = start;
      const part = tf.tidy(() => tf.reshape(tf.slice(this.#values, [from], [size]), shape));
      this.#store.replace(name, part);
      start += size;
    }
  }

  dispose(): void {
    tf.dispose([this.#values, this.#squares, this.#penalised]);
  }
}

const euclideanNorm = (x: tf.Tensor1D): tf.Scalar => tf.sqrt(tf.sum<tf.Scalar>(tf.square(x)));

const flatten = (tensors: readonly tf.Tensor[]): tf.Tensor1D =>
  tf.concat(tensors.map((tensor) => tf.reshape(tensor, [-1]))) as tf.Tensor1D;
