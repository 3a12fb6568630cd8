/**
 * The buffers of TensorFlow.js's WebGPU backend, used again. The package's own pool knows a buffer
 * by its exact size and never shrinks; but batches have other numbers of rows every time, and making
 * a buffer costs a driver as much as a dispatch. Here sizes are rounded up to classes, of which any
 * two neighbours differ by an eighth at most, and what has lain free the longest goes first.
 */
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import type { DataId } from '@tensorflow/tfjs-core';

/** Smaller buffers are no saving. */
const SMALLEST_CLASS = 64;

/** All buffers together may hold so many times the most bytes that were ever in use at once. */
const ALLOCATED_SHARE = 1.1;

/** @param bytes above 0  @returns the class's bytes, a multiple of 4 */
export function bufferClass(bytes: number): number {
  if (bytes <= SMALLEST_CLASS) return SMALLEST_CLASS;
  const step = 2 ** (Math.ceil(Math.log2(bytes)) - 4);
  return Math.ceil(bytes / step) * step;
}

/** So many times what is asked for may a buffer have that lies free in a pool which never trims. */
const MOST_TOO_LARGE = 2;

/** Free buffers of one class and usage. */
interface Shelf {
  readonly bytes: number;
  readonly usage: GPUBufferUsageFlags;
  readonly free: GPUBuffer[];
  /** When a buffer was last put or looked for here, in turns of the pool. */
  lastTurn: number;
}

/** In the place of the package's BufferManager, of which it has the methods that are called. */
export interface BufferSource {
  readonly numBytesUsed: number;
  readonly numBytesAllocated: number;
  acquireBuffer(bytes: number, usage: GPUBufferUsageFlags): GPUBuffer;
  releaseBuffer(buffer: GPUBuffer): void;
  /** Bytes that the user of a buffer asked for. */
  bytesOf(buffer: GPUBuffer): number;
  dispose(): void;
}

export class BufferPool implements BufferSource {
  readonly #device: GPUDevice;
  readonly #trims: boolean;
  readonly #shelves = new Map<string, Shelf>();
  /** Buffers in use, and the bytes that were asked for. */
  readonly #used = new Map<GPUBuffer, number>();
  #turn = 0;
  #peakBytesUsed = 0;
  numBytesUsed = 0;
  numBytesAllocated = 0;

  /** @param trims whether free buffers go where they are many; else something may still know them */
  constructor(device: GPUDevice, trims = true) {
    this.#device = device;
    this.#trims = trims;
  }

  /** Whether the buffer is in use and of this pool. */
  owns(buffer: GPUBuffer): boolean {
    return this.#used.has(buffer);
  }

  acquireBuffer(bytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const shelf = this.#shelfOf(bufferClass(bytes), usage);
    let buffer = shelf.free.pop() ?? (this.#trims ? undefined : this.#larger(shelf)?.free.pop());
    this.numBytesUsed += buffer?.size ?? shelf.bytes;
    this.#peakBytesUsed = Math.max(this.#peakBytesUsed, this.numBytesUsed);
    if (buffer === undefined) {
      if (this.#trims) this.#trim(shelf.bytes);
      buffer = this.#device.createBuffer({ size: shelf.bytes, usage });
      this.numBytesAllocated += shelf.bytes;
    }
    this.#used.set(buffer, bytes);
    return buffer;
  }

  releaseBuffer(buffer: GPUBuffer): void {
    if (!this.#used.delete(buffer)) return; // of a pool that was disposed of
    this.numBytesUsed -= buffer.size;
    this.#shelfOf(buffer.size, buffer.usage).free.push(buffer);
  }

  bytesOf(buffer: GPUBuffer): number {
    return this.#used.get(buffer) ?? buffer.size;
  }

  /** Gives back what is free. */
  drain(): void {
    for (const { free, bytes } of this.#shelves.values()) {
      for (const buffer of free.splice(0)) {
        buffer.destroy();
        this.numBytesAllocated -= bytes;
      }
    }
  }

  dispose(): void {
    this.drain();
    for (const buffer of this.#used.keys()) buffer.destroy();
    this.#shelves.clear();
    this.#used.clear();
    this.numBytesUsed = 0;
    this.numBytesAllocated = 0;
  }

  /** The next larger class that has a buffer free: it takes other sizes than it was made for. */
  #larger({ bytes, usage }: Shelf): Shelf | undefined {
    let best: Shelf | undefined;
    for (const shelf of this.#shelves.values()) {
      if (shelf.usage !== usage || shelf.free.length === 0) continue;
      if (shelf.bytes <= bytes || shelf.bytes > MOST_TOO_LARGE * bytes) continue;
      if (best === undefined || shelf.bytes < best.bytes) best = shelf;
    }
    return best;
  }

  #shelfOf(bytes: number, usage: GPUBufferUsageFlags): Shelf {
    const key = `${bytes} ${usage}`;
    let shelf = this.#shelves.get(key);
    if (shelf === undefined) {
      shelf = { bytes, usage, free: [], lastTurn: 0 };
      this.#shelves.set(key, shelf);
    }
    shelf.lastTurn = ++this.#turn;
    return shelf;
  }

  /**
   * Makes room for so many bytes. What is free is in no command that waits: the package holds such
   * buffers back until they are submitted.
   */
  #trim(bytes: number): void {
    const most = ALLOCATED_SHARE * this.#peakBytesUsed;
    if (this.numBytesAllocated + bytes <= most) return;
    const idle = [...this.#shelves.values()].filter(({ free }) => free.length > 0);
    const worth = ({ bytes: each, lastTurn }: Shelf): number => each * (this.#turn - lastTurn);
    idle.sort((a, b) => worth(b) - worth(a));
    for (const shelf of idle) {
      while (shelf.free.length > 0 && this.numBytesAllocated + bytes > most) {
        shelf.free.pop()!.destroy();
        this.numBytesAllocated -= shelf.bytes;
      }
    }
  }
}

/** What the package has and its types keep private, or read-only. */
export interface BackendInternals {
  /** Counts up. */
  nextDataId(): number;
  bufferManager: BufferSource;
  readonly tensorMap: { get(dataId: DataId): TensorData };
  commandEncoder: GPUCommandEncoder | null;
  tensorToBinding(tensor: { dataId: DataId } | undefined): GPUBufferBinding | null;
  convertAndCacheOnCPU(dataId: DataId, values: unknown): unknown;
  makeUniforms(fields: readonly { readonly data: readonly number[] }[]): GPUBindingResource;
}

export interface TensorData {
  readonly dtype: string;
  readonly shape: readonly number[];
  values: ArrayLike<number> | Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | null;
  resource: GPUBuffer | null;
}

const TENSOR_USAGE = 0x80 | 0x04 | 0x08; // STORAGE, COPY_SRC, COPY_DST

const bytesOf = ({ shape }: TensorData): number =>
  Math.max(4, 4 * shape.reduce((size, length) => size * length, 1));

/**
 * Gives a new backend this pool. Values go up through the queue, which has memory of its own for
 * that, where the package makes and destroys a buffer for each.
 */
export function reuseBuffers(backend: WebGPUBackend): WebGPUBackend {
  const internals = backend as unknown as BackendInternals;
  internals.bufferManager = new BufferPool(backend.device);
  const pool = (): BufferSource => internals.bufferManager;

  backend.uploadToGPU = (dataId) => {
    const data = internals.tensorMap.get(dataId);
    if (data.resource !== null && data.resource !== undefined) return;
    data.resource = pool().acquireBuffer(bytesOf(data), TENSOR_USAGE);
    if (!data.values) return;
    // the buffer is in no command that waits, so that writing ahead of those is no harm
    const Numbers = data.dtype === 'float32' ? Float32Array : Int32Array;
    const values = data.values instanceof Numbers ? data.values : Numbers.from(data.values);
    backend.queue.writeBuffer(data.resource, 0, values);
    data.values = null;
  };

  internals.tensorToBinding = (tensor) => {
    if (tensor === undefined) return null;
    const buffer = internals.tensorMap.get(tensor.dataId).resource!;
    return { buffer, size: pool().bytesOf(buffer) };
  };

  backend.getBufferData = async (buffer) => {
    const bytes = pool().bytesOf(buffer);
    const staging = pool().acquireBuffer(bytes, 0x01 | 0x08); // MAP_READ, COPY_DST
    backend.ensureCommandEncoderReady();
    backend.endComputePassEncoder();
    internals.commandEncoder!.copyBufferToBuffer(buffer, 0, staging, 0, bytes);
    backend.submitQueue();
    await staging.mapAsync(0x01, 0, bytes); // READ
    const values = staging.getMappedRange(0, bytes).slice(0);
    staging.unmap();
    pool().releaseBuffer(staging);
    return values;
  };

  // the package would keep what it read, and tensors that are changed in place would stay old
  internals.convertAndCacheOnCPU = (_dataId, values) => values;
  return backend;
}
