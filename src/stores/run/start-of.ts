/** What a run that goes on from a kept model hands to training, and what it says of that. */
import { err, ok, type Result } from '../../base/result.ts';
import { type DetectorId, detectorMeta } from '../../detectors/catalog.ts';
import type { StartingModel } from '../../detectors/detector.ts';
import { operationTexts } from '../../model/opened-model.ts';
import type { RunSettings } from '../../run/settings.ts';
import { fullName, operationsOf, type Vocabulary } from '../../trace/vocabulary.ts';
import type { JobFailure } from '../../worker/job-failure.ts';
import type { RunStoreDeps } from './run-state.ts';

/** Those that can begin with weights; the others learn anew. */
const startsFromWeights = (detector: DetectorId): boolean =>
  detectorMeta(detector).gives.kind === 'terms';

/** @returns nothing of a run, or a detector, that starts at random */
export async function startOf(
  keptModel: RunStoreDeps['keptModel'],
  { startedFrom }: Pick<RunSettings, 'startedFrom'>,
  detector: DetectorId,
): Promise<Result<{ readonly start?: StartingModel }, JobFailure>> {
  if (startedFrom === undefined || !startsFromWeights(detector)) return ok({});
  const model = await keptModel?.(startedFrom);
  if (!model) {
    return err({
      kind: 'unusable-data',
      what: `the model ${startedFrom.name}, which training was to begin with, is not kept here any more`,
      where: 'the list of models',
      advice: 'open its file, or start at random',
    });
  }
  const own = model.detectors.find((one) => one.detector === detector);
  if (own === undefined) return ok({});
  const { name } = startedFrom;
  return ok({ start: { name, operations: operationTexts(model), weights: own.weights } });
}

/** What the run says of it: the detectors that it holds for, and what the model did not have. */
export function startWords({ name, operations }: StartingModel, vocabulary: Vocabulary): string {
  const known = new Set(operations.map(fullName));
  const unseen = operationsOf(vocabulary).filter((text) => !known.has(fullName(text))).length;
  const began = `Training began with the weights of the model ${name}`;
  if (unseen === 0) return `${began}.`;
  return unseen === 1
    ? `${began}; one operation that it never saw began at random.`
    : `${began}; ${unseen} operations that it never saw began at random.`;
}
