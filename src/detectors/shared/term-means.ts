/**
 * What the curves show: means of the loss terms over an epoch, and the first one that is no number.
 */
import { readBack } from '../../nn/read-back.ts';
import * as tf from '../../nn/tf.ts';
import type { CurvePoint } from '../fit-progress.ts';
import type { LossParts } from './training-plan.ts';

/** Means of the loss terms over batches, kept on the device and read a few times per epoch. */
export class TermMeans {
  readonly #terms: readonly string[];
  readonly #totals: Float64Array;
  #count = 0;
  #pending: { readonly terms: tf.Tensor1D; readonly size: number }[] = [];

  /** @param terms what they are called */
  constructor(terms: readonly string[]) {
    this.#terms = terms;
    this.#totals = new Float64Array(terms.length);
  }

  /** Takes over the tensor: [terms] means of a batch of `size` traces. */
  add(terms: tf.Tensor1D, size: number): void {
    this.#pending.push({ terms, size });
  }

  /**
   * What was added since the last read: its means [terms], and the first term that is no finite
   * number.
   */
  async read(): Promise<{ readonly means: Float64Array; readonly diverged: string | null }> {
    const pending = this.#pending;
    if (pending.length === 0) return { means: this.means(), diverged: null };
    const [values] = await readBack(() => [tf.stack(pending.map(({ terms }) => terms))]);
    this.dispose();
    const width = this.#terms.length;
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
      diverged: bad < 0 ? null : this.#terms[bad % width]!,
    };
  }

  /** [terms] means of everything read so far. */
  means(): Float64Array {
    return this.#totals.map((total) => total / this.#count);
  }

  dispose(): void {
    for (const { terms } of this.#pending) terms.dispose();
    this.#pending = [];
  }
}

/** One point of the curves, nats per trace; a validation loss that is no finite number is null. */
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
const finiteOrNull = (value: number | null | undefined): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;
