/**
 * log p(z) under the RealNVP prior on the WebGPU backend: levels of ActNorm -> coupling -> dense
 * matrix, all in one program each way, a workgroup a row of z. The parameters are one flat vector.
 */
import type * as tf from '@tensorflow/tfjs-core';
import { type FlowSizes, flowPlaces } from './flow-sizes.ts';
import { sumOverRows } from './webgpu-columns.ts';
import { type GpuProgram, totalOf, type WebGpuKernels } from './webgpu-kernels.ts';
import { factorise } from './webgpu-log-det.ts';

const THREADS = 64;

/** WGSL that both ways share: the level up to the coupling's output, from `x` in `a` and `w`. */
function levelCode(sizes: FlowSizes): string {
  const { size, kept, hidden, slope, scaleBias } = sizes;
  const { places, stride } = flowPlaces(sizes);
  return `
    const size = ${size}u;
    const kept = ${kept}u;
    const changed = ${size - kept}u;
    const hidden = ${hidden}u;
    const stride = ${stride}u;
    ${Object.entries(places)
      .map(([name, start]) => `const ${name} = ${start}u;`)
      .join('\n')}
    var<workgroup> x: array<f32, ${size}>; // what enters the level
    var<workgroup> a: array<f32, ${size}>; // behind its ActNorm
    var<workgroup> units: array<f32, ${hidden}>;
    var<workgroup> shifted: array<f32, ${size}>;
    var<workgroup> logit: array<f32, ${size}>; // of the scale, of the changed numbers
    var<workgroup> w: array<f32, ${size}>; // behind the coupling
    fn passLevel(base: u32, thread: u32) {
      for (var k = thread; k < size; k += ${THREADS}u) {
        a[k] = (x[k] + flat[base + bias + k]) * power(flat[base + preScale + k]);
      }
      workgroupBarrier();
      for (var h = thread; h < hidden; h += ${THREADS}u) {
        var value = flat[base + sharedBias + h];
        for (var j = 0u; j < kept; j++) {
          value += flat[base + sharedWeight + h * kept + j] * a[j];
        }
        units[h] = select(${slope} * value, value, value > 0.0);
      }
      workgroupBarrier();
      for (var c = thread; c < changed; c += ${THREADS}u) {
        var shift = flat[base + shiftBias + c];
        var scale = flat[base + scaleBias + c] + ${scaleBias.toFixed(6)};
        for (var h = 0u; h < hidden; h++) {
          shift += flat[base + shiftWeight + c * hidden + h] * units[h];
          scale += flat[base + scaleWeight + c * hidden + h] * units[h];
        }
        shifted[c] = a[kept + c] + shift;
        logit[c] = scale;
        w[kept + c] = shifted[c] * sigmoid(scale);
      }
      for (var k = thread; k < kept; k += ${THREADS}u) { w[k] = a[k]; }
      workgroupBarrier();
    }`;
}

const forwardProgram = (sizes: FlowSizes): GpuProgram => ({
  name: 'flow',
  inputs: { z: 'f32', flat: 'f32', logAbsDets: 'f32' },
  // the states are what enters each level, and the flow's output: [levels + 1, B, K]
  outputs: ['logProb', 'states'],
  sizes: ['levels'],
  threads: THREADS,
  code: `
    ${totalOf(THREADS)}
    ${levelCode(sizes)}
    fn run(group: u32, thread: u32) {
      var logDensity = 0.0; // this thread's part
      for (var k = thread; k < size; k += ${THREADS}u) { x[k] = z[group * size + k]; }
      for (var level = 0u; level < given.levels; level++) {
        let base = level * stride;
        for (var k = thread; k < size; k += ${THREADS}u) {
          states[(level * given.groups + group) * size + k] = x[k];
          logDensity += flat[base + preScale + k];
        }
        passLevel(base, thread);
        for (var c = thread; c < changed; c += ${THREADS}u) {
          logDensity += logSigmoid(logit[c]);
        }
        for (var k = thread; k < size; k += ${THREADS}u) {
          var value = 0.0;
          for (var j = 0u; j < size; j++) { value += flat[base + matrix + k * size + j] * w[j]; }
          x[k] = value;
        }
        if (thread == 0u) { logDensity += logAbsDets[level]; }
        workgroupBarrier();
      }
      for (var k = thread; k < size; k += ${THREADS}u) {
        states[(given.levels * given.groups + group) * size + k] = x[k];
        logDensity -= ${0.5 * Math.log(2 * Math.PI)} + 0.5 * x[k] * x[k];
      }
      let all = total(thread, logDensity);
      if (thread == 0u) { logProb[group] = all; }
    }`,
});

const backwardProgram = (sizes: FlowSizes): GpuProgram => ({
  name: 'flowBackward',
  inputs: { states: 'f32', flat: 'f32', inverses: 'f32', dLogProb: 'f32' },
  outputs: ['dZ', 'dFlat'],
  sizes: ['levels'],
  threads: THREADS,
  code: `
    ${levelCode(sizes)}
    var<workgroup> d: array<f32, ${sizes.size}>; // of what leaves the level
    var<workgroup> dW: array<f32, ${sizes.size}>;
    var<workgroup> dShift: array<f32, ${sizes.size}>;
    var<workgroup> dLogit: array<f32, ${sizes.size}>;
    var<workgroup> dUnits: array<f32, ${sizes.hidden}>;
    fn run(group: u32, thread: u32) {
      let g = dLogProb[group];
      for (var k = thread; k < size; k += ${THREADS}u) {
        d[k] = -g * states[(given.levels * given.groups + group) * size + k];
      }
      for (var step = 0u; step < given.levels; step++) {
        let level = given.levels - 1u - step;
        let base = level * stride;
        let to = group * given.levels * stride + base;
        for (var k = thread; k < size; k += ${THREADS}u) {
          x[k] = states[(level * given.groups + group) * size + k];
        }
        passLevel(base, thread);

        for (var i = thread; i < size * size; i += ${THREADS}u) {
          let k = i / size;
          let j = i % size;
          // the gradient of log |det M| is the transpose of M's inverse
          dFlat[to + matrix + i] = d[k] * w[j] + g * inverses[(level * size + j) * size + k];
        }
        for (var j = thread; j < size; j += ${THREADS}u) {
          var value = 0.0;
          for (var k = 0u; k < size; k++) { value += flat[base + matrix + k * size + j] * d[k]; }
          dW[j] = value;
        }
        workgroupBarrier();
        for (var c = thread; c < changed; c += ${THREADS}u) {
          let scale = sigmoid(logit[c]);
          let rest = sigmoid(-logit[c]);
          dShift[c] = dW[kept + c] * scale;
          dLogit[c] = dW[kept + c] * shifted[c] * scale * rest + g * rest;
          dFlat[to + shiftBias + c] = dShift[c];
          dFlat[to + scaleBias + c] = dLogit[c];
        }
        workgroupBarrier();
        for (var i = thread; i < changed * hidden; i += ${THREADS}u) {
          dFlat[to + shiftWeight + i] = dShift[i / hidden] * units[i % hidden];
          dFlat[to + scaleWeight + i] = dLogit[i / hidden] * units[i % hidden];
        }
        for (var h = thread; h < hidden; h += ${THREADS}u) {
          var value = 0.0;
          for (var c = 0u; c < changed; c++) {
            value += dShift[c] * flat[base + shiftWeight + c * hidden + h];
            value += dLogit[c] * flat[base + scaleWeight + c * hidden + h];
          }
          // a unit has the sign of what went into its LeakyReLU
          dUnits[h] = select(${sizes.slope} * value, value, units[h] > 0.0);
          dFlat[to + sharedBias + h] = dUnits[h];
        }
        workgroupBarrier();
        for (var i = thread; i < hidden * kept; i += ${THREADS}u) {
          dFlat[to + sharedWeight + i] = dUnits[i / kept] * a[i % kept];
        }
        for (var k = thread; k < size; k += ${THREADS}u) {
          var value = 0.0;
          if (k < kept) {
            value = dW[k];
            for (var h = 0u; h < hidden; h++) {
              value += dUnits[h] * flat[base + sharedWeight + h * kept + k];
            }
          } else {
            value = dShift[k - kept];
          }
          let dX = value * power(flat[base + preScale + k]);
          dFlat[to + preScale + k] = value * a[k] + g;
          dFlat[to + bias + k] = dX;
          d[k] = dX;
        }
        workgroupBarrier();
      }
      for (var k = thread; k < size; k += ${THREADS}u) { dZ[group * size + k] = d[k]; }
    }`,
});

interface FlowPrograms {
  readonly forward: GpuProgram;
  readonly backward: GpuProgram;
}

/** One pair a shape, since sizes are constants in them. */
const programs = new Map<string, FlowPrograms>();

function programsOf(sizes: FlowSizes): FlowPrograms {
  const key = JSON.stringify({ ...sizes, levels: 0 });
  let found = programs.get(key);
  if (found === undefined) {
    found = { forward: forwardProgram(sizes), backward: backwardProgram(sizes) };
    programs.set(key, found);
  }
  return found;
}

export interface GpuFlowPass {
  /** [B] nats */
  readonly logProb: tf.Tensor1D;
  /** [levels + 1, B, K] and [levels, K, K] for {@link flowBackward} */
  readonly states: tf.Tensor3D;
  readonly inverses: tf.Tensor3D;
}

/**
 * @param z    [B, K]
 * @param flat [P] level by level: pre_scale, bias, weights and biases of shift, scale and the layer
 *             that they share, and the matrix
 */
export function flowLogProb(
  kernels: WebGpuKernels,
  z: tf.Tensor2D,
  flat: tf.Tensor1D,
  sizes: FlowSizes,
): GpuFlowPass {
  const { size, levels } = sizes;
  const [rows] = z.shape;
  const { places, stride } = flowPlaces(sizes);
  const factors = factorise(kernels, flat, levels, size, { first: places.matrix, stride });
  const [logProb, states] = kernels.run(programsOf(sizes).forward, {
    inputs: [z, flat, factors.logAbsDet],
    outputs: [[rows], [levels + 1, rows, size]],
    numbers: [levels],
    groups: rows,
  });
  factors.logAbsDet.dispose();
  return {
    logProb: logProb as tf.Tensor1D,
    states: states as tf.Tensor3D,
    inverses: factors.inverse,
  };
}

/**
 * @param dLogProb [B]
 * @returns        gradients of z [B, K] and of the flat parameters [P]
 */
export function flowBackward(
  kernels: WebGpuKernels,
  flat: tf.Tensor1D,
  { states, inverses }: Omit<GpuFlowPass, 'logProb'>,
  dLogProb: tf.Tensor1D,
  sizes: FlowSizes,
): [tf.Tensor2D, tf.Tensor1D] {
  const { size, levels } = sizes;
  const rows = dLogProb.size;
  const [dZ, dFlat] = kernels.run(programsOf(sizes).backward, {
    inputs: [states, flat, inverses, dLogProb],
    outputs: [
      [rows, size],
      [rows, flat.size],
    ],
    numbers: [levels],
    groups: rows,
  }) as [tf.Tensor2D, tf.Tensor2D];
  return [dZ, sumOverRows(kernels, dFlat)];
}
