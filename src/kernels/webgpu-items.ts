/** Programs on the WebGPU backend with one thread a number. */
import type * as tf from '@tensorflow/tfjs-core';
import { type GpuProgram, groupsFor, type WebGpuKernels } from './webgpu-kernels.ts';

/** Threads of a workgroup. */
export const THREADS = 64;

/** WGSL of a program with one thread an item, of which there are `given.count`. */
export const forItem = (body: string): string => `
  fn run(group: u32, thread: u32) {
    let at = group * ${THREADS}u + thread;
    if (at >= given.count) { return; }
    ${body}
  }`;

/** One thread an item of `like`, and outputs of its shape. */
export function runItems(
  kernels: WebGpuKernels,
  program: GpuProgram,
  inputs: readonly tf.Tensor[],
  like: tf.Tensor,
  numbers: readonly number[] = [],
): tf.Tensor[] {
  return kernels.run(program, {
    inputs,
    outputs: program.outputs.map(() => like.shape),
    numbers: [like.size, ...numbers],
    groups: groupsFor(like.size, THREADS),
  });
}
