/**
 * A kept model as two graphs of ONNX (opset 17), for engines without Node: merged trees in, the terms
 * of equation (3) out. Corrections, thresholds and reasons stay outside.
 */
import { err, type Failure, ok, type Result } from '../base/result.ts';
import { type DetectorId, detectorMeta } from '../detectors/catalog.ts';
import { traceVaeConfig } from '../detectors/tracevae/meta.ts';
import { ABLATIONS, ablated } from '../detectors/tracevae/meta-ablations.ts';
import { storedPaths } from '../detectors/tracevae/path-decoder.ts';
import { storedStatus } from '../detectors/tracevae/status-decoder.ts';
import type { KeptDetector, KeptModel } from '../model/kept-model.ts';
import { openedWeights, operationTexts } from '../model/opened-model.ts';
import type { ExportedModel } from './exported-model.ts';
import { latencyGraph } from './latency-graph.ts';
import { modelBytes, type OnnxGraph } from './model-proto.ts';
import { structureGraph } from './structure-graph.ts';
import { openWeights } from './weights.ts';

/** What of a kept model the graphs are made of. */
export type TrainedModel = Pick<
  KeptModel,
  'origin' | 'settings' | 'scale' | 'detectors' | 'validation'
>;

export interface OnnxModel {
  readonly detector: DetectorId;
  /** One row per structure. */
  readonly structure: Uint8Array;
  /** One row per trace; takes what the structure graph gave. */
  readonly latency: Uint8Array;
}

/** @param wanted a detector of the model with terms; null: the first */
export function exportOnnx(model: TrainedModel, wanted: string | null): Result<OnnxModel, Failure> {
  const withTerms = model.detectors.filter(
    ({ detector, stdLimits }) => stdLimits !== null && isTraceVae(detector),
  );
  const kept = withTerms.find(({ detector }) => wanted === null || detector === wanted);
  if (kept === undefined) {
    const names = withTerms.map(({ detector }) => detector).join(', ');
    return err({
      what:
        wanted === null
          ? 'no detector of the model has a graph of ONNX'
          : `"${wanted}" of the model has no graph of ONNX`,
      where: '--detector',
      advice: names === '' ? 'train tracevae, or one of its ablations' : `use one of: ${names}`,
    });
  }
  if (storedStatus(kept.weights) !== undefined) {
    return err({
      what: 'the model counts which calls fail, which the graphs do not read',
      where: 'its term log p(E | z)',
      advice: 'train with --preset tiny or small, which leave errors out',
    });
  }
  const exported = exportedModel(model, kept);
  const paths =
    exported.config.structureDecoder === 'call-paths' ? storedPaths(kept.weights) : undefined;
  const bytes = (graph: OnnxGraph): Uint8Array =>
    modelBytes(graph, model.origin.app, { tracevae: JSON.stringify(described(model, kept)) });
  return ok({
    detector: kept.detector,
    structure: bytes(structureGraph(exported, paths)),
    latency: bytes(latencyGraph(exported)),
  });
}

const ablationOf = (detector: DetectorId) => ABLATIONS.find(({ id }) => id === detector)?.ablation;

/** Another detector with terms has a network of its own. */
const isTraceVae = (detector: DetectorId): boolean =>
  detectorMeta(detector).gives.kind === 'terms' &&
  (detector === 'tracevae' || ablationOf(detector) !== undefined);

function exportedModel(model: TrainedModel, kept: KeptDetector): ExportedModel {
  const { settings } = model;
  return {
    config: ablated(traceVaeConfig(settings), ablationOf(kept.detector) ?? 'none'),
    weights: openWeights(openedWeights(kept)),
    operationCount: model.scale.meanUs.length,
    scale: model.scale,
    stdLimits: kept.stdLimits!,
    seed: settings.seed,
  };
}

/** What whoever runs the graphs has to know: ids of operations, sizes, and whose terms these are. */
function described(model: TrainedModel, { detector }: KeptDetector) {
  const { model: sizes, scoring } = model.settings;
  return {
    model: model.origin.name,
    detector,
    maxNodes: sizes.maxNodes,
    samples: scoring.samples,
    /** Ids from 1. */
    operations: operationTexts(model).map(({ service, name }) => [service, name]),
  };
}
