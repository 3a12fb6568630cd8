/**
 * Programs of our own on TensorFlow.js's WebGPU backend: they take tensors where they lie, and write
 * tensors that TensorFlow.js owns. They go into the backend's own command queue, so that they keep
 * their order with stock operations. Unlike a stock program, one may have several outputs.
 */
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';
import { type Recorder, recorderOf } from './webgpu-recorder.ts';

/** WGSL, with all that is around it described; at most 8 arrays together. */
export interface GpuProgram {
  readonly name: string;
  /** What is read, in binding order: arrays of these names and element types. */
  readonly inputs: Readonly<Record<string, 'f32' | 'u32'>>;
  /** What is read and written where it lies: arrays of f32, bound behind the inputs. */
  readonly updates?: readonly string[];
  /** What is written: arrays of f32. */
  readonly outputs: readonly string[];
  /** Fields of `given`, u32. */
  readonly sizes: readonly string[];
  /** Further fields of `given`, f32. */
  readonly rates?: readonly string[];
  /** Threads of a workgroup. */
  readonly threads: number;
  /** Has `fn run(group: u32, thread: u32)`; `groups` is checked outside of it. */
  readonly code: string;
}

export interface GpuCall {
  readonly inputs: readonly tf.TensorInfo[];
  /** Changed in place: of tensors that no other tensor shares its values with. */
  readonly updates?: readonly tf.TensorInfo[];
  /** Shapes of the outputs, whose every number is written. */
  readonly outputs: readonly (readonly number[])[];
  /** Sizes, then rates. */
  readonly numbers: readonly number[];
  /** Workgroups. */
  readonly groups: number;
}

/** What the package has and its types keep private. */
interface BackendInternals {
  readonly commandQueueOwnedIds: WeakSet<object>;
  readonly commandEncoder: GPUCommandEncoder;
  computePassEncoder: GPUComputePassEncoder | null;
  dispatchCountInPass: number;
  makeUniforms(fields: { type: string; data: number[] }[]): GPUBindingResource;
  tensorToBinding(tensor: tf.TensorInfo): GPUBufferBinding;
}

/** WebGPU's bound on workgroups in one dimension. */
const MAX_GROUPS = 65535;

export class WebGpuKernels {
  readonly #backend: WebGPUBackend;
  readonly #internals: BackendInternals;
  readonly #pipelines = new Map<GpuProgram, GPUComputePipeline>();

  /** null where the backend records nothing. */
  readonly recorder: Recorder | null;

  constructor(backend: WebGPUBackend) {
    this.#backend = backend;
    this.recorder = recorderOf(backend);
    this.#internals = backend as unknown as BackendInternals;
  }

  /** A tensor whose values are whatever lay there. */
  output<T extends tf.Tensor = tf.Tensor>(shape: readonly number[]): T {
    const info = this.#backend.makeTensorInfo([...shape], 'float32');
    this.#backend.uploadToGPU(info.dataId);
    return tf.engine().makeTensorFromTensorInfo(info, this.#backend) as T;
  }

  /** One dispatch. */
  run(program: GpuProgram, call: GpuCall): tf.Tensor[] {
    const { inputs, updates = [], outputs, numbers, groups } = call;
    const backend = this.#backend;
    const internals = this.#internals;
    for (const { dataId } of [...inputs, ...updates]) backend.uploadToGPU(dataId);
    const written = outputs.map((shape) => this.output(shape));
    const pipeline = this.#pipelineOf(program);
    const tensors = [...inputs, ...updates, ...written];
    for (const { dataId } of tensors) internals.commandQueueOwnedIds.add(dataId);
    const sizes = program.sizes.length + 1;
    const given = internals.makeUniforms(
      [groups, ...numbers].map((n, i) => ({ type: i < sizes ? 'uint32' : 'float32', data: [n] })),
    );
    const bindGroup = backend.device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [...tensors.map((tensor) => internals.tensorToBinding(tensor)), given].map(
        (resource, binding) => ({ binding, resource }),
      ),
    });
    backend.ensureCommandEncoderReady();
    internals.computePassEncoder ??= internals.commandEncoder.beginComputePass();
    const pass = internals.computePassEncoder;
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(Math.min(groups, MAX_GROUPS), Math.ceil(groups / MAX_GROUPS));
    internals.dispatchCountInPass++;
    if (internals.dispatchCountInPass >= tf.env().getNumber('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE')) {
      backend.endComputePassEncoder();
      backend.submitQueue();
    }
    return written;
  }

  /** The values in memory of their own, without a dispatch. */
  copied<T extends tf.Tensor>(tensor: T): T {
    const backend = this.#backend;
    const copy = this.output<T>(tensor.shape);
    backend.uploadToGPU(tensor.dataId);
    backend.ensureCommandEncoderReady();
    backend.endComputePassEncoder();
    const { commandQueueOwnedIds, commandEncoder } = this.#internals;
    const [from, to] = [tensor, copy].map((of) => {
      commandQueueOwnedIds.add(of.dataId);
      return this.#internals.tensorToBinding(of).buffer;
    }) as [GPUBuffer, GPUBuffer];
    commandEncoder.copyBufferToBuffer(from, 0, to, 0, 4 * tensor.size);
    return copy;
  }

  /** The tensor, its values on the GPU, where it may have been made of an array. */
  uploaded<T extends tf.Tensor>(tensor: T): T {
    this.#backend.uploadToGPU(tensor.dataId);
    return tensor;
  }

  #pipelineOf(program: GpuProgram): GPUComputePipeline {
    let pipeline = this.#pipelines.get(program);
    if (pipeline === undefined) {
      const { device } = this.#backend;
      const module = device.createShaderModule({ code: shaderOf(program), label: program.name });
      const compute = { module, entryPoint: 'start' };
      pipeline = device.createComputePipeline({ layout: 'auto', label: program.name, compute });
      this.#pipelines.set(program, pipeline);
    }
    return pipeline;
  }
}

/**
 * WGSL that every program has: of NaN, `exp` and `min` make what they like. The test is one of bits,
 * since compilers may take for granted that there is no NaN.
 */
const MATH = `
  fn isNaN(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
  fn power(x: f32) -> f32 { return select(exp(x), x, isNaN(x)); }
  fn sigmoid(x: f32) -> f32 { return 1.0 / (1.0 + power(-x)); }
  // stable on both sides
  fn logSigmoid(x: f32) -> f32 {
    return select(min(x, 0.0) - log(1.0 + exp(-abs(x))), x, isNaN(x));
  }`;

function shaderOf(program: GpuProgram): string {
  const { inputs, updates = [], outputs, sizes, rates = [], threads, code } = program;
  const arrays = [
    ...Object.entries(inputs).map(([name, type]) => `var<storage, read> ${name}: array<${type}>;`),
    ...[...updates, ...outputs].map((name) => `var<storage, read_write> ${name}: array<f32>;`),
  ];
  const fields = [
    ...['groups', ...sizes].map((name) => `${name}: u32`),
    ...rates.map((name) => `${name}: f32`),
  ];
  return `
    struct Given { ${fields.join(', ')} };
    ${arrays.map((array, i) => `@group(0) @binding(${i}) ${array}`).join('\n')}
    @group(0) @binding(${arrays.length}) var<uniform> given: Given;
    ${MATH}
    ${code}
    @compute @workgroup_size(${threads})
    fn start(
      @builtin(workgroup_id) at: vec3<u32>,
      @builtin(num_workgroups) count: vec3<u32>,
      @builtin(local_invocation_index) thread: u32,
    ) {
      let group = at.x + at.y * count.x;
      if (group < given.groups) { run(group, thread); }
    }`;
}

/** WGSL: `total(thread, value)`, the sum over a workgroup's threads, which are a power of 2. */
export const totalOf = (threads: number): string => `
  var<workgroup> partial: array<f32, ${threads}>;
  fn total(thread: u32, value: f32) -> f32 {
    partial[thread] = value;
    workgroupBarrier();
    for (var half = ${threads / 2}u; half > 0u; half = half / 2u) {
      if (thread < half) { partial[thread] += partial[thread + half]; }
      workgroupBarrier();
    }
    let sum = partial[0];
    workgroupBarrier();
    return sum;
  }`;

/** Workgroups of so many threads with one thread an item. */
export const groupsFor = (items: number, threads: number): number => Math.ceil(items / threads);

const known = new WeakMap<tf.KernelBackend, WebGpuKernels>();

/** Of the current backend; null where it is another one. */
export function webgpuKernels(): WebGpuKernels | null {
  if (tf.getBackend() !== 'webgpu') return null;
  const backend = tf.backend() as WebGPUBackend;
  let kernels = known.get(backend);
  if (kernels === undefined) {
    kernels = new WebGpuKernels(backend);
    known.set(backend, kernels);
  }
  return kernels;
}
