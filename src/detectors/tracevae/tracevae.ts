/** TraceVAE as a detector: fit on training traces, or restored from stored weights. */
import { ok, type Result } from '../../base/result.ts';
import { ParameterStore } from '../../nn/parameters.ts';
import type {
  DetectorData,
  FitContext,
  FitFailure,
  SavedWeights,
  TermsModel,
} from '../detector.ts';
import { explainTrace } from './explain.ts';
import { openKnownPaths } from './known-paths.ts';
import type { TraceVaeConfig } from './meta.ts';
import { storedPaths } from './path-decoder.ts';
import { scoreTraces } from './scoring.ts';
import { storedStatus } from './status-decoder.ts';
import { findStdLimits } from './std-limit.ts';
import { traceVaeSpecs } from './trace-vae.ts';
import type { TrainingModel } from './train-step.ts';
import { trainTraceVae } from './training.ts';

/** Trains TraceVAE, or an ablation of section 6.6, in the two phases of section 6.2. */
export async function fitTraceVae(
  data: DetectorData,
  config: TraceVaeConfig,
  context: FitContext,
): Promise<Result<TermsModel, FitFailure>> {
  const trained = await trainTraceVae(data, config, context);
  if (!trained.ok) return trained;
  return ok(modelOf(trained.value));
}

/**
 * TraceVAE (section 4) from stored weights.
 *
 * @param operationCount operations of the dataset, padding included
 */
export function restoreTraceVae(
  config: TraceVaeConfig,
  operationCount: number,
  weights: SavedWeights,
): TermsModel {
  const known = config.structureDecoder === 'call-paths' ? storedPaths(weights) : undefined;
  const status = storedStatus(weights);
  const specs = traceVaeSpecs(config, operationCount, known, status);
  return modelOf({
    store: ParameterStore.load(specs, weights.tensors),
    config,
    operationCount,
    ...(known && { paths: openKnownPaths(known, operationCount) }),
    ...(status && { status }),
  });
}

function modelOf(model: TrainingModel): TermsModel {
  const { store } = model;
  return {
    kind: 'terms',
    parameterCount: store.parameterCount(),
    saveWeights: async () => ({ formatVersion: 1, tensors: await store.save() }),
    scoreTerms: (data, selected, options) => scoreTraces(model, data, selected, options),
    stdLimits: (data, selected, seed) => findStdLimits(model, data, selected, seed),
    explain: (data, trace, options) => explainTrace(model, data, trace, options),
    dispose: () => store.dispose(),
  };
}
