/**
 * Detector id to its functions. The worker's door to the methods; it brings TensorFlow.js along.
 */
import { assert } from '../base/assert.ts';
import { type BaselineConfigs, type BaselineId, type DetectorId, detectorMeta } from './catalog.ts';
import { CRISP } from './crisp/crisp.ts';
import type {
  DetectorData,
  DetectorModel,
  FitContext,
  FitResult,
  SavedWeights,
} from './detector.ts';
import { FSA } from './fsa/fsa.ts';
import { GTRACE } from './gtrace/gtrace.ts';
import { LSTM_AD } from './lstm-ad/lstm-ad.ts';
import type { Method, MethodSettings } from './shared/method.ts';
import { vectorDetector } from './shared/vector-detector.ts';
import { DURATION } from './statistics/duration.ts';
import { DURATION_GIVEN_STRUCTURE } from './statistics/duration-given-structure.ts';
import { HISTORY } from './statistics/history.ts';
import { ISOLATION_FOREST, ISOLATION_FOREST_TRACES } from './statistics/isolation-forests.ts';
import { ODDEST_NODE, ODDEST_NODES } from './statistics/oddest-nodes.ts';
import { MAHALANOBIS, RIDGE } from './statistics/self-times.ts';
import { statisticOf } from './statistics/statistic.ts';
import { UNSEEN_STRUCTURE } from './statistics/unseen-structure.ts';
import { TRACE_ANOMALY } from './trace-anomaly/trace-anomaly.ts';
import { type Ablation, type TraceVaeSettings, traceVaeConfig } from './tracevae/meta.ts';
import { ablated } from './tracevae/meta-ablations.ts';
import { fitTraceVae, restoreTraceVae } from './tracevae/tracevae.ts';
import { VGAE } from './vgae/vgae.ts';

/**
 * What the settings of a run say to its detectors: those of TraceVAE, whose schedule the baselines
 * take over, and VGAE the sizes of the graph networks too.
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

/** A detector whose settings are those of its meta. */
export function factoryOf<Id extends BaselineId>(
  id: Id,
  method: Method<BaselineConfigs[Id]>,
): DetectorFactory {
  const settingsOf = (settings: DetectorSettings): MethodSettings<BaselineConfigs[Id]> => {
    const { model, schedule, baselines } = settings;
    const config = baselines[id];
    assert(config !== undefined, `the run has no settings of ${id}`);
    return {
      config,
      schedule: {
        epochs: schedule.epochs,
        batchSize: schedule.batchSize,
        validateEvery: schedule.validateEvery,
        earlyStopping: detectorMeta(id).stopsEarly ? schedule.earlyStopping : 0,
        clipNorm: schedule.clipNorm,
        l2: schedule.l2,
      },
      graphs: model,
    };
  };
  return {
    fit: (data, settings, context) => method.fit(data, settingsOf(settings), context),
    restore: (settings, operationCount, weights) =>
      method.restore(settingsOf(settings), operationCount, weights),
  };
}

/** A new detector adds a line here. */
export const DETECTORS: Readonly<Record<DetectorId, DetectorFactory>> = {
  tracevae: tracevae('none'),
  'tracevae-fc': tracevae('fc'),
  'tracevae-singlez': tracevae('singlez'),
  'tracevae-dimex': tracevae('dimex'),
  fsa: factoryOf('fsa', FSA),
  'lstm-ad': factoryOf('lstm-ad', LSTM_AD),
  'trace-anomaly': factoryOf('trace-anomaly', vectorDetector(TRACE_ANOMALY)),
  crisp: factoryOf('crisp', vectorDetector(CRISP)),
  vgae: factoryOf('vgae', VGAE),
  gtrace: factoryOf('gtrace', GTRACE),
  history: factoryOf('history', statisticOf(HISTORY)),
  duration: factoryOf('duration', statisticOf(DURATION)),
  'duration-given-structure': factoryOf(
    'duration-given-structure',
    statisticOf(DURATION_GIVEN_STRUCTURE),
  ),
  'oddest-node': factoryOf('oddest-node', statisticOf(ODDEST_NODE)),
  'oddest-nodes': factoryOf('oddest-nodes', statisticOf(ODDEST_NODES)),
  'ridge-self-times': factoryOf('ridge-self-times', statisticOf(RIDGE)),
  'mahalanobis-self-times': factoryOf('mahalanobis-self-times', statisticOf(MAHALANOBIS)),
  'unseen-structure': factoryOf('unseen-structure', statisticOf(UNSEEN_STRUCTURE)),
  'isolation-forest': factoryOf('isolation-forest', statisticOf(ISOLATION_FOREST)),
  'isolation-forest-traces': factoryOf(
    'isolation-forest-traces',
    statisticOf(ISOLATION_FOREST_TRACES),
  ),
};
