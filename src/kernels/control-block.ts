/**
 * How a kernel is handed to the threads: a few numbers in the memory that all of them share.
 *
 * The main thread writes kernel and arguments, then raises the generation and wakes the others;
 * each counts `pending` down when its part is done.
 */

/** Places in the block's Int32Array. */
export const GENERATION = 0;
export const PENDING = 1;
export const KERNEL = 2;
export const ARGUMENTS = 3;

/** Arguments start behind the four counters, float64 each. */
const FIRST_ARGUMENT = 2;
const MAX_ARGUMENTS = 30;

export const CONTROL_BYTES = 8 * (FIRST_ARGUMENT + MAX_ARGUMENTS);

/** A kernel that sleeps is woken in tens of microseconds; most follow each other sooner. */
export const SPINS = 2000;

/** What a thread is started with. */
export interface ThreadStart {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Byte address of the control block. */
  readonly control: number;
  readonly names: readonly string[];
  /** Which part of every kernel is this thread's. */
  readonly part: number;
  readonly parts: number;
}

export type Kernel = (...args: number[]) => void;

export interface ControlBlock {
  readonly counters: Int32Array;
  readonly args: Float64Array;
}

/** Views of the block at a byte address; they stay valid when the memory grows. */
export function controlBlock(memory: WebAssembly.Memory, address: number): ControlBlock {
  return {
    counters: new Int32Array(memory.buffer, address, 2 * FIRST_ARGUMENT),
    args: new Float64Array(memory.buffer, address + 8 * FIRST_ARGUMENT, MAX_ARGUMENTS),
  };
}
