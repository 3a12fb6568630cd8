/**
 * Parity with the authors' implementation: reads a golden file, computes every number in it with
 * this notebook's model on the current backend, and reports quantity after quantity.
 */
import { err, ok, type Result } from '../base/result.ts';
import { compareActNormStart, compareFlowInverse, compareFlowSteps } from './flow.ts';
import { compareDecoders, compareLatencyDecoder, comparePosteriors } from './forward.ts';
import { asGolden, GOLDEN_FORMAT, type Golden } from './golden-file.ts';
import { type Comparison, loadGolden } from './golden-model.ts';
import { compareLayers } from './layers.ts';
import type { Report } from './measure.ts';
import { comparePreprocessing } from './preprocessing.ts';
import { compareScores } from './scores.ts';
import { asTrainedModel, compareTrainedModel, WEIGHTS_FILE } from './trained-model.ts';
import { compareTraining } from './training-step.ts';

/** `forward` leaves out the training steps. */
export type ParityPart = 'all' | 'forward';

export const FORWARD: Readonly<Record<string, Comparison>> = {
  layers: compareLayers,
  posteriors: comparePosteriors,
  decoders: compareDecoders,
  'latency decoder': compareLatencyDecoder,
  'flow steps': compareFlowSteps,
  'flow inverse': compareFlowInverse,
  'ActNorm start': compareActNormStart,
  scores: compareScores,
  preprocessing: async ({ golden }, report) => comparePreprocessing(golden.preprocessing, report),
};

export async function compareGolden(
  golden: Golden,
  part: ParityPart,
  report: Report,
): Promise<void> {
  const model = loadGolden(golden);
  for (const comparison of Object.values(FORWARD)) await comparison(model, report);
  if (part === 'all') await compareTraining(model, report);
  model.store.dispose();
}

/**
 * @param files a golden file, or the file of a trained model with its weights
 * @returns     why nothing was compared
 */
export async function compareFiles(
  files: readonly File[],
  part: ParityPart,
  report: Report,
): Promise<Result<null, string>> {
  const weights = files.find(({ name }) => name === WEIGHTS_FILE);
  const [file, ...more] = files.filter((other) => other !== weights);
  if (file === undefined || more.length > 0) return err('exactly one golden file is needed');
  const content = parseObject(await file.text());
  if (content === null) return err(`${file.name} is no JSON object`);

  if ('manifest' in content) {
    const trained = asTrainedModel(content, (await weights?.arrayBuffer()) ?? null);
    if (!trained.ok) return err(`${file.name}: ${trained.error}`);
    await compareTrainedModel(trained.value, report);
    return ok(null);
  }
  if (!('format' in content) || content.format !== GOLDEN_FORMAT) {
    return err(`${file.name} is not of the format ${GOLDEN_FORMAT}`);
  }
  const golden = asGolden(content);
  if (!golden.ok) return err(`${file.name}: ${golden.error}`);
  await compareGolden(golden.value, part, report);
  return ok(null);
}

function parseObject(text: string): object | null {
  try {
    const content: unknown = JSON.parse(text);
    return typeof content === 'object' ? content : null;
  } catch {
    return null; // the caller names the file
  }
}
