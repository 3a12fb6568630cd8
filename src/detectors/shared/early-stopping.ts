/**
 * Early stopping (the paper, section 6.2, says only that it is used): a phase ends when the
 * validation loss has not fallen for some validations, and keeps the weights of its lowest one.
 */
import { type ParameterStore, packTensors } from '../../nn/parameters.ts';
import type * as tf from '../../nn/tf.ts';
import type { BestEpoch } from '../checkpoint.ts';

type Snapshot = ReadonlyMap<string, tf.Tensor>;

/** Owns a copy of the best weights of the phase. */
export class EarlyStopping {
  readonly #patience: number;
  readonly #store: ParameterStore;
  #best: (Omit<BestEpoch, 'weights'> & { readonly tensors: Snapshot }) | null = null;

  /**
   * @param patience validations without a lower loss that end a phase; 0: the phase runs to its end
   *                 and keeps its last weights
   */
  constructor(patience: number, store: ParameterStore) {
    this.#patience = patience;
    this.#store = store;
  }

  /** Forgets the best epoch: phases (section 6.2) are stopped each by itself. */
  startPhase(): void {
    this.dispose();
  }

  /** Goes on with the best epoch of an interrupted phase. */
  resume({ epoch, loss, validationsSince }: BestEpoch, best: ParameterStore): void {
    this.dispose();
    this.#best = { epoch, loss, validationsSince, tensors: best.snapshot() };
  }

  /**
   * @param epoch 1-based, counted over all phases
   * @param loss  of the validation traces, nats; null where it is not finite
   * @returns whether the phase has had its patience
   */
  observe(epoch: number, loss: number | null): boolean {
    if (this.#patience === 0) return false;
    if (loss !== null && (this.#best === null || loss < this.#best.loss)) {
      this.dispose();
      this.#best = { epoch, loss, validationsSince: 0, tensors: this.#store.snapshot() };
      return false;
    }
    if (this.#best === null) return false;
    const validationsSince = this.#best.validationsSince + 1;
    this.#best = { ...this.#best, validationsSince };
    return validationsSince >= this.#patience;
  }

  /** At the end of a phase: back to its best weights. */
  endPhase(): void {
    if (this.#best !== null) this.#store.restore(this.#best.tensors);
    this.dispose();
  }

  /** The best epoch for a checkpoint: loss in nats, weights [numbers] in one column. */
  async state(): Promise<BestEpoch | null> {
    if (this.#best === null) return null;
    const { tensors, ...best } = this.#best;
    return { ...best, weights: await packTensors(tensors) };
  }

  dispose(): void {
    for (const tensor of this.#best?.tensors.values() ?? []) tensor.dispose();
    this.#best = null;
  }
}
