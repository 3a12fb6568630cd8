/** Runs and settings as this build and earlier ones stored them, read into the present format. */
import { type Failure, ok, type Result } from '../base/result.ts';
import { checkRecord } from '../base/stored-record.ts';
import {
  nodeEmbeddingFor,
  type Phases,
  phasesOf,
  type TraceVaeConfig,
} from '../detectors/tracevae/meta.ts';
import type { TermsOutcome } from './outcome.ts';
import { type DetectorRun, RUN_FORMAT, type RunRecord } from './record.ts';
import { type BackendPreference, type RunSettings, sameValue } from './settings.ts';

const RUN_KEYS = ['id', 'datasetId', 'savedAt', 'settings', 'detectors', 'pending'];

/**
 * A run in its present format. Format 4 had its settings in one record, format 3 neither baselines
 * nor repeats; runs of formats before 3 lack terms that the corrections are combined from.
 */
export function readRunRecord(value: unknown): Result<RunRecord, Failure> {
  const version = versionOf(value);
  if (version !== 3 && version !== 4) return checkRecord(value, 'run', RUN_FORMAT, RUN_KEYS);
  const read = checkRecord<EarlierRun>(value, 'run', version, RUN_KEYS);
  return read.ok ? ok(fromEarlier(read.value)) : read;
}

export const versionOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'formatVersion' in value
    ? value.formatVersion
    : undefined;

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
      latencyTails: config.latencyTails ?? 'gaussian',
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
