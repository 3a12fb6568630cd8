/** TraceVAE as a detector: fit on training traces, or restored from stored weights. */
import type {
  DetectorData,
  FitContext,
  FitResult,
  ProbabilisticModel,
  SavedWeights,
} from '../detector.ts';
import type { TraceVaeConfig } from './meta.ts';

export function fitTraceVae(
  _data: DetectorData,
  _config: TraceVaeConfig,
  _context: FitContext,
): FitResult {
  throw new Error('not built yet');
}

export function restoreTraceVae(
  _config: TraceVaeConfig,
  _operationCount: number,
  _weights: SavedWeights,
): ProbabilisticModel {
  throw new Error('not built yet');
}
