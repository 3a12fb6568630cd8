/**
 * Which rows of a table to take, as the backend reads it: made with a batch's other tensors, so that
 * a step which is recorded takes it for one of them.
 */
import { byBackend } from './routine.ts';
import * as tf from './tf.ts';

/** To take rows. */
export interface RowIndex {
  /** [P] rows */
  readonly rows: Int32Array;
  /** The same on WebGPU, else null. */
  readonly tensor: tf.Tensor1D | null;
}

/** To take rows, and to add to them. */
export interface TwoWayIndex extends RowIndex {
  /** R, rows of the table */
  readonly of: number;
  /** [R + 1 + P] on WebGPU: where the list of each row begins, and the places that take it; else null */
  readonly places: tf.Tensor1D | null;
}

/** @param rows [P] */
export const rowIndex = (rows: Int32Array): RowIndex => ({ rows, tensor: onGpu(rows) });

/**
 * @param rows [P]
 * @param of   R, rows of the table
 */
export const twoWayIndex = (rows: Int32Array, of: number): TwoWayIndex => ({
  ...rowIndex(rows),
  of,
  places: placesOnGpu(rows, of),
});

const onGpu = byBackend({
  cpu: (_rows: Int32Array): tf.Tensor1D | null => null,
  wasm: 'as cpu',
  webgpu: (_kernels, rows) => tf.tensor1d(rows, 'int32'),
});

const placesOnGpu = byBackend({
  cpu: (_rows: Int32Array, _of: number): tf.Tensor1D | null => null,
  wasm: 'as cpu',
  webgpu: (_kernels, rows, of) => tf.tensor1d(placesOf(rows, of), 'int32'),
});

function placesOf(rows: Int32Array, of: number): Int32Array {
  const places = new Int32Array(of + 1 + rows.length);
  for (const row of rows) places[row + 1]!++;
  for (let row = 0; row < of; row++) places[row + 1]! += places[row]!;
  const next = places.slice(0, of);
  rows.forEach((row, place) => {
    places[of + 1 + next[row]!++] = place;
  });
  return places;
}

/** What a gradient has to keep of it. */
export const tensorsOf = ({ tensor, places }: TwoWayIndex): tf.Tensor[] =>
  tensor === null || places === null ? [] : [tensor, places];

/** The index when the gradient is taken, where `saved` is what became of {@link tensorsOf}. */
export function savedIndex({ rows, of }: TwoWayIndex, saved: readonly tf.Tensor[]): TwoWayIndex {
  const [tensor = null, places = null] = saved as tf.Tensor1D[];
  return { rows, of, tensor, places };
}
