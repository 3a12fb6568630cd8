/** A kept model as a run of another dataset: its settings there, and its weights. */
import type { DetectorData, DetectorModel, SavedWeights } from '../detectors/detector.ts';
import type { RunSettings } from '../run/settings.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import { type OperationText, operationsOf } from '../trace/vocabulary.ts';
import type { KeptDetector, KeptModel } from './kept-model.ts';

export const MODEL_ENDING = '.tracevae';

/** Whether a file looks like a kept model, by its name. */
export const isModelName = (name: string): boolean => name.toLowerCase().endsWith(MODEL_ENDING);

/** The detectors' registry, which brings TensorFlow.js along. */
export type RestoreModel = (
  detector: KeptDetector['detector'],
  settings: RunSettings,
  operationCount: number,
  weights: SavedWeights,
) => DetectorModel;

/** What the model's detectors are restored with: all that is scored elsewhere is a test. */
export function modelSettings({ settings, detectors }: KeptModel): RunSettings {
  const { scored: _, ...rest } = settings;
  return { ...rest, detectors: detectors.map(({ detector }) => detector), limitTrain: null };
}

/** The model's vocabulary, as an import takes it. */
export const operationTexts = ({ validation }: Pick<KeptModel, 'validation'>): OperationText[] =>
  operationsOf(validation);

/** Traces to be scored, whose vocabulary begins with the model's; nothing to be learnt from. */
export const scoredData = (
  { scale }: Pick<KeptModel, 'scale'>,
  traces: TraceSet,
): DetectorData => ({
  traces,
  train: new Uint32Array(0),
  val: new Uint32Array(0),
  scale,
});

const OPERATION_EMBEDDING = 'operation_embedding.node_embedding.weight';

/**
 * Weights in which an operation that training never saw, which has the place of padding, is the mean
 * of those that it saw. Where padding is a node of its own (FC and DimEx) it stays what it is.
 */
export function openedWeights({
  detector,
  weights,
}: Pick<KeptDetector, 'detector' | 'weights'>): SavedWeights {
  if (detector === 'tracevae-fc' || detector === 'tracevae-dimex') return weights;
  return {
    ...weights,
    tensors: weights.tensors.map((tensor) =>
      tensor.name === OPERATION_EMBEDDING ? { ...tensor, data: withMean(tensor) } : tensor,
    ),
  };
}

/** @param table [operations, width] whose first row becomes the mean of the others */
function withMean({ shape, data }: SavedWeights['tensors'][number]): Float32Array {
  const [rows = 0, width = 0] = shape;
  if (rows < 2) return data;
  const filled = data.slice();
  for (let k = 0; k < width; k++) {
    let sum = 0;
    for (let row = 1; row < rows; row++) sum += data[row * width + k]!;
    filled[k] = sum / (rows - 1);
  }
  return filled;
}
