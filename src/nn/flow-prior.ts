/**
 * log p(z) of the RealNVP prior (section 4): layer by layer on cpu, all at once on WASM and WebGPU.
 * {@link file://./real-nvp.ts} has the layers.
 */
import * as flowLoops from '../kernels/flow-loops.ts';
import { type FlowSizes, flowPlaces } from '../kernels/flow-sizes.ts';
import * as webgpuFlow from '../kernels/webgpu-flow.ts';
import { join, part } from '../kernels/webgpu-join.ts';
import type { WebGpuKernels } from '../kernels/webgpu-kernels.ts';
import { LEAKY_SLOPE } from './batch-norm.ts';
import { standardNormalLogProb } from './distributions.ts';
import { viewFloats } from './host-memory.ts';
import { factoriseArrays } from './log-det.ts';
import type { Parameters } from './parameters.ts';
import { actNormName, couplingName, flowForward, matrixName, SCALE_BIAS } from './real-nvp.ts';
import { byBackend } from './routine.ts';
import * as tf from './tf.ts';
import { withGradient } from './with-gradient.ts';

/**
 * log p(z) under the flow prior: p(z) of eq. (1) and (2), by the change of variables of Dinh et al.
 * 2017, section 3.1.
 *
 * @param z [B, K] unitless
 * @returns [B] nats
 */
export const flowLogProb = byBackend({
  cpu: (parameters: Parameters, name: string, levels: number, z: tf.Tensor2D) => {
    const { output, logDet } = flowForward(parameters, name, levels, z);
    return tf.add(tf.sum(standardNormalLogProb(output), 1), logDet) as tf.Tensor1D;
  },
  wasm: (_kernels, parameters, name, levels, z) =>
    wasmFlowLogProb(z, flowInOne(parameters, name, levels)),
  webgpu: (kernels, parameters, name, levels, z) =>
    webgpuFlowLogProb(kernels, z, flowInOne(parameters, name, levels)),
});

/** The flow as kernels take it: all at once. */
interface FlowInOne {
  /** In the order of {@link flowPlaces}, level by level. */
  readonly tensors: readonly tf.Tensor[];
  readonly sizes: FlowSizes;
}

function flowInOne(parameters: Parameters, name: string, levels: number): FlowInOne {
  const tensors = Array.from({ length: levels }, (_, level) => {
    const [layer, network] = [actNormName(name, level), couplingName(name, level)];
    const linears = ['branches.0', 'branches.1', 'shared.0'].map((part) => `${network}.${part}`);
    return [
      `${layer}.pre_scale`,
      `${layer}.bias`,
      ...linears.flatMap((part) => [`${part}.weight_store.value`, `${part}.bias_store.value`]),
      matrixName(name, level),
    ].map((parameter) => parameters.get(parameter));
  }).flat();
  const [size] = parameters.get(matrixName(name, 0)).shape as [number, number];
  const [hidden, kept] = parameters.get(`${couplingName(name, 0)}.shared.0.weight_store.value`)
    .shape as [number, number];
  return {
    tensors,
    sizes: { size, kept, hidden, levels, slope: LEAKY_SLOPE, scaleBias: SCALE_BIAS },
  };
}

/** {@link flowLogProb} by kernels on WebGPU. */
function webgpuFlowLogProb(
  kernels: WebGpuKernels,
  z: tf.Tensor2D,
  { tensors, sizes }: FlowInOne,
): tf.Tensor1D {
  return withGradient([z, ...tensors], (save) => {
    const flat = join(kernels, tensors);
    const { logProb, states, inverses } = webgpuFlow.flowLogProb(kernels, z, flat, sizes);
    save([flat, states, inverses]);
    return {
      value: logProb,
      gradient: (dy, saved) => {
        const [values, entered, inverted] = saved as [tf.Tensor1D, tf.Tensor3D, tf.Tensor3D];
        const pass = { states: entered, inverses: inverted };
        const [dZ, dFlat] = webgpuFlow.flowBackward(kernels, values, pass, dy, sizes);
        const shapes = tensors.map(({ shape }) => shape);
        return [dZ, ...part(kernels, dFlat, shapes)];
      },
    };
  });
}

/** {@link flowLogProb} by loops in JavaScript over the memory of WASM. */
function wasmFlowLogProb(z: tf.Tensor2D, { tensors, sizes }: FlowInOne): tf.Tensor1D {
  const { levels, size } = sizes;
  return withGradient([z, ...tensors], () => {
    const flat = new Float32Array(tensors.reduce((total, tensor) => total + tensor.size, 0));
    let end = 0;
    for (const tensor of tensors) {
      flat.set(viewFloats(tensor), end);
      end += tensor.size;
    }
    const { places, stride } = flowPlaces(sizes);
    const factors = factoriseArrays(flat.subarray(places.matrix), levels, size, stride);
    const { logProb, states } = flowLoops.flowLogProb(viewFloats(z), flat, factors, sizes);
    return {
      value: tf.tensor1d(logProb),
      gradient: (dy) => {
        const { dZ, dFlat } = flowLoops.flowBackward(states, flat, factors, viewFloats(dy), sizes);
        let start = 0;
        const parts = tensors.map(({ shape, size: length }) => {
          start += length;
          return tf.tensor(dFlat.slice(start - length, start), shape);
        });
        return [tf.tensor2d(dZ, z.shape), ...parts];
      },
    };
  });
}
