/** Seeded noise as tensors: every draw comes from src/base/random.ts, none from the backend. */
import { normals, type Random } from '../base/random.ts';
import * as tf from './tf.ts';

/** @returns [rows, columns] standard normals */
export function normalTensor(random: Random, rows: number, columns: number): tf.Tensor2D {
  return tf.tensor2d(normals(random, rows * columns), [rows, columns]);
}
