/** What a stored run looks like, part by part: schemas that every record is held against. */
import * as v from 'valibot';
import { DETECTOR_IDS } from '../detectors/catalog.ts';
import type { FitCheckpoint } from '../detectors/checkpoint.ts';
import type { SavedWeights } from '../detectors/detector.ts';
import type { CurvePoint } from '../detectors/fit-progress.ts';
import type { VariantReport } from '../scoring/metrics.ts';
import type { BackendInfo, TrainOutcome } from './outcome.ts';
import type { DetectorFailure, InterruptedRun, RunRecord, SeedResult } from './record.ts';
import { scoreOutcome } from './score-schemas.ts';
import type { RunSettings } from './settings.ts';
import {
  count,
  doubles,
  floats,
  list,
  name,
  number,
  numberOrNull,
  words,
} from './stored-record.ts';

export const detector = v.picklist(DETECTOR_IDS);
export const preset = v.picklist(['notebook', 'tiny', 'small', 'paper']);
const backend = v.picklist(['auto', 'webgpu', 'wasm']);

const model = v.looseObject({
  units: count,
  heads: count,
  layers: count,
  latent: count,
  latent2: count,
  operationEmbedding: count,
  nodeEmbedding: v.exactOptional(count),
  nodeCountHidden: list(count),
  graphEmbeddingHidden: list(count),
  z2GivenZHidden: list(count),
  flowLevels: count,
  flowHidden: count,
  maxNodes: count,
  safeNormalStds: number,
  structureDecoder: v.exactOptional(v.picklist(['paper', 'call-paths', 'auto'])),
  latencyScale: v.string(),
  latencyTarget: v.exactOptional(v.picklist(['linear', 'log', 'log-self'])),
  latencyTails: v.picklist(['power', 'gaussian']),
  statusTerm: v.exactOptional(v.picklist(['none', 'errors'])),
});

const schedule = v.looseObject({
  epochs: count,
  phases: v.exactOptional(
    v.looseObject({ epochsJoint: count, epochsTime: count, learningRateStepEpoch: count }),
  ),
  batchSize: count,
  learningRate: number,
  clipNorm: number,
  l2: number,
  unitBall: number,
  validateEvery: count,
  earlyStopping: count,
  keepEvery: count,
});

/** Of one baseline: numbers and words by name. */
const baseline = v.record(v.string(), v.union([number, v.string(), v.boolean(), list(number)]));

export const settings = v.looseObject({
  detectors: v.pipe(list(detector), v.minLength(1)),
  model,
  schedule,
  scoring: v.looseObject({ samples: count, stdLimit: v.picklist(['global', 'operation']) }),
  machine: v.looseObject({ backend }),
  baselines: v.record(v.string(), baseline),
  seed: number,
  roles: list(v.picklist(['split', 'train', 'val', 'test'])),
  limitTrain: v.nullable(count),
  scored: v.exactOptional(v.picklist(['all', 'marked'])),
  startedFrom: v.exactOptional(v.looseObject({ name, keptAt: number, dataHash: name })),
  // Names of scales and of the settings of baselines are asked of their catalogs, not repeated here.
}) as unknown as v.GenericSchema<unknown, RunSettings>;

const curvePoint = v.looseObject({
  epoch: count,
  phase: v.picklist(['joint', 'time']),
  loss: numberOrNull,
  valLoss: numberOrNull,
  kl: numberOrNull,
  valKl: numberOrNull,
  nllStructure: numberOrNull,
  valNllStructure: numberOrNull,
  nllTime: numberOrNull,
  valNllTime: numberOrNull,
  learningRate: numberOrNull,
  seconds: numberOrNull,
  // A number that JSON lacks comes back from a checkpoint as null; charts leave it out.
}) as unknown as v.GenericSchema<unknown, CurvePoint>;

const metrics = v.looseObject({
  bestF: numberOrNull,
  precision: numberOrNull,
  recall: numberOrNull,
  threshold: numberOrNull,
  auroc: numberOrNull,
  averagePrecision: numberOrNull,
  normal: count,
  anomalies: count,
});
const thresholdMetrics = v.looseObject({
  f: numberOrNull,
  precision: numberOrNull,
  recall: numberOrNull,
});
export const report: v.GenericSchema<unknown, VariantReport> = v.looseObject({
  total: metrics,
  structure: metrics,
  time: metrics,
  inversion: v.looseObject({
    area: numberOrNull,
    normalMedian: numberOrNull,
    anomaliesBelowNormalMedian: numberOrNull,
  }),
  atThreshold: v.looseObject({
    percentile: numberOrNull,
    threshold: numberOrNull,
    total: thresholdMetrics,
    structure: thresholdMetrics,
    time: thresholdMetrics,
  }),
});

const tensor = v.pipe(
  v.looseObject({ name, shape: v.pipe(v.array(count), v.maxLength(8)), data: floats }),
  v.check(
    ({ shape, data }) => shape.reduce((size, side) => size * side, 1) === data.length,
    'a tensor of its shape',
  ),
);
const weights: v.GenericSchema<unknown, SavedWeights> = v.looseObject({
  formatVersion: v.literal(1),
  tensors: list(tensor),
});

const backendInfo: v.GenericSchema<unknown, BackendInfo> = v.looseObject({
  backend: v.picklist(['webgpu', 'wasm', 'cpu']),
  adapter: words,
  threads: number,
  reason: words,
});

const trainOutcome: v.GenericSchema<unknown, TrainOutcome> = v.looseObject({
  weights,
  parameterCount: count,
  backend: backendInfo,
  stopped: v.boolean(),
  trainSeconds: number,
  trainTracesPerSecond: number,
  flooredOperations: list(count),
});

const corrections = v.record(v.string(), v.optional(v.record(v.string(), v.unknown())));
const named = v.looseObject({
  name,
  corrections,
  percentile: number,
  scores: v.looseObject({ val: doubles, test: doubles }),
  report,
});

const detectorRun = v.pipe(
  v.looseObject({
    detector,
    outcome: trainOutcome,
    curve: list(curvePoint),
    scores: v.nullable(scoreOutcome(report)),
    named: v.exactOptional(list(named)),
    threshold: v.exactOptional(name),
    kept: v.exactOptional(list(v.looseObject({ epoch: count, weights }))),
    restarts: count,
    incidents: list(words),
  }),
  v.check(
    ({ scores, named: kept = [] }) =>
      kept.every(
        (one) =>
          one.scores.val.length === scores?.val.trace.length &&
          one.scores.test.length === scores.test.trace.length,
      ),
    'named scores of as many traces',
  ),
);

const failed: v.GenericSchema<unknown, DetectorFailure> = v.looseObject({
  detector,
  seed: number,
  stage: v.picklist(['training', 'scoring']),
  what: words,
  where: words,
  advice: words,
});

const repeat: v.GenericSchema<unknown, SeedResult> = v.looseObject({
  detector,
  seed: number,
  report,
  trainSeconds: number,
  scoreTracesPerSecond: number,
});

export const runRecord = v.looseObject({
  id: name,
  datasetId: name,
  savedAt: number,
  preset,
  settings,
  detectors: list(detectorRun),
  pending: list(detector),
  failed: list(failed),
  repeats: list(repeat),
  peakHeapBytes: numberOrNull,
  // Constants of corrections are held against the corrections' own lists where they are combined.
}) as unknown as v.GenericSchema<unknown, RunRecord>;

const reports = v.record(v.string(), report);

export const runEntry = v.looseObject({
  id: name,
  datasetId: name,
  name,
  savedAt: number,
  preset,
  settings,
  detectors: list(
    v.looseObject({
      detector,
      curve: list(curvePoint),
      parameterCount: count,
      backend: backendInfo,
      trainSeconds: number,
      stopped: v.boolean(),
      reports: v.nullable(reports),
    }),
  ),
  pending: list(detector),
  trashed: v.exactOptional(v.boolean()),
  revision: v.exactOptional(count),
});

const checkpoint = v.looseObject({
  formatVersion: v.literal(1),
  attempt: count,
  epoch: count,
  nextEpoch: count,
  curve: list(curvePoint),
  weights: floats,
  optimiser: floats,
  best: v.nullable(
    v.looseObject({ epoch: count, loss: numberOrNull, validationsSince: count, weights: floats }),
  ),
}) as unknown as v.GenericSchema<unknown, FitCheckpoint>;

export const interruptedRun = v.looseObject({
  runId: name,
  detector,
  datasetId: name,
  savedAt: number,
  preset,
  settings,
  checkpoint,
  peakHeapBytes: numberOrNull,
  incidents: list(words),
}) as v.GenericSchema<unknown, InterruptedRun>;
