/**
 * A long short-term memory over a batch of sequences (Hochreiter & Schmidhuber 1997, with the
 * forget gate of Gers et al. 2000). Gates lie in the order input, forget, output, candidate, so that
 * three of them are one sigmoid.
 */
import type { Random } from '../base/random.ts';
import { uniform } from './initialisers.ts';
import { lstmLoops } from './lstm-loops.ts';
import type { ParameterSpec, Parameters } from './parameters.ts';
import { affineTransposed, multiply } from './products.ts';
import { byBackend } from './routine.ts';
import * as tf from './tf.ts';

/**
 * Weights [4 H, in] and [4 H, H], bias [4 H]; U(-1/sqrt(H), 1/sqrt(H)), and 1 for the forget gate's bias,
 * so that memory lasts when training starts.
 *
 * @param units H
 */
export function lstmSpecs(name: string, inputs: number, units: number): ParameterSpec[] {
  const initialise = uniform(1 / Math.sqrt(units));
  const bias = (_random: Random, length: number) =>
    Float32Array.from({ length }, (_, i) => (i >= units && i < 2 * units ? 1 : 0));
  return [
    { name: `${name}.input_weight`, shape: [4 * units, inputs], initialise },
    { name: `${name}.hidden_weight`, shape: [4 * units, units], initialise },
    { name: `${name}.bias`, shape: [4 * units], initialise: bias },
  ];
}

/**
 * Sequences are packed: the longest ones first, and the items of one step next to each other, so
 * that no step computes what has ended.
 *
 * @param x     [R, in] unitless, step after step; a step has a row for each sequence that lasts
 * @param sizes [T] rows of each step, never more than those of the step before; R together
 * @returns     [R, H] the hidden state after each item
 */
export function lstm(
  parameters: Parameters,
  name: string,
  x: tf.Tensor2D,
  sizes: readonly number[],
): tf.Tensor2D {
  const hiddenWeight = parameters.get<tf.Tensor2D>(`${name}.hidden_weight`);
  const projected = affineTransposed(
    x,
    parameters.get<tf.Tensor2D>(`${name}.input_weight`),
    parameters.get<tf.Tensor1D>(`${name}.bias`),
  );
  // transposed once, not at every step
  const recurrent = tf.transpose(hiddenWeight) as tf.Tensor2D;
  return recurrence(projected, recurrent, sizes);
}

const recurrence = byBackend({
  cpu: lstmLoops,
  wasm: 'as cpu',
  webgpu: (_kernels, projected, recurrent, sizes) => lstmSteps(projected, recurrent, sizes),
});

/**
 * The recurrence as tensor operations, for WebGPU.
 *
 * @param projected [R, 4 H] what the items add to the gates
 * @param recurrent [H, 4 H]
 * @param sizes     [T] rows of each step
 * @returns         [R, H]
 */
export function lstmSteps(
  projected: tf.Tensor2D,
  recurrent: tf.Tensor2D,
  sizes: readonly number[],
): tf.Tensor2D {
  const units = recurrent.shape[0];
  const inputs = sizes.length === 1 ? [projected] : tf.split(projected, [...sizes], 0);
  const lasting = (x: tf.Tensor2D, rows: number): tf.Tensor2D =>
    x.shape[0] === rows ? x : tf.slice(x, [0, 0], [rows, units]);
  let hidden: tf.Tensor2D | null = null;
  let cell: tf.Tensor2D | null = null;
  const states: tf.Tensor2D[] = [];
  for (const input of inputs) {
    const rows = input.shape[0];
    const gates = (
      hidden === null ? input : tf.add(input, multiply(lasting(hidden, rows), recurrent))
    ) as tf.Tensor2D;
    const [logits, candidate] = tf.split(gates, [3 * units, units], 1) as [
      tf.Tensor2D,
      tf.Tensor2D,
    ];
    const [enter, keep, leave] = tf.split(tf.sigmoid(logits), 3, 1) as [
      tf.Tensor2D,
      tf.Tensor2D,
      tf.Tensor2D,
    ];
    const written = tf.mul(enter, tf.tanh(candidate)) as tf.Tensor2D;
    cell =
      cell === null ? written : (tf.add(tf.mul(keep, lasting(cell, rows)), written) as tf.Tensor2D);
    hidden = tf.mul(leave, tf.tanh(cell)) as tf.Tensor2D;
    states.push(hidden);
  }
  return states.length === 1 ? states[0]! : tf.concat(states, 0);
}
