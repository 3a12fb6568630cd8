/** TraceVAE small enough for a test, all parts present, for {@link file://./toy-traces.ts}. */
import { TRACEVAE_PRESETS, type TraceVaeConfig } from '../detectors/tracevae/meta.ts';

export const SMALL_TRACEVAE: TraceVaeConfig = {
  ...TRACEVAE_PRESETS.tiny,
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
  batchSize: 8,
};
