/** What of traces a model did not meet in training, counted without their scores. */
import { createStructureFinder } from '../statistics/known-structures.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import type { Drift } from './drift.ts';
import type { KeptModel } from './kept-model.ts';

/** @param selected trace indices; the vocabulary of the traces begins with the model's */
export function movedFrom(
  { usual, scale }: Pick<KeptModel, 'usual' | 'scale'>,
  traces: TraceSet,
  selected: Uint32Array,
): Omit<Drift, 'aboveMedian'> {
  const { structures, structureOf, nodeOffset, latencyUs } = traces;
  const find = createStructureFinder(usual.known)(traces);
  const operations = scale.meanUs.length;
  const sums = { calls: 0, unknownCalls: 0, newStructures: 0, compared: 0, slower: 0 };
  for (const trace of selected) {
    const structure = structureOf[trace]!;
    const [first, end] = [structures.nodeOffset[structure]!, structures.nodeOffset[structure + 1]!];
    sums.calls += end - first;
    for (let i = first; i < end; i++)
      if (structures.operation[i]! >= operations) sums.unknownCalls++;
    const known = find(structure);
    if (known < 0) {
      sums.newStructures++;
      continue;
    }
    sums.compared++;
    if (latencyUs[nodeOffset[trace]!]! > usual.wholeLowUs[known]!) sums.slower++;
  }
  return { traces: selected.length, ...sums };
}
