/**
 * RMSprop on cpu and WASM: loops over all parameters, in JavaScript or by a kernel. (One flat
 * vector, as on WebGPU, would cost a second per step: on WASM a slice copies the whole vector first.)
 */
import { assert } from '../base/assert.ts';
import { type Moved, type Pulled, rmsPropStep, squaredNorm } from '../kernels/rms-prop-kernels.ts';
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
  /** What of the penalised parameters is added to their gradients. */
  readonly pull: number;
  /** What the sums are multiplied by. */
  readonly scale: number;
  readonly learningRate: number;
}

/** The two loops of a step, over all parameters. */
interface StepLoops {
  /** Of gradient + pull values. */
  sumOfSquares(parameters: readonly Pulled[], pull: number): number;
  /** The parameters after a step; their squares are moved where they lie. */
  moved(parameters: readonly Moved[], step: Step): tf.Tensor[];
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
  const penalisedNames = names.filter((name) => penalised.has(name));
  let measured: { readonly tensors: readonly tf.Tensor[]; readonly norm: number } | null = null;
  /** A step asks twice, for the loss and for its gradient. */
  const normOfPenalised = (): number => {
    const tensors = penalisedNames.map((name) => store.get(name));
    if (measured === null || tensors.some((tensor, i) => tensor !== measured?.tensors[i])) {
      const pairs = tensors.map((values) => ({ values, gradient: values, penalised: true }));
      measured = { tensors, norm: Math.sqrt(sumOfSquares(pairs, 0)) };
    }
    return measured.norm;
  };

  return {
    names,
    penaltyNorm: () => tf.scalar(normOfPenalised()),
    step(gradients, learningRate) {
      // the gradient of a norm is the vector over its length
      const pull = l2 === 0 ? 0 : l2 / normOfPenalised();
      const parameters = slots.map((slot, i) => ({
        ...slot,
        values: store.get(slot.name),
        gradient: gradients[i]!,
      }));
      const scale = Math.min(1, clipNorm / Math.sqrt(sumOfSquares(parameters, pull)));
      const next = moved(parameters, { pull, scale, learningRate });
      slots.forEach(({ name }, i) => {
        store.replace(name, next[i]!);
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
  sumOfSquares(parameters, pull) {
    let total = 0;
    for (const { values, gradient, penalised } of parameters) {
      const [theta, g] = [viewFloats(values), viewFloats(gradient)];
      const pulled = penalised ? pull : 0;
      let sum = 0;
      for (let k = 0; k < g.length; k++) sum += (g[k]! + pulled * theta[k]!) ** 2;
      total += sum;
    }
    return total;
  },
  moved: (parameters, step) => parameters.map((parameter) => movedByLoop(parameter, step)),
};

function movedByLoop({ values, gradient, squares, penalised }: Moved, step: Step): tf.Tensor {
  const { alpha, epsilon } = RMS_PROP;
  const pull = penalised ? step.pull : 0;
  const next = new Float32Array(values.size);
  const [theta, gradients, s] = [values, gradient, squares].map(viewFloats) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  for (let k = 0; k < next.length; k++) {
    const g = step.scale * (gradients[k]! + pull * theta[k]!);
    s[k] = alpha * s[k]! + (1 - alpha) * g * g;
    next[k] = theta[k]! - (step.learningRate * g) / (Math.sqrt(s[k]!) + epsilon);
  }
  return tf.tensor(next, [...values.shape], 'float32');
}

export const wasmLoops = (kernels: WasmKernels): StepLoops => ({
  sumOfSquares: (parameters, pull) => squaredNorm(kernels, parameters, pull),
  moved: (parameters, step) => rmsPropStep(kernels, parameters, { ...step, ...RMS_PROP }),
});
