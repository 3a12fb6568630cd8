/** Parameters whose tensors a test gives itself, so that it can differentiate by them. */
import type { ParameterStore, Parameters } from '../nn/parameters.ts';
import * as tf from '../nn/tf.ts';

/** Parameters of a store, some of them other tensors. */
export const withTensors = (
  store: ParameterStore,
  others: Readonly<Record<string, tf.Tensor | undefined>>,
): Parameters => ({
  get: <T extends tf.Tensor>(name: string): T => (others[name] as T | undefined) ?? store.get(name),
  replace: (name, tensor) => store.replace(name, tensor),
  derived: (_name, compute) => tf.tidy(compute),
});
