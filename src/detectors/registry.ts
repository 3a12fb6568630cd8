/**
 * Detector id to its functions. The worker's door to the methods; it brings TensorFlow.js along.
 */
import { assert } from '../base/assert.ts';
import type { BaselineConfigs, BaselineId, DetectorId } from './catalog.ts';
import { CRISP } from './crisp/crisp.ts';
import type {
  DetectorData,
  DetectorModel,
  FitContext,
  FitResult,
  SavedWeights,
} from './detector.ts';
import { fitFsa, restoreFsa } from './fsa/fsa.ts';
import { fitLstmAd, restoreLstmAd } from './lstm-ad/lstm-ad.ts';
import type { VaeSchedule } from './shared/vae-training.ts';
import { fitVectors, restoreVectors, type VectorMethod } from './shared/vector-detector.ts';
import { TRACE_ANOMALY } from './trace-anomaly/trace-anomaly.ts';
import { type Ablation, type TraceVaeSettings, traceVaeConfig } from './tracevae/meta.ts';
import { ablated } from './tracevae/meta-ablations.ts';
import { fitTraceVae, restoreTraceVae } from './tracevae/tracevae.ts';
import { fitVgae, restoreVgae } from './vgae/vgae.ts';

/**
 * What the settings of a run say to its detectors: those of TraceVAE, whose schedule the baselines take over, and VGAE the sizes of the graph networks too.
 */
export interface DetectorSettings extends TraceVaeSettings {
  /** Of the baselines of the run. */
  readonly baselines: Partial<BaselineConfigs>;
}

export interface DetectorFactory {
  /** Trains on the training traces of the data (section 6.2); labels play no part. */
  fit(data: DetectorData, settings: DetectorSettings, context: FitContext): FitResult;
  /**
   * The model of stored weights, without training.
   *
   * @param operationCount operations of the dataset, padding included
   */
  restore(settings: DetectorSettings, operationCount: number, weights: SavedWeights): DetectorModel;
}

const tracevae = (ablation: Ablation): DetectorFactory => ({
  fit: (data, settings, context) =>
    fitTraceVae(data, ablated(traceVaeConfig(settings), ablation), context),
  restore: (settings, operationCount, weights) =>
    restoreTraceVae(ablated(traceVaeConfig(settings), ablation), operationCount, weights),
});

function own<Id extends BaselineId>({ baselines }: DetectorSettings, id: Id): BaselineConfigs[Id] {
  const config = baselines[id];
  assert(config !== undefined, `the run has no settings of ${id}`);
  return config;
}

/** Of the baselines, whose numbers in docs/results.md are those of their last weights. */
const scheduleOf = ({ schedule }: DetectorSettings): VaeSchedule => ({
  epochs: schedule.epochs,
  batchSize: schedule.batchSize,
  validateEvery: schedule.validateEvery,
  earlyStopping: 0,
  clipNorm: schedule.clipNorm,
  l2: schedule.l2,
});

const vectors = (id: 'trace-anomaly' | 'crisp', method: VectorMethod): DetectorFactory => ({
  fit: (data, settings, context) =>
    fitVectors(method, data, own(settings, id), scheduleOf(settings), context),
  restore: (settings, _operationCount, weights) =>
    restoreVectors(method, own(settings, id), weights),
});

export const DETECTORS: Readonly<Record<DetectorId, DetectorFactory>> = {
  tracevae: tracevae('none'),
  'tracevae-fc': tracevae('fc'),
  'tracevae-singlez': tracevae('singlez'),
  'tracevae-dimex': tracevae('dimex'),
  fsa: {
    fit: (data, settings, context) => fitFsa(data, own(settings, 'fsa'), context),
    restore: (settings, _operationCount, weights) => restoreFsa(own(settings, 'fsa'), weights),
  },
  'lstm-ad': {
    fit: (data, settings, context) =>
      fitLstmAd(data, own(settings, 'lstm-ad'), scheduleOf(settings), context),
    restore: (settings, operationCount, weights) =>
      restoreLstmAd(own(settings, 'lstm-ad'), operationCount, weights),
  },
  'trace-anomaly': vectors('trace-anomaly', TRACE_ANOMALY),
  crisp: vectors('crisp', CRISP),
  vgae: {
    fit: (data, settings, context) =>
      fitVgae(data, own(settings, 'vgae'), settings.model, scheduleOf(settings), context),
    restore: (settings, operationCount, weights) =>
      restoreVgae(own(settings, 'vgae'), settings.model, operationCount, weights),
  },
};
