/** Runs and settings as this build and earlier ones stored them, read into the present format. */
import { err, type Result } from '../base/result.ts';
import {
  nodeEmbeddingFor,
  type Phases,
  phasesOf,
  type TraceVaeConfig,
} from '../detectors/tracevae/meta.ts';
import type { TermsOutcome } from './outcome.ts';
import { type DetectorRun, RUN_FORMAT, type RunRecord } from './record.ts';
import { RUN_ENTRY_FORMAT, type RunEntry } from './run-entries.ts';
import { runEntry, runRecord } from './schemas.ts';
import { type BackendPreference, type RunSettings, sameValue } from './settings.ts';
import { parseRecord, type RecordFailure, versionOf } from './stored-record.ts';

/**
 * A run in its present format. Format 4 had its settings in one record, format 3 neither baselines
 * nor repeats; runs of formats before 3 lack terms that the corrections are combined from.
 */
export function readRunRecord(value: unknown): Result<RunRecord, RecordFailure> {
  const version = versionOf(value);
  const present = version === 3 || version === 4 ? presently(value as EarlierRun) : value;
  return parseRecord<RunRecord>(present, 'run', RUN_FORMAT, runRecord);
}

/** One that lacks what its format had stays as it is, and is refused for its format. */
function presently(run: EarlierRun): unknown {
  try {
    return fromEarlier(run);
  } catch {
    return run;
  }
}

export function readRunEntry(value: unknown): Result<RunEntry, RecordFailure> {
  const present = versionOf(value) === 1 ? presentEntry(value as RunEntry) : value;
  const read = parseRecord<RunEntry>(present, 'run', RUN_ENTRY_FORMAT, runEntry);
  return read.ok ? read : err({ ...read.error, advice: 'train again' });
}

/** Format 1 had its settings in one record. One without any is refused for its format. */
function presentEntry(entry: RunEntry): unknown {
  try {
    const settings = readSettings(entry.settings);
    return { ...entry, formatVersion: RUN_ENTRY_FORMAT, settings };
  } catch {
    return entry;
  }
}

interface EarlierRun
  extends Omit<RunRecord, 'formatVersion' | 'settings' | 'detectors' | 'failed' | 'repeats'>,
    Partial<Pick<RunRecord, 'failed' | 'repeats'>> {
  readonly settings: EarlierSettings;
  readonly detectors: readonly (Omit<DetectorRun, 'scores'> & {
    readonly scores: DetectorRun['scores'] | Omit<TermsOutcome, 'kind'>;
  })[];
}

const fromEarlier = (run: EarlierRun): RunRecord => ({
  ...run,
  formatVersion: RUN_FORMAT,
  settings: readSettings(run.settings),
  detectors: run.detectors.map(({ scores, ...trained }) => ({
    ...trained,
    scores: scores === null || 'kind' in scores ? scores : { kind: 'terms', ...scores },
  })),
  failed: run.failed ?? [],
  repeats: run.repeats ?? [],
});

/** Settings of one record, where all of TraceVAE's had one life. */
interface EarlierSettings extends Pick<RunSettings, 'detectors' | 'seed' | 'roles' | 'limitTrain'> {
  readonly baselines?: RunSettings['baselines'];
  readonly backend: BackendPreference;
  readonly config: EarlierConfig;
}

/** `keepEvery` and `latencyTails` came later; so did, and went again, `kernels`. */
type EarlierConfig = Omit<TraceVaeConfig, 'keepEvery' | 'latencyTails'> &
  Partial<Pick<TraceVaeConfig, 'keepEvery' | 'latencyTails'>>;

/** Settings in their parts, whichever build stored them. */
export function readSettings(stored: RunSettings | EarlierSettings): RunSettings {
  if (!('config' in stored)) return stored;
  const { config, backend, baselines, detectors, seed, roles, limitTrain } = stored;
  const { epochsJoint, epochsTime, learningRateStepEpoch, nodeEmbedding, maxNodes } = config;
  const phases: Phases = { epochsJoint, epochsTime, learningRateStepEpoch };
  const epochs = epochsJoint + epochsTime;
  return {
    detectors,
    model: {
      units: config.units,
      heads: config.heads,
      layers: config.layers,
      latent: config.latent,
      latent2: config.latent2,
      operationEmbedding: config.operationEmbedding,
      ...(nodeEmbedding === nodeEmbeddingFor(maxNodes) ? {} : { nodeEmbedding }),
      nodeCountHidden: config.nodeCountHidden,
      graphEmbeddingHidden: config.graphEmbeddingHidden,
      z2GivenZHidden: config.z2GivenZHidden,
      flowLevels: config.flowLevels,
      flowHidden: config.flowHidden,
      maxNodes,
      safeNormalStds: config.safeNormalStds,
      structureDecoder: 'paper',
      latencyScale: config.latencyScale,
      latencyTarget: 'linear',
      latencyTails: config.latencyTails ?? 'gaussian',
      statusTerm: 'none',
    },
    schedule: {
      epochs,
      ...(sameValue(phases, phasesOf(epochs)) ? {} : { phases }),
      batchSize: config.batchSize,
      learningRate: config.learningRate,
      clipNorm: config.clipNorm,
      l2: config.l2,
      unitBall: config.unitBall,
      validateEvery: config.validateEvery,
      earlyStopping: config.earlyStopping,
      keepEvery: config.keepEvery ?? 0,
    },
    scoring: { samples: config.samples, stdLimit: config.stdLimit },
    machine: { backend },
    baselines: baselines ?? {},
    seed,
    roles,
    limitTrain,
  };
}
