/**
 * Tensors one after the other in one vector, and back, on the WebGPU backend: seven of them in a
 * dispatch. Copies between buffers would be one each, and every group of them ends the compute pass.
 */
import type * as tf from '@tensorflow/tfjs-core';
import { type GpuProgram, groupsFor, type WebGpuKernels } from './webgpu-kernels.ts';

/** Of one dispatch: with the vector, all arrays that a program binds. */
const MOST = 7;
const THREADS = 256;
/** Values of one thread before there is a further workgroup. */
const VALUES_A_THREAD = 4;
const MOST_GROUPS = 65535;

const upTo = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

/** WGSL: `copy(i)` for every value of `tensors` parts, which has the index `at` in one of them. */
const eachValue = (tensors: number, copy: (part: string) => string): string => `
  fn run(group: u32, thread: u32) {
    let stride = given.groups * ${THREADS}u;
    for (var i = group * ${THREADS}u + thread; i < given.count; i += stride) {
      var at = i;
      ${upTo(tensors, (k) => `if (at < given.size${k}) { ${copy(`part${k}`)} continue; } at -= given.size${k};`).join('\n')}
    }
  }`;

const programs = (make: (tensors: number) => GpuProgram): readonly GpuProgram[] =>
  upTo(MOST, (i) => make(i + 1));

const names = (tensors: number, name: string): string[] => upTo(tensors, (k) => `${name}${k}`);

const JOIN = programs((tensors) => ({
  name: `join${tensors}`,
  inputs: Object.fromEntries(names(tensors, 'part').map((name) => [name, 'f32' as const])),
  updates: ['joined'],
  outputs: [],
  sizes: ['count', 'start', ...names(tensors, 'size')],
  threads: THREADS,
  code: eachValue(tensors, (part) => `joined[given.start + i] = ${part}[at];`),
}));

const SPREAD = programs((tensors) => ({
  name: `spread${tensors}`,
  inputs: { joined: 'f32' },
  updates: names(tensors, 'part'),
  outputs: [],
  sizes: ['count', 'start', ...names(tensors, 'size')],
  threads: THREADS,
  code: eachValue(tensors, (part) => `${part}[at] = joined[given.start + i];`),
}));

/** All values, one tensor after the other: [sum of all sizes]. */
export function join(kernels: WebGpuKernels, tensors: readonly tf.Tensor[]): tf.Tensor1D {
  const size = tensors.reduce((total, tensor) => total + tensor.size, 0);
  const joined = kernels.output<tf.Tensor1D>([size]);
  inSevens(kernels, tensors, (parts) => ({
    program: JOIN[parts.length - 1]!,
    inputs: parts,
    updates: [joined],
  }));
  return joined;
}

/** The reverse: the values of `joined` to tensors that stand. */
export function spread(
  kernels: WebGpuKernels,
  joined: tf.Tensor,
  tensors: readonly tf.Tensor[],
): void {
  inSevens(kernels, tensors, (parts) => ({
    program: SPREAD[parts.length - 1]!,
    inputs: [joined],
    updates: parts,
  }));
}

/** The same to tensors of these shapes. */
export function part(
  kernels: WebGpuKernels,
  joined: tf.Tensor,
  shapes: readonly (readonly number[])[],
): tf.Tensor[] {
  const parts = shapes.map((shape) => kernels.output(shape));
  spread(kernels, joined, parts);
  return parts;
}

function inSevens(
  kernels: WebGpuKernels,
  tensors: readonly tf.Tensor[],
  callOf: (parts: readonly tf.Tensor[]) => {
    readonly program: GpuProgram;
    readonly inputs: readonly tf.Tensor[];
    readonly updates: readonly tf.Tensor[];
  },
): void {
  let start = 0;
  for (let first = 0; first < tensors.length; first += MOST) {
    const parts = tensors.slice(first, first + MOST);
    const sizes = parts.map(({ size }) => size);
    const count = sizes.reduce((total, size) => total + size, 0);
    const { program, inputs, updates } = callOf(parts);
    kernels.run(program, {
      inputs,
      updates,
      outputs: [],
      numbers: [count, start, ...sizes],
      groups: Math.min(MOST_GROUPS, groupsFor(count, THREADS * VALUES_A_THREAD)),
    });
    start += count;
  }
}
