/**
 * The recurrence of an LSTM in loops over host memory: the twin of the stock operations in
 * {@link file://./lstm.ts}, which cost some forty dispatches an item. Products stay the backend's.
 */
import { viewFloats } from './host-memory.ts';
import { product } from './products.ts';
import * as tf from './tf.ts';
import { withGradient } from './with-gradient.ts';

/** Out of the heap, which may move when a tensor is made. */
const copyOf = (x: tf.Tensor): Float32Array => Float32Array.from(viewFloats(x));

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * c = f c' + i tanh(g), h = o tanh(c), gates in the order i, f, o, g (Hochreiter & Schmidhuber 1997).
 *
 * @param projected [T B, 4 H] what the items add to the gates
 * @param recurrent [H, 4 H]
 * @param batch     B
 * @returns         [T B, H]
 */
export function lstmLoops(
  projected: tf.Tensor2D,
  recurrent: tf.Tensor2D,
  batch: number,
): tf.Tensor2D {
  const units = recurrent.shape[0];
  const rows = projected.shape[0];
  const steps = rows / batch;
  return withGradient([projected, recurrent], (save) => {
    /** [T B, 4 H] after their activations, [T B, H] each */
    const gates = copyOf(projected);
    const cells = new Float32Array(rows * units);
    const states = new Float32Array(rows * units);
    for (let t = 0; t < steps; t++) {
      if (t > 0) addProduct(gates, t, states, recurrent, batch);
      for (let row = t * batch; row < (t + 1) * batch; row++) {
        for (let u = 0; u < units; u++) {
          const at = row * 4 * units + u;
          const enter = sigmoid(gates[at]!);
          const keep = sigmoid(gates[at + units]!);
          const leave = sigmoid(gates[at + 2 * units]!);
          const candidate = Math.tanh(gates[at + 3 * units]!);
          const before = t === 0 ? 0 : cells[(row - batch) * units + u]!;
          const cell = keep * before + enter * candidate;
          gates[at] = enter;
          gates[at + units] = keep;
          gates[at + 2 * units] = leave;
          gates[at + 3 * units] = candidate;
          cells[row * units + u] = cell;
          states[row * units + u] = leave * Math.tanh(cell);
        }
      }
    }
    save([recurrent]);
    return {
      value: tf.tensor2d(states, [rows, units]),
      gradient: (dy, [u]) => {
        const dGates = gateGradients({ gates, cells }, copyOf(dy), u as tf.Tensor2D, batch);
        const dProjected = tf.tensor2d(dGates, [rows, 4 * units]);
        if (steps === 1) return [dProjected, tf.zeros([units, 4 * units])];
        // every step but the first reads the state before it
        const before = tf.tensor2d(states.subarray(0, rows * units - batch * units), [
          rows - batch,
          units,
        ]);
        const later = tf.tensor2d(dGates.subarray(batch * 4 * units), [rows - batch, 4 * units]);
        return [dProjected, product(before, later, { a: true })];
      },
    };
  });
}

/** Adds h U of the step before to the gates of step t, in place. */
function addProduct(
  gates: Float32Array,
  t: number,
  states: Float32Array,
  recurrent: tf.Tensor2D,
  batch: number,
): void {
  const [units, width] = recurrent.shape;
  const from = (t - 1) * batch * units;
  const added = tf.tidy(() =>
    copyOf(
      product(tf.tensor2d(states.subarray(from, from + batch * units), [batch, units]), recurrent),
    ),
  );
  const to = t * batch * width;
  for (let i = 0; i < added.length; i++) gates[to + i]! += added[i]!;
}

/** [T B, 4 H] the gradient of each gate before its activation. */
function gateGradients(
  { gates, cells }: { readonly gates: Float32Array; readonly cells: Float32Array },
  dy: Float32Array,
  recurrent: tf.Tensor2D,
  batch: number,
): Float32Array {
  const units = recurrent.shape[0];
  const rows = cells.length / units;
  const dGates = new Float32Array(rows * 4 * units);
  const dCell = new Float32Array(batch * units);
  /** What the step after gives to this one's state. */
  let dState: Float32Array = new Float32Array(batch * units);
  for (let t = rows / batch - 1; t >= 0; t--) {
    for (let b = 0; b < batch; b++) {
      const row = t * batch + b;
      for (let u = 0; u < units; u++) {
        const at = row * 4 * units + u;
        const enter = gates[at]!;
        const keep = gates[at + units]!;
        const leave = gates[at + 2 * units]!;
        const candidate = gates[at + 3 * units]!;
        const before = t === 0 ? 0 : cells[(row - batch) * units + u]!;
        const squashed = Math.tanh(cells[row * units + u]!);
        const dh = dy[row * units + u]! + dState[b * units + u]!;
        const dc = dCell[b * units + u]! + dh * leave * (1 - squashed * squashed);
        dGates[at] = dc * candidate * enter * (1 - enter);
        dGates[at + units] = dc * before * keep * (1 - keep);
        dGates[at + 2 * units] = dh * squashed * leave * (1 - leave);
        dGates[at + 3 * units] = dc * enter * (1 - candidate * candidate);
        dCell[b * units + u] = dc * keep;
      }
    }
    if (t === 0) break;
    const from = t * batch * 4 * units;
    dState = tf.tidy(() =>
      copyOf(
        product(
          tf.tensor2d(dGates.subarray(from, from + batch * 4 * units), [batch, 4 * units]),
          recurrent,
          { b: true },
        ),
      ),
    );
  }
  return dGates;
}
