/**
 * Kernels of our own on the memory of TensorFlow.js's WASM backend: they take tensors where they
 * lie, and write tensors that TensorFlow.js owns.
 */

import compiled from 'virtual:kernels';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import {
  ARGUMENTS,
  CONTROL_BYTES,
  type ControlBlock,
  controlBlock,
  GENERATION,
  KERNEL,
  type Kernel,
  PENDING,
  SPINS,
  type ThreadStart,
} from './control-block.ts';
import { shareClones } from './shared-clones.ts';

/** What Emscripten gives and the package's types leave out. */
interface EmscriptenModule {
  readonly wasmMemory?: WebAssembly.Memory;
  readonly asm: { readonly memory?: WebAssembly.Memory };
  _malloc(bytes: number): number;
  _free(address: number): void;
}

/** Work below this many multiplications is not worth waking a thread for. */
export const WORTH_SHARING = 100_000;

export class WasmKernels {
  readonly #backend: BackendWasm;
  readonly #emscripten: EmscriptenModule;
  readonly #memory: WebAssembly.Memory;
  readonly #module: WebAssembly.Module;
  readonly #exports: WebAssembly.Exports;
  readonly #names: string[];
  #scratch = { address: 0, bytes: 0 };
  #threads: { readonly block: ControlBlock; readonly workers: readonly Worker[] } | null = null;

  constructor(backend: BackendWasm) {
    this.#backend = backend;
    this.#emscripten = backend.wasm as unknown as EmscriptenModule;
    const memory = this.#emscripten.wasmMemory ?? this.#emscripten.asm.memory;
    if (memory === undefined) throw new Error('the WASM backend shows no memory');
    this.#memory = memory;
    this.#module = compile(memory);
    this.#exports = new WebAssembly.Instance(this.#module, { env: { memory } }).exports;
    this.#names = Object.keys(this.#exports).filter((name) => name !== 'memory');
  }

  /** 1 and what {@link startThreads} added. */
  get parts(): number {
    return 1 + (this.#threads?.workers.length ?? 0);
  }

  /** Byte address of a tensor's values. */
  address(tensor: tf.Tensor): number {
    return this.#backend.dataIdMap.get(tensor.dataId).memoryOffset;
  }

  /** A tensor whose values are whatever lay there. */
  output<T extends tf.Tensor = tf.Tensor>(shape: readonly number[]): T {
    const info = this.#backend.makeOutput([...shape], 'float32');
    return tf.engine().makeTensorFromTensorInfo(info, this.#backend) as T;
  }

  /** Byte address of at least so many bytes, for one kernel; the next call may move it. */
  scratch(bytes: number): number {
    if (bytes > this.#scratch.bytes) {
      if (this.#scratch.bytes > 0) this.#emscripten._free(this.#scratch.address);
      this.#scratch = { address: this.#emscripten._malloc(bytes), bytes };
    }
    return this.#scratch.address;
  }

  /** A view of memory, until the next tensor is made. */
  words(address: number, length: number): Uint32Array {
    return new Uint32Array(this.#memory.buffer, address, length);
  }

  /** The same. */
  doubles(address: number, length: number): Float64Array {
    return new Float64Array(this.#memory.buffer, address, length);
  }

  /**
   * @param work multiplications, about: decides whether threads are woken
   * @param args of the kernel, part and parts left out
   * @returns    the number of parts
   */
  run(name: string, work: number, ...args: number[]): number {
    const kernel = this.#exports[name] as Kernel;
    if (this.#threads === null || work < WORTH_SHARING) {
      kernel(...args, 0, 1);
      return 1;
    }
    const { block, workers } = this.#threads;
    const { counters } = block;
    counters[KERNEL] = this.#names.indexOf(name);
    counters[ARGUMENTS] = args.length;
    block.args.set(args);
    Atomics.store(counters, PENDING, workers.length);
    Atomics.add(counters, GENERATION, 1);
    Atomics.notify(counters, GENERATION);
    kernel(...args, 0, workers.length + 1);
    // the others' parts are as large, so they are all but done; where other programs have taken
    // their processor, looking on would only take more of it
    let spins = 0;
    for (let left = Atomics.load(counters, PENDING); left > 0; ) {
      if (++spins > SPINS) Atomics.wait(counters, PENDING, left);
      left = Atomics.load(counters, PENDING);
    }
    return workers.length + 1;
  }

  /** Needs shared memory. Threads end with the worker that started them. */
  async startThreads(count: number): Promise<void> {
    if (this.#threads !== null || count < 1) return;
    const control = this.#emscripten._malloc(CONTROL_BYTES);
    const block = controlBlock(this.#memory, control);
    block.counters.fill(0);
    const workers = await Promise.all(
      Array.from({ length: count }, (_, i) =>
        startThread({
          module: this.#module,
          memory: this.#memory,
          control,
          names: this.#names,
          part: i + 1,
          parts: count + 1,
        }),
      ),
    );
    this.#threads = { block, workers };
  }
}

function startThread(start: ThreadStart): Promise<Worker> {
  const worker = new Worker(new URL('./kernel-thread.ts', import.meta.url), { type: 'module' });
  return new Promise((resolve, reject) => {
    worker.onmessage = () => resolve(worker);
    worker.onerror = ({ message }) =>
      reject(new Error(`a kernel thread does not start: ${message}`));
    worker.postMessage(start);
  });
}

/** With relaxed SIMD where the engine has it: products and sums are then one instruction. */
function compile({ buffer }: WebAssembly.Memory): WebAssembly.Module {
  const shared = typeof SharedArrayBuffer !== 'undefined' && buffer instanceof SharedArrayBuffer;
  const [relaxed, plain] = (
    shared ? [compiled.relaxedShared, compiled.plainShared] : [compiled.relaxed, compiled.plain]
  ).map(bytesOf) as [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>];
  return new WebAssembly.Module(WebAssembly.validate(relaxed) ? relaxed : plain);
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

const known = new WeakMap<tf.KernelBackend, WasmKernels>();

/** Of the current backend; null where it is another one or has no SIMD. */
export function wasmKernels(): WasmKernels | null {
  if (tf.getBackend() !== 'wasm') return null;
  const backend = tf.backend() as BackendWasm;
  let kernels = known.get(backend);
  if (kernels === undefined) {
    if (!tf.env().getBool('WASM_HAS_SIMD_SUPPORT')) return null;
    kernels = new WasmKernels(backend);
    shareClones();
    known.set(backend, kernels);
  }
  return kernels;
}
