/** The order in which one epoch of training meets its traces. */
import { assert } from '../base/assert.ts';
import { type Random, shuffle } from '../base/random.ts';

/**
 * All selected traces in a fresh random order, cut into batches; the last one may be smaller and
 * is kept, as the authors do.
 *
 * @returns views into one shuffled copy of `selected`
 */
export function epochBatches(
  selected: Uint32Array,
  batchSize: number,
  random: Random,
): Uint32Array[] {
  assert(batchSize >= 1, `batch size ${batchSize}`);
  const order = shuffle(random, selected.slice());
  const batches: Uint32Array[] = [];
  for (let start = 0; start < order.length; start += batchSize) {
    batches.push(order.subarray(start, start + batchSize));
  }
  return batches;
}
