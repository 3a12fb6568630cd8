/**
 * Detector id to its functions. The worker's door to the methods; it brings TensorFlow.js along.
 */
import type { DetectorId } from './catalog.ts';
import type {
  DetectorData,
  FitContext,
  FitResult,
  ProbabilisticModel,
  SavedWeights,
} from './detector.ts';
import type { Ablation, TraceVaeConfig } from './tracevae/meta.ts';
import { ablated } from './tracevae/meta-ablations.ts';
import { fitTraceVae, restoreTraceVae } from './tracevae/tracevae.ts';

export interface DetectorFactory<Config> {
  /** Trains on the training traces of the data (section 6.2); labels play no part. */
  fit(data: DetectorData, config: Config, context: FitContext): FitResult;
  /**
   * The model of stored weights, without training.
   *
   * @param operationCount operations of the dataset, padding included
   */
  restore(config: Config, operationCount: number, weights: SavedWeights): ProbabilisticModel;
}

const tracevae = (ablation: Ablation): DetectorFactory<TraceVaeConfig> => ({
  fit: (data, config, context) => fitTraceVae(data, ablated(config, ablation), context),
  restore: (config, operationCount, weights) =>
    restoreTraceVae(ablated(config, ablation), operationCount, weights),
});

export const DETECTORS: Readonly<Record<DetectorId, DetectorFactory<TraceVaeConfig>>> = {
  tracevae: tracevae('none'),
  'tracevae-fc': tracevae('fc'),
  'tracevae-singlez': tracevae('singlez'),
  'tracevae-dimex': tracevae('dimex'),
};
