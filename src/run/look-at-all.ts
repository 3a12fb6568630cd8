/** The first look, computed: History learnt from a dataset and its traces scored, without a backend. */
import { err, type Failure, ok, type Result } from '../base/result.ts';
import { SHOWN_FIRST } from '../detectors/catalog.ts';
import type { RunControl } from '../detectors/detector.ts';
import type { DetectorFactory } from '../detectors/registry.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import { detectorSets } from './detector-sets.ts';
import type { BackendInfo, ScoreOutcome, TrainOutcome } from './outcome.ts';
import { scoreSets } from './score-sets.ts';
import type { RunSettings } from './settings.ts';
import { createTrainClock, finishTraining } from './train-outcome.ts';

export interface Looked {
  readonly outcome: TrainOutcome;
  readonly scores: ScoreOutcome;
}

const NO_BACKEND: BackendInfo = {
  backend: 'cpu',
  adapter: 'the processor',
  threads: 1,
  reason: 'statistics need no backend',
};

const ended = {
  kind: 'cancelled',
  what: 'cancelled',
  where: 'the first look',
  advice: 'it is made again when the dataset is opened',
} as const;

type LookFailure = Failure & { readonly kind: 'cancelled' | 'diverged' | 'unusable-data' };

/** @param factory of the detector that is shown first */
export async function lookAtAll(
  factory: DetectorFactory,
  traces: TraceSet,
  settings: RunSettings,
  control: RunControl,
): Promise<Result<Looked, LookFailure>> {
  const { data, test, measured } = detectorSets(traces, settings);
  const { seed } = settings;
  const { signal } = control;
  const clock = createTrainClock(null);
  const onEvent = clock.note;
  const trained = await finishTraining(
    await factory.fit(data, settings, { seed, control, onEvent }),
    {
      data,
      time: clock.read(),
      info: NO_BACKEND,
      stopped: false,
      restore: (weights) => factory.restore(settings, traces.operations.length, weights),
    },
  );
  if (!trained.ok) return err(trained.error);
  const { model, outcome } = trained.value;
  const sets = { detector: SHOWN_FIRST, data, test, measured, settings };
  const scores = await scoreSets(sets, model, { signal, onProgress: () => {} });
  model.dispose();
  return scores === null ? err(ended) : ok({ outcome, scores });
}
