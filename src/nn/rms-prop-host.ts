/**
 * RMSprop where tensors are host memory: one loop over each parameter. (On WASM a slice of a flat
 * vector copies the whole vector first, so the device's way would cost a second a step.)
 */
import { assert } from '../base/assert.ts';
import { viewFloats } from './host-memory.ts';
import { type Optimiser, type OptimiserOptions, RMS_PROP } from './optimiser.ts';
import type { ParameterStore } from './parameters.ts';
import * as tf from './tf.ts';

interface Slot {
  readonly name: string;
  readonly shape: number[];
  readonly penalised: boolean;
  readonly values: Float32Array;
  /** Running mean of squared gradients. */
  readonly squares: Float32Array;
}

/**
 * The step of `createRmsProp`: values and squares of each parameter in JavaScript's memory.
 *
 * @param names of the parameters to move: any shapes, P values together, unitless
 */
export function createHostRmsProp(
  store: ParameterStore,
  names: readonly string[],
  { clipNorm, l2, penalised, state }: OptimiserOptions,
): Optimiser {
  const { alpha, epsilon } = RMS_PROP;
  let size = 0;
  const slots = names.map((name): Slot => {
    const tensor = store.get(name);
    const start = size;
    size += tensor.size;
    return {
      name,
      shape: tensor.shape,
      penalised: penalised.has(name),
      values: viewFloats(tensor).slice(),
      squares: state?.slice(start, size) ?? new Float32Array(tensor.size),
    };
  });
  assert(state === undefined || state.length === size, `${state?.length} squares for ${size}`);
  const normOfPenalised = (): number => {
    let sum = 0;
    for (const slot of slots) if (slot.penalised) sum += sumOfSquares(slot.values);
    return Math.sqrt(sum);
  };

  return {
    names,
    penaltyNorm: () => tf.scalar(normOfPenalised()),
    step(gradientTensors, learningRate) {
      const gradients = gradientTensors.map((tensor) => viewFloats(tensor).slice());
      // the gradient of a norm is the vector over its length
      const pull = l2 === 0 ? 0 : l2 / normOfPenalised();
      let squaredNorm = 0;
      slots.forEach((slot, i) => {
        const gradient = gradients[i]!;
        if (slot.penalised && pull > 0) {
          for (let k = 0; k < gradient.length; k++) gradient[k]! += pull * slot.values[k]!;
        }
        squaredNorm += sumOfSquares(gradient);
      });
      const scale = Math.min(1, clipNorm / Math.sqrt(squaredNorm));

      slots.forEach(({ name, shape, values, squares }, i) => {
        const gradient = gradients[i]!;
        for (let k = 0; k < gradient.length; k++) {
          const g = scale * gradient[k]!;
          const square = alpha * squares[k]! + (1 - alpha) * g * g;
          squares[k] = square;
          values[k]! -= (learningRate * g) / (Math.sqrt(square) + epsilon);
        }
        // a copy: the cpu backend keeps the array that it is given
        store.replace(name, tf.tensor(values.slice(), shape, 'float32'));
      });
    },
    async state() {
      const all = new Float32Array(size);
      let start = 0;
      for (const { squares } of slots) {
        all.set(squares, start);
        start += squares.length;
      }
      return all;
    },
    dispose() {},
  };
}

function sumOfSquares(values: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += values[k]! * values[k]!;
  return sum;
}
