/** Detector id to its functions. The worker's door to the methods; it brings TensorFlow.js along. */
import type { DetectorId } from './catalog.ts';
import type {
  DetectorData,
  FitContext,
  FitResult,
  ProbabilisticModel,
  SavedWeights,
} from './detector.ts';
import type { TraceVaeConfig } from './tracevae/meta.ts';
import { fitTraceVae, restoreTraceVae } from './tracevae/tracevae.ts';

export interface DetectorFactory<Config> {
  fit(data: DetectorData, config: Config, context: FitContext): FitResult;
  /** @param operationCount operations of the dataset, padding included */
  restore(config: Config, operationCount: number, weights: SavedWeights): ProbabilisticModel;
}

interface Configs {
  readonly tracevae: TraceVaeConfig;
}

export const DETECTORS: { readonly [Id in DetectorId]: DetectorFactory<Configs[Id]> } = {
  tracevae: { fit: fitTraceVae, restore: restoreTraceVae },
};

export { fitTraceVae, restoreTraceVae };
