/** TraceVAE small enough for a test, all parts present, for {@link file://./toy-traces.ts}. */
import {
  type ModelSettings,
  TRACEVAE_PRESETS,
  type TraceVaeConfig,
  type TraceVaeSettings,
  traceVaeConfig,
} from '../detectors/tracevae/meta.ts';

const { model, schedule, scoring } = TRACEVAE_PRESETS.tiny;

const SMALL_MODEL: ModelSettings = {
  ...model,
  units: 6,
  layers: 2,
  operationEmbedding: 5,
  nodeEmbedding: 4,
  nodeCountHidden: [8],
  graphEmbeddingHidden: [8, 8],
  z2GivenZHidden: [8],
  flowHidden: 8,
  flowLevels: 2,
  maxNodes: 6,
};

/** @param epochs of both phases */
export const smallSettings = (epochs: number): TraceVaeSettings => ({
  model: SMALL_MODEL,
  schedule: { ...schedule, batchSize: 8, epochs },
  scoring,
});

export const SMALL_TRACEVAE: TraceVaeConfig = traceVaeConfig(smallSettings(schedule.epochs));
