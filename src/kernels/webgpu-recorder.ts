/**
 * What a computation asks of the GPU, noted while it runs once, so that it can be asked for again
 * without the computation: no shapes, no tensors, no new buffers, no new bind groups.
 *
 * Each pipeline keeps its bind group, so a recording's buffers have to stay what they are. Those
 * that are written and read within it are shared between recordings, which run one at a time. What
 * it takes from arrays made beforehand, its inputs, is written anew for each replay; other arrays and
 * uniforms are its own. Tensors that were there before are where they were, and a recording ends with
 * the first of them.
 */
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type * as tf from '@tensorflow/tfjs-core';
import { type BackendInternals, BufferPool, type BufferSource } from './webgpu-buffers.ts';

interface Dispatch {
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly groups: readonly [number, number, number];
}

interface Copy {
  readonly from: GPUBuffer;
  readonly fromStart: number;
  readonly to: GPUBuffer;
  readonly toStart: number;
  readonly bytes: number;
}

type Command = Dispatch | Copy;

/** What must not depend on a batch: pipelines, sizes, uniforms, and arrays that are no inputs. */
export type Fact = GPUComputePipeline | number | ArrayLike<number>;

export interface Recording {
  readonly commands: readonly Command[];
  /** By the place of the input; undefined where none of its values is read. */
  readonly inputs: readonly (GPUBuffer | undefined)[];
  /** Holds the result when the commands are done. */
  readonly result: GPUBuffer;
  /** False once a tensor that it reads or writes is gone. */
  readonly alive: boolean;
  dispose(): void;
}

/** A recording while it is made. */
interface Open {
  readonly places: ReadonlyMap<tf.DataId, number>;
  readonly firstId: number;
  readonly inputs: (GPUBuffer | undefined)[];
  readonly own: GPUBuffer[];
  readonly standing: Set<GPUBuffer>;
  readonly commands: Command[];
  readonly facts: Fact[];
}

const UNIFORM = 0x40;

/** Data ids of the backend count up. */
const idOf = (dataId: tf.DataId): number => (dataId as { readonly id: number }).id;

/** The pools of a backend that records: who made a buffer gets it back. */
class RecordedBuffers implements BufferSource {
  readonly standing: BufferPool;
  readonly scratch: BufferPool;
  readonly inputs: BufferPool;
  readonly own: BufferPool;
  /** Where new buffers come from. */
  front: BufferPool;
  /** Told of every buffer that a tensor outside of recordings gives up. */
  onRelease: (buffer: GPUBuffer) => void = () => {};

  constructor(device: GPUDevice) {
    this.standing = new BufferPool(device);
    [this.scratch, this.inputs, this.own] = [0, 1, 2].map(() => new BufferPool(device, false)) as [
      BufferPool,
      BufferPool,
      BufferPool,
    ];
    this.front = this.standing;
  }

  acquireBuffer(bytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const recording = this.front !== this.standing;
    return (recording && usage & UNIFORM ? this.own : this.front).acquireBuffer(bytes, usage);
  }

  releaseBuffer(buffer: GPUBuffer): void {
    if (this.own.owns(buffer)) return; // the recording gives it back
    if (this.standing.owns(buffer)) this.onRelease(buffer);
    for (const pool of [this.standing, this.scratch, this.inputs]) {
      if (pool.owns(buffer)) pool.releaseBuffer(buffer);
    }
  }

  bytesOf(buffer: GPUBuffer): number {
    return (this.#all.find((pool) => pool.owns(buffer)) ?? this.standing).bytesOf(buffer);
  }

  get numBytesUsed(): number {
    return this.#all.reduce((sum, pool) => sum + pool.numBytesUsed, 0);
  }

  get numBytesAllocated(): number {
    return this.#all.reduce((sum, pool) => sum + pool.numBytesAllocated, 0);
  }

  dispose(): void {
    for (const pool of this.#all) pool.dispose();
  }

  get #all(): readonly BufferPool[] {
    return [this.standing, this.scratch, this.inputs, this.own];
  }
}

/** Of one backend, whose methods it goes between. */
export class Recorder {
  readonly #backend: WebGPUBackend;
  readonly #internals: BackendInternals;
  readonly #buffers: RecordedBuffers;
  readonly #alive = new Set<{ readonly standing: ReadonlySet<GPUBuffer>; end(): void }>();
  #open: Open | null = null;
  /** Arrays that became tensors, in order, while somebody asks. */
  #collected: tf.DataId[] | null = null;

  /** @param backend that reuses its buffers */
  constructor(backend: WebGPUBackend) {
    this.#backend = backend;
    this.#internals = backend as unknown as BackendInternals;
    this.#buffers = new RecordedBuffers(backend.device);
    this.#buffers.onRelease = (buffer) => {
      for (const recording of this.#alive) if (recording.standing.has(buffer)) recording.end();
    };
    this.#goBetween();
  }

  /** What is made, and the tensors that it makes of arrays, in order. Nothing is computed in it. */
  collect<T>(make: () => T): { readonly made: T; readonly inputs: readonly tf.DataId[] } {
    const inputs: tf.DataId[] = [];
    this.#collected = inputs;
    try {
      return { made: make(), inputs };
    } finally {
      this.#collected = null;
    }
  }

  /** Its values, unless they are on the GPU already. */
  arrayOf(dataId: tf.DataId): Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> {
    const { values, dtype } = this.#internals.tensorMap.get(dataId);
    const Numbers = dtype === 'float32' ? Float32Array : Int32Array;
    return values instanceof Numbers ? values : Numbers.from(values!);
  }

  /** dtype and shape. */
  kindOf(dataId: tf.DataId): string {
    const { dtype, shape } = this.#internals.tensorMap.get(dataId);
    return `${dtype}[${shape}]`;
  }

  /**
   * Computes, and notes what that takes.
   *
   * @param inputs  of {@link collect}, not used yet
   * @param compute makes the result, and leaves nothing else behind but what it changed in place
   * @param after   takes the result over, when the recording is complete
   * @returns       `recording` null where something else was left, which a replay would overwrite;
   *                `facts` in which another batch of these shapes must not differ
   */
  record<T extends tf.TensorInfo, R>(
    inputs: readonly tf.DataId[],
    compute: () => T,
    after: (result: T) => R,
  ): { readonly result: R; readonly recording: Recording | null; readonly facts: readonly Fact[] } {
    const buffers = this.#buffers;
    this.#flush();
    const open: Open = {
      places: new Map(inputs.map((dataId, place) => [dataId, place])),
      firstId: this.#internals.nextDataId(),
      inputs: inputs.map(() => undefined),
      own: [],
      standing: new Set(),
      commands: [],
      facts: [],
    };
    this.#open = open;
    buffers.front = buffers.scratch;
    // else a computation's memory would be held twice
    buffers.standing.drain();
    let computed: T;
    try {
      computed = compute();
    } finally {
      this.#flush();
      this.#open = null;
      buffers.front = buffers.standing;
    }
    const { resource } = this.#internals.tensorMap.get(computed.dataId);
    const result = after(computed);
    this.#flush();
    const whole = buffers.scratch.numBytesUsed === 0 && resource !== null;
    if (!whole) {
      this.#giveBack(open.own);
      return { result, recording: null, facts: open.facts };
    }
    return { result, recording: this.#keep(open, resource), facts: open.facts };
  }

  /**
   * Asks for everything once more, with other arrays.
   *
   * @param arrays by the place of the input, of the sizes that were recorded
   * @param into   takes the result
   */
  replay(
    { inputs, commands, result }: Recording,
    arrays: (place: number) => Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>,
    into: tf.TensorInfo,
  ): void {
    const backend = this.#backend;
    inputs.forEach((buffer, place) => {
      if (buffer !== undefined) backend.queue.writeBuffer(buffer, 0, arrays(place));
    });
    backend.ensureCommandEncoderReady();
    backend.endComputePassEncoder();
    const encoder = this.#internals.commandEncoder!;
    let pass: GPUComputePassEncoder | null = null;
    let at: GPUComputePipeline | null = null;
    for (const command of commands) {
      if ('bindGroup' in command) {
        if (pass === null) {
          pass = encoder.beginComputePass();
          at = null;
        }
        if (at !== command.pipeline) {
          at = command.pipeline;
          pass.setPipeline(at);
        }
        pass.setBindGroup(0, command.bindGroup);
        pass.dispatchWorkgroups(...command.groups);
      } else {
        pass?.end();
        pass = null;
        const { from, fromStart, to, toStart, bytes } = command;
        encoder.copyBufferToBuffer(from, fromStart, to, toStart, bytes);
      }
    }
    pass?.end();
    const { buffer, size } = this.#internals.tensorToBinding(into)!;
    encoder.copyBufferToBuffer(result, 0, buffer, 0, size!);
    backend.submitQueue();
  }

  #keep({ own, standing, inputs, commands }: Open, result: GPUBuffer): Recording {
    let alive = true;
    const kept = {
      standing,
      end: () => {
        if (!alive) return;
        alive = false;
        this.#alive.delete(kept);
        this.#giveBack(own);
      },
    };
    this.#alive.add(kept);
    return {
      ...{ inputs, commands, result },
      get alive() {
        return alive;
      },
      dispose: kept.end,
    };
  }

  #giveBack(own: readonly GPUBuffer[]): void {
    for (const buffer of own) this.#buffers.own.releaseBuffer(buffer);
  }

  #flush(): void {
    if (this.#internals.commandEncoder === null) return;
    this.#backend.endComputePassEncoder();
    this.#backend.submitQueue();
  }

  #goBetween(): void {
    const backend = this.#backend;
    const internals = this.#internals;
    const buffers = this.#buffers;
    internals.bufferManager.dispose();
    internals.bufferManager = buffers;

    const write = backend.write.bind(backend);
    backend.write = (...given) => {
      const dataId = write(...given);
      this.#collected?.push(dataId);
      return dataId;
    };

    const upload = backend.uploadToGPU.bind(backend);
    backend.uploadToGPU = (dataId) => {
      const open = this.#open;
      const { resource, values } = internals.tensorMap.get(dataId);
      if (open === null || resource || !values) return upload(dataId);
      const place = open.places.get(dataId);
      const before = place === undefined && idOf(dataId) < open.firstId;
      buffers.front = before
        ? buffers.standing
        : place === undefined
          ? buffers.own
          : buffers.inputs;
      upload(dataId);
      buffers.front = buffers.scratch;
      const buffer = internals.tensorMap.get(dataId).resource!;
      if (place !== undefined) {
        open.inputs[place] = buffer;
      } else if (!before) {
        open.own.push(buffer);
        open.facts.push(values);
      }
    };

    const binding = internals.tensorToBinding;
    internals.tensorToBinding = (tensor) => {
      const bound = binding(tensor);
      if (this.#open !== null && bound !== null) {
        this.#open.facts.push(bound.size!);
        if (buffers.standing.owns(bound.buffer)) this.#open.standing.add(bound.buffer);
      }
      return bound;
    };

    const makeUniforms = internals.makeUniforms.bind(backend);
    internals.makeUniforms = (fields) => {
      const bound = makeUniforms(fields);
      if (this.#open !== null) {
        for (const { data } of fields) this.#open.facts.push(...data);
        this.#open.own.push((bound as GPUBufferBinding).buffer);
      }
      return bound;
    };

    backend.ensureCommandEncoderReady = () => {
      if (internals.commandEncoder !== null) return;
      const encoder = backend.device.createCommandEncoder();
      internals.commandEncoder = this.#open === null ? encoder : noting(encoder, this.#open);
    };
  }
}

/** The encoder, and everything that goes through it in `open`. */
function noting(encoder: GPUCommandEncoder, { commands, facts }: Open): GPUCommandEncoder {
  const beginComputePass = (): Partial<GPUComputePassEncoder> => {
    const pass = encoder.beginComputePass();
    let pipeline: GPUComputePipeline;
    let bindGroup: GPUBindGroup;
    return {
      setPipeline(given) {
        pipeline = given;
        pass.setPipeline(given);
      },
      setBindGroup(index: number, given: GPUBindGroup | null | undefined) {
        bindGroup = given!;
        pass.setBindGroup(index, given);
      },
      dispatchWorkgroups(x, y = 1, z = 1) {
        commands.push({ pipeline, bindGroup, groups: [x, y, z] });
        facts.push(pipeline, x, y, z);
        pass.dispatchWorkgroups(x, y, z);
      },
      end: () => pass.end(),
    };
  };
  const copyBufferToBuffer = (
    ...[from, fromStart, to, toStart, bytes]: [GPUBuffer, number, GPUBuffer, number, number]
  ): void => {
    commands.push({ from, fromStart, to, toStart, bytes });
    facts.push(fromStart, toStart, bytes);
    encoder.copyBufferToBuffer(from, fromStart, to, toStart, bytes);
  };
  const noted = { beginComputePass, copyBufferToBuffer, finish: () => encoder.finish() };
  return noted as unknown as GPUCommandEncoder;
}

/** Whether two recordings differ in nothing but the tensors that they are for. */
export const sameWork = (a: readonly Fact[], b: readonly Fact[]): boolean =>
  a.length === b.length && a.every((fact, i) => sameFact(fact, b[i]!));

function sameFact(a: Fact, b: Fact): boolean {
  if (typeof a === 'number' || typeof b === 'number' || !('length' in a) || !('length' in b)) {
    return Object.is(a, b);
  }
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

const known = new WeakMap<tf.KernelBackend, Recorder>();

/** @returns the backend, of which {@link recorderOf} now knows the recorder */
export function recordable(backend: WebGPUBackend): WebGPUBackend {
  known.set(backend, new Recorder(backend));
  return backend;
}

/** null where the backend records nothing. */
export const recorderOf = (backend: tf.KernelBackend): Recorder | null =>
  known.get(backend) ?? null;
