/**
 * RMSprop on cpu and WASM: one loop over each parameter, in JavaScript or by a kernel. (One flat
 * vector, as on WebGPU, would cost a second per step: on WASM a slice copies the whole vector first.)
 */
import { assert } from '../base/assert.ts';
import { rmsPropStep, squaredNorm } from '../kernels/rms-prop-kernels.ts';
import type { WasmKernels } from '../kernels/wasm-kernels.ts';
import { viewFloats } from './host-memory.ts';
import { type Optimiser, type OptimiserOptions, RMS_PROP } from './optimiser.ts';
import type { ParameterStore } from './parameters.ts';
import * as tf from './tf.ts';

interface Slot {
  readonly name: string;
  readonly penalised: boolean;
  /** Running mean of squared gradients, in the parameter's shape. */
  readonly squares: tf.Tensor;
}

interface Step {
  /** What of the parameter is added to its gradient. */
  readonly pull: number;
  /** What the sum is multiplied by. */
  readonly scale: number;
  readonly learningRate: number;
}

/** The two loops of a step, over one parameter. */
interface StepLoops {
  /** Of gradient + pull values. */
  sumOfSquares(values: tf.Tensor, gradient: tf.Tensor, pull: number): number;
  /** The parameter after a step; its squares are moved where they lie. */
  moved(values: tf.Tensor, gradient: tf.Tensor, squares: tf.Tensor, step: Step): tf.Tensor;
}

/**
 * The step of `createRmsProp`.
 *
 * @param names of the parameters to move: any shapes, P values together, unitless
 */
export function createHostRmsProp(
  { sumOfSquares, moved }: StepLoops,
  store: ParameterStore,
  names: readonly string[],
  { clipNorm, l2, penalised, state }: OptimiserOptions,
): Optimiser {
  let size = 0;
  const slots = names.map((name): Slot => {
    const { shape, size: length } = store.get(name);
    const values = state?.slice(size, size + length) ?? new Float32Array(length);
    size += length;
    const squares = tf.keep(tf.tensor(values, shape, 'float32'));
    return { name, penalised: penalised.has(name), squares };
  });
  assert(state === undefined || state.length === size, `${state?.length} squares for ${size}`);
  const normOfPenalised = (): number => {
    let sum = 0;
    for (const { name, penalised: counts } of slots) {
      if (counts) sum += sumOfSquares(store.get(name), store.get(name), 0);
    }
    return Math.sqrt(sum);
  };

  return {
    names,
    penaltyNorm: () => tf.scalar(normOfPenalised()),
    step(gradients, learningRate) {
      // the gradient of a norm is the vector over its length
      const pullOfPenalised = l2 === 0 ? 0 : l2 / normOfPenalised();
      const pullOf = (slot: Slot): number => (slot.penalised ? pullOfPenalised : 0);
      let squares = 0;
      slots.forEach((slot, i) => {
        squares += sumOfSquares(store.get(slot.name), gradients[i]!, pullOf(slot));
      });
      const scale = Math.min(1, clipNorm / Math.sqrt(squares));
      slots.forEach((slot, i) => {
        const step = { pull: pullOf(slot), scale, learningRate };
        store.replace(slot.name, moved(store.get(slot.name), gradients[i]!, slot.squares, step));
      });
    },
    async state() {
      const all = new Float32Array(size);
      let start = 0;
      for (const { squares } of slots) {
        all.set(viewFloats(squares), start);
        start += squares.size;
      }
      return all;
    },
    dispose() {
      tf.dispose(slots.map(({ squares }) => squares));
    },
  };
}

export const JS_LOOPS: StepLoops = {
  sumOfSquares(values, gradient, pull) {
    const [theta, g] = [viewFloats(values), viewFloats(gradient)];
    let sum = 0;
    for (let k = 0; k < g.length; k++) sum += (g[k]! + pull * theta[k]!) ** 2;
    return sum;
  },
  moved(values, gradient, squares, step) {
    const { alpha, epsilon } = RMS_PROP;
    const next = new Float32Array(values.size);
    const [theta, gradients, s] = [values, gradient, squares].map(viewFloats) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    for (let k = 0; k < next.length; k++) {
      const g = step.scale * (gradients[k]! + step.pull * theta[k]!);
      s[k] = alpha * s[k]! + (1 - alpha) * g * g;
      next[k] = theta[k]! - (step.learningRate * g) / (Math.sqrt(s[k]!) + epsilon);
    }
    return tf.tensor(next, [...values.shape], 'float32');
  },
};

export const wasmLoops = (kernels: WasmKernels): StepLoops => ({
  sumOfSquares: (values, gradient, pull) => squaredNorm(kernels, values, gradient, pull),
  moved: (values, gradient, squares, step) =>
    rmsPropStep(kernels, values, gradient, squares, { ...step, ...RMS_PROP }),
});
