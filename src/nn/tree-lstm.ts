/**
 * A child-sum Tree-LSTM (Tai, Socher & Manning 2015, section 3.1), from the leaves to the roots of a
 * batch of trees, a level at a time.
 */
import { uniform, zeros } from './initialisers.ts';
import type { ParameterSpec, Parameters } from './parameters.ts';
import { affineTransposed, multiplyTransposed } from './products.ts';
import { twoWayIndex } from './row-index.ts';
import { sumRowsBy, takeRows } from './row-sums.ts';
import * as tf from './tf.ts';
import type { TreeLevels } from './tree-levels.ts';

/**
 * Weights of the input [4 H, in] and bias [4 H], zeros, in the order input, output, candidate,
 * forget; of the children's sum [3 H, H], and of each child for the forget gate [H, H].
 * U(-1/sqrt(inputs), 1/sqrt(inputs)), as PyTorch draws a Linear.
 *
 * @param units H
 */
export function treeLstmSpecs(name: string, inputs: number, units: number): ParameterSpec[] {
  const initialise = uniform(1 / Math.sqrt(units));
  return [
    {
      name: `${name}.input_weight`,
      shape: [4 * units, inputs],
      initialise: uniform(1 / Math.sqrt(inputs)),
    },
    { name: `${name}.bias`, shape: [4 * units], initialise: zeros },
    { name: `${name}.children_weight`, shape: [3 * units, units], initialise },
    { name: `${name}.forget_weight`, shape: [units, units], initialise },
  ];
}

/**
 * i, o = sigmoid and u = tanh of W x + U sum_k h_k + b; f_k = sigmoid(W x + U h_k + b);
 * c = i u + sum_k f_k c_k; h = o tanh(c), over the children k of each node.
 *
 * @param x [R, in] unitless, in the order of the levels
 * @returns [R, H] h of each node
 */
export function treeLstm(
  parameters: Parameters,
  name: string,
  x: tf.Tensor2D,
  { sizes, parentOf }: TreeLevels,
): tf.Tensor2D {
  const ofChildren = parameters.get<tf.Tensor2D>(`${name}.children_weight`);
  const ofChild = parameters.get<tf.Tensor2D>(`${name}.forget_weight`);
  const units = ofChild.shape[0];
  const projected = affineTransposed(
    x,
    parameters.get<tf.Tensor2D>(`${name}.input_weight`),
    parameters.get<tf.Tensor1D>(`${name}.bias`),
  );
  const inputs = sizes.length === 1 ? [projected] : tf.split(projected, [...sizes], 0);
  // one child of zeros below the deepest level: it adds nothing, and every weight has a gradient
  let hidden: tf.Tensor2D = tf.zeros([1, units]);
  let cell: tf.Tensor2D = tf.zeros([1, units]);
  let parents = twoWayIndex(new Int32Array(1), sizes.at(-1)!);
  const states: tf.Tensor2D[] = [];
  for (let level = sizes.length - 1; level >= 0; level--) {
    const [own, keep] = tf.split(inputs[level]!, [3 * units, units], 1) as [
      tf.Tensor2D,
      tf.Tensor2D,
    ];
    const children = sumRowsBy(hidden, parents);
    const gates: tf.Tensor2D = tf.add(own, multiplyTransposed(children, ofChildren));
    const kept = tf.sigmoid(
      tf.add(takeRows(keep, parents), multiplyTransposed(hidden, ofChild)),
    ) as tf.Tensor2D;
    const carried = sumRowsBy(tf.mul(kept, cell), parents);
    const [logits, candidate] = tf.split(gates, [2 * units, units], 1) as [
      tf.Tensor2D,
      tf.Tensor2D,
    ];
    const [enter, leave] = tf.split(tf.sigmoid(logits), 2, 1) as [tf.Tensor2D, tf.Tensor2D];
    cell = tf.add(tf.mul(enter, tf.tanh(candidate)), carried);
    hidden = tf.mul(leave, tf.tanh(cell));
    states.unshift(hidden);
    if (level > 0) parents = twoWayIndex(parentOf[level]!, sizes[level - 1]!);
  }
  return states.length === 1 ? states[0]! : tf.concat(states, 0);
}
