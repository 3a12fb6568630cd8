/**
 * What the curves show: means of the loss terms over an epoch, and the first one that is no number.
 */
import { readBack } from '../../nn/read-back.ts';
import * as tf from '../../nn/tf.ts';
import type { CurvePoint } from '../fit-progress.ts';
import { LOSS_TERMS, type LossParts } from './loss.ts';

/** Means of the loss terms over batches, kept on the device and read a few times an epoch. */
export class TermMeans {
  readonly #totals = new Float64Array(LOSS_TERMS.length);
  #count = 0;
  #pending: { readonly terms: tf.Tensor1D; readonly size: number }[] = [];

  /** Takes over the tensor: [10] means of a batch of `size` traces, in the order of LOSS_TERMS. */
  add(terms: tf.Tensor1D, size: number): void {
    this.#pending.push({ terms, size });
  }

  /**
   * What was added since the last read: its means [10], and the first term that is no finite
   * number.
   */
  async read(): Promise<{ readonly means: Float64Array; readonly diverged: string | null }> {
    const pending = this.#pending;
    if (pending.length === 0) return { means: this.means(), diverged: null };
    const [values] = await readBack(() => [tf.stack(pending.map(({ terms }) => terms))]);
    this.dispose();
    const width = LOSS_TERMS.length;
    const sums = new Float64Array(width);
    let count = 0;
    pending.forEach(({ size }, step) => {
      count += size;
      for (let i = 0; i < width; i++) sums[i]! += size * values[step * width + i]!;
    });
    for (let i = 0; i < width; i++) this.#totals[i]! += sums[i]!;
    this.#count += count;
    // within the first bad step: a step later every term is NaN
    const bad = values.findIndex((value) => !Number.isFinite(value));
    return {
      means: sums.map((sum) => sum / count),
      diverged: bad < 0 ? null : LOSS_TERMS[bad % width]!,
    };
  }

  /** [10] means of everything read so far. */
  means(): Float64Array {
    return this.#totals.map((total) => total / this.#count);
  }

  dispose(): void {
    for (const { terms } of this.#pending) terms.dispose();
    this.#pending = [];
  }
}

/** One point of the curves, nats a trace; a validation loss that is no finite number is null. */
export function curvePoint(
  at: Pick<CurvePoint, 'epoch' | 'phase' | 'learningRate' | 'seconds'>,
  train: LossParts,
  validation: LossParts | null,
): CurvePoint {
  return {
    ...at,
    ...train,
    valLoss: finiteOrNull(validation?.loss),
    valKl: finiteOrNull(validation?.kl),
    valNllStructure: finiteOrNull(validation?.nllStructure),
    valNllTime: finiteOrNull(validation?.nllTime),
  };
}

/** An outlier can overflow the validation loss; that is no reason to fail. */
const finiteOrNull = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;
