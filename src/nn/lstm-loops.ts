/**
 * The recurrence of an LSTM in loops over host memory: the twin of the tensor operations in
 * {@link file://./lstm.ts}, which cost some forty dispatches per item. Products stay the backend's.
 */
import { fastSigmoid, fastTanh } from '../base/fast-exp.ts';
import { viewFloats } from './host-memory.ts';
import { product } from './products.ts';
import * as tf from './tf.ts';
import { withGradient } from './with-gradient.ts';

/** Out of the heap, which may move when a tensor is made. */
const copyOf = (x: tf.Tensor): Float32Array => viewFloats(x).slice();

/** Gives x W of plain numbers to `read`, in memory that is not valid afterwards. */
function readProduct(
  x: Float32Array,
  shape: [number, number],
  weight: tf.Tensor2D,
  transposed: { readonly b?: boolean },
  read: (values: Float32Array) => void,
): void {
  const factor = tf.tensor2d(x, shape);
  const result = product(factor, weight, transposed);
  read(viewFloats(result));
  tf.dispose([factor, result]);
}

/**
 * c = f c' + i tanh(g), h = o tanh(c), gates in the order i, f, o, g (Hochreiter & Schmidhuber 1997).
 *
 * @param projected [R, 4 H] what the items add to the gates
 * @param recurrent [H, 4 H]
 * @param sizes     [T] rows of each step, of packed sequences
 * @returns         [R, H]
 */
export function lstmLoops(
  projected: tf.Tensor2D,
  recurrent: tf.Tensor2D,
  sizes: readonly number[],
): tf.Tensor2D {
  const units = recurrent.shape[0];
  const rows = projected.shape[0];
  const before = rowsBefore(sizes);
  return withGradient([projected, recurrent], (save) => {
    /** [R, 4 H] after their activations, [R, H] each */
    const gates = copyOf(projected);
    const cells = new Float32Array(rows * units);
    const squashedCells = new Float32Array(rows * units);
    const states = new Float32Array(rows * units);
    eachStep(sizes, (first, size) => {
      if (first > 0) addProduct(gates, states, recurrent, { first, from: before[first]!, size });
      for (let row = first; row < first + size; row++) {
        const earlier = before[row]! * units;
        for (let u = 0; u < units; u++) {
          const at = row * 4 * units + u;
          const enter = fastSigmoid(gates[at]!);
          const keep = fastSigmoid(gates[at + units]!);
          const leave = fastSigmoid(gates[at + 2 * units]!);
          const candidate = fastTanh(gates[at + 3 * units]!);
          const cell = (earlier < 0 ? 0 : keep * cells[earlier + u]!) + enter * candidate;
          gates[at] = enter;
          gates[at + units] = keep;
          gates[at + 2 * units] = leave;
          gates[at + 3 * units] = candidate;
          const squashed = fastTanh(cell);
          cells[row * units + u] = cell;
          squashedCells[row * units + u] = squashed;
          states[row * units + u] = leave * squashed;
        }
      }
    });
    save([recurrent]);
    return {
      value: tf.tensor2d(states, [rows, units]),
      gradient: (dy, [u]) => {
        const learnt = { gates, cells, squashedCells, before };
        const dGates = gateGradients(learnt, copyOf(dy), u as tf.Tensor2D, sizes);
        const dProjected = tf.tensor2d(dGates, [rows, 4 * units]);
        const [started] = sizes;
        if (rows === started) return [dProjected, tf.zeros([units, 4 * units])];
        // every row but those of the first step reads the state before it
        const read = new Float32Array((rows - started!) * units);
        for (let row = started!; row < rows; row++) {
          const from = before[row]! * units;
          read.set(states.subarray(from, from + units), (row - started!) * units);
        }
        const later = tf.tensor2d(dGates.slice(started! * 4 * units), [rows - started!, 4 * units]);
        const dRecurrent = product(tf.tensor2d(read, [rows - started!, units]), later, { a: true });
        return [dProjected, dRecurrent];
      },
    };
  });
}

/** Calls `visit` with the first row and the rows of every step. */
function eachStep(sizes: readonly number[], visit: (first: number, size: number) => void): void {
  let first = 0;
  for (const size of sizes) {
    visit(first, size);
    first += size;
  }
}

/** [R] the row of the same sequence one step before; -1 in the first step. */
function rowsBefore(sizes: readonly number[]): Int32Array {
  const before = new Int32Array(sizes.reduce((sum, size) => sum + size, 0)).fill(-1);
  let earlier = 0;
  eachStep(sizes, (first, size) => {
    if (first > 0) {
      for (let i = 0; i < size; i++) before[first + i] = earlier + i;
    }
    earlier = first;
  });
  return before;
}

/** Adds h U of the step before, whose rows begin at `from`, to the gates of a step, in place. */
function addProduct(
  gates: Float32Array,
  states: Float32Array,
  recurrent: tf.Tensor2D,
  { first, from, size }: { readonly first: number; readonly from: number; readonly size: number },
): void {
  const [units, width] = recurrent.shape;
  const read = states.slice(from * units, (from + size) * units);
  const to = first * width;
  readProduct(read, [size, units], recurrent, {}, (added) => {
    for (let i = 0; i < added.length; i++) gates[to + i]! += added[i]!;
  });
}

interface Learnt {
  /** [R, 4 H] after their activations */
  readonly gates: Float32Array;
  /** [R, H] c, and tanh(c) */
  readonly cells: Float32Array;
  readonly squashedCells: Float32Array;
  /** [R] */
  readonly before: Int32Array;
}

/**
 * @param dy [R, H] of the hidden states
 * @returns  [R, 4 H] the gradient of each gate before its activation
 */
function gateGradients(
  { gates, cells, squashedCells, before }: Learnt,
  dy: Float32Array,
  recurrent: tf.Tensor2D,
  sizes: readonly number[],
): Float32Array {
  const units = recurrent.shape[0];
  const dGates = new Float32Array(gates.length);
  /** What the step after gives to this one; sequences that end here get nothing. */
  const dCell = new Float32Array(sizes[0]! * units);
  const dState = new Float32Array(sizes[0]! * units);
  let first = cells.length / units;
  for (const size of sizes.toReversed()) {
    first -= size;
    for (let i = 0; i < size; i++) {
      const row = first + i;
      const earlier = before[row]! * units;
      for (let u = 0; u < units; u++) {
        const at = row * 4 * units + u;
        const enter = gates[at]!;
        const keep = gates[at + units]!;
        const leave = gates[at + 2 * units]!;
        const candidate = gates[at + 3 * units]!;
        const squashed = squashedCells[row * units + u]!;
        const dh = dy[row * units + u]! + dState[i * units + u]!;
        const dc = dCell[i * units + u]! + dh * leave * (1 - squashed * squashed);
        dGates[at] = dc * candidate * enter * (1 - enter);
        dGates[at + units] = earlier < 0 ? 0 : dc * cells[earlier + u]! * keep * (1 - keep);
        dGates[at + 2 * units] = dh * squashed * leave * (1 - leave);
        dGates[at + 3 * units] = dc * enter * (1 - candidate * candidate);
        dCell[i * units + u] = dc * keep;
      }
    }
    if (first === 0) break;
    const own = dGates.slice(first * 4 * units, (first + size) * 4 * units);
    readProduct(own, [size, 4 * units], recurrent, { b: true }, (read) => dState.set(read));
  }
  return dGates;
}
