/** A dataset that a kept model scores: new traces to test, and behind them the model's validation traces. */

import type { SavedWeights } from '../detectors/detector.ts';
import { type FileRole, tracesThatFit } from '../features/splits.ts';
import type { ImportedTraces } from '../ingest/import.ts';
import { RUN_FORMAT, type RunRecord } from '../run/record.ts';
import type { KeptGround } from '../run/settings.ts';
import { appendTraces, pickTraces } from '../trace/pick-traces.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import type { KeptModel } from './kept-model.ts';
import { movedFrom } from './moved-from.ts';
import { MODEL_ENDING, modelSettings, openedWeights } from './opened-model.ts';

const VALIDATION_FORMAT = 'kept-model';

/** @param read with the model's vocabulary first */
export function withValidation(
  read: ImportedTraces,
  { origin, validation }: KeptModel,
): ImportedTraces {
  return {
    ...read,
    files: [
      ...read.files,
      {
        name: `${origin.name}${MODEL_ENDING}`,
        bytes: 0,
        format: VALIDATION_FORMAT,
        container: 'plain',
      },
    ],
    formatLabels: { ...read.formatLabels, [VALIDATION_FORMAT]: 'validation of a kept model' },
    traces: appendTraces(read.traces, read.files.length, validation),
  };
}

/** A dataset as it was before a kept model brought its validation traces. */
export function withoutValidation(imported: ImportedTraces): ImportedTraces {
  const { traces } = imported;
  const files = imported.files.filter(({ format }) => format !== VALIDATION_FORMAT);
  if (files.length === imported.files.length) return imported;
  // they come last
  const own = Uint32Array.from(traces.file.keys()).filter(
    (trace) => traces.file[trace]! < files.length,
  );
  return { ...imported, files, traces: pickTraces(traces, own) };
}

/** @returns [files] of {@link withValidation} */
export const scoredRoles = (files: number): FileRole[] => [
  ...Array.from({ length: files }, () => 'test' as const),
  'val',
];

export interface RunFacts {
  readonly id: string;
  readonly datasetId: string;
  readonly savedAt: number;
}

/** The model as a run of such a dataset, which is still to be scored. */
export const keptRun = (
  model: KeptModel,
  roles: readonly FileRole[],
  traces: TraceSet,
  facts: RunFacts,
): RunRecord => ({
  formatVersion: RUN_FORMAT,
  ...facts,
  preset: 'tiny',
  settings: {
    ...modelSettings(model),
    roles,
    kept: { ...ofModel(model), moved: movedFrom(model, traces, testTraces(model, roles, traces)) },
  },
  detectors: model.detectors.map((kept) => {
    const weights = openedWeights(kept);
    return {
      detector: kept.detector,
      outcome: {
        weights,
        parameterCount: numbersIn(weights),
        backend: { backend: 'cpu', adapter: 'none', threads: 1, reason: 'the model was kept' },
        stopped: false,
        trainSeconds: 0,
        trainTracesPerSecond: 0,
        flooredOperations: model.scale.floored,
      },
      curve: [],
      scores: null,
      threshold: kept.threshold,
      restarts: 0,
      incidents: [
        `Not trained here: the model “${model.origin.name}” was kept of another dataset.`,
      ],
    };
  }),
  pending: [],
  failed: [],
  repeats: [],
  peakHeapBytes: null,
});

/** What a run that a model scores keeps of it. */
export const ofModel = ({ origin, scale }: KeptModel): Omit<KeptGround, 'moved'> => ({
  name: origin.name,
  of: { keptAt: origin.keptAt, dataHash: origin.dataHash },
  scale,
});

/** Traces that the model scores, those of validation left out. */
export const testTraces = (
  { settings }: KeptModel,
  roles: readonly FileRole[],
  traces: TraceSet,
): Uint32Array =>
  tracesThatFit(traces, settings.model.maxNodes).filter(
    (trace) => roles[traces.file[trace]!] === 'test',
  );

const numbersIn = ({ tensors }: SavedWeights): number =>
  tensors.reduce((sum, { data }) => sum + data.length, 0);
