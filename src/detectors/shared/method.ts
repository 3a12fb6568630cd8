/** A detector with settings of its own, as the registry takes it. */
import type {
  DetectorData,
  DetectorModel,
  FitContext,
  FitResult,
  SavedWeights,
} from '../detector.ts';
import type { VaeSchedule } from './vae-training.ts';

/** Sizes of TraceVAE's graph networks, which VGAE has too. */
export interface GraphSizes {
  readonly units: number;
  readonly heads: number;
  readonly layers: number;
  readonly operationEmbedding: number;
}

/** @typeParam Config the settings of its meta */
export interface MethodSettings<Config> {
  readonly config: Config;
  /** From the settings of the run. */
  readonly schedule: VaeSchedule;
  readonly graphs: GraphSizes;
}

export interface Method<Config> {
  /** Trains on the training traces of the data; labels play no part. */
  fit(data: DetectorData, settings: MethodSettings<Config>, context: FitContext): FitResult;
  /**
   * The model of stored weights, without training.
   *
   * @param operationCount operations of the dataset, padding included
   */
  restore(
    settings: MethodSettings<Config>,
    operationCount: number,
    weights: SavedWeights,
  ): DetectorModel;
}
