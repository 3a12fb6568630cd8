/** One detector of a run in Node: trained, scored, and gone again. */
import { err, type Failure, ok, type Result } from '../base/result.ts';
import type { DetectorData, DetectorModel, FitEvent, SavedWeights } from '../detectors/detector.ts';
import type { CurvePoint } from '../detectors/fit-progress.ts';
import { DETECTORS } from '../detectors/registry.ts';
import { detectorSets } from '../run/detector-sets.ts';
import type { BackendInfo, ScoreOutcome } from '../run/outcome.ts';
import type { DetectorFailure, DetectorRun } from '../run/record.ts';
import { scoreSets } from '../run/score-sets.ts';
import type { RunSettings } from '../run/settings.ts';
import { createTrainClock, finishTraining, lastGoodIncident } from '../run/train-outcome.ts';
import { repeatLog } from '../stores/run/training-log.ts';
import type { TraceSet } from '../trace/trace-set.ts';

export interface Trained {
  readonly data: DetectorData;
  readonly model: DetectorModel;
  readonly scores: ScoreOutcome;
}

interface Training {
  readonly traces: TraceSet;
  readonly settings: RunSettings;
  readonly detector: RunSettings['detectors'][number];
  readonly backend: BackendInfo;
  readonly say: (line: string) => void;
  /** Whether the last good epoch counts where training diverges. */
  readonly lastGood: boolean;
  /** Sees the model before it is disposed of. */
  readonly inspect?: (trained: Trained) => Promise<void>;
}

export async function trainAndScore({
  traces,
  settings,
  detector,
  backend,
  say,
  lastGood,
  inspect = async () => {},
}: Training): Promise<Result<DetectorRun, DetectorFailure>> {
  const { seed } = settings;
  const { data, test } = detectorSets(traces, settings);
  const { signal } = new AbortController();
  const curve: CurvePoint[] = [];
  const notes: string[] = [];
  let restarts = 0;
  const clock = createTrainClock(null);
  const onEvent = (event: FitEvent): void => {
    clock.note(event);
    if (event.kind === 'restart') {
      restarts++;
      curve.length = 0;
    }
    if (event.kind === 'note') notes.push(event.text);
    if (event.kind !== 'epoch') return;
    curve.push(event.point);
    for (const { text } of repeatLog(detector, seed, [event.point])) say(text);
  };
  const control = { signal, stopRequested: () => false, whenRunning: async () => {} };
  const fitted = await DETECTORS[detector].fit(data, settings, { seed, control, onEvent });
  const trained = await finishTraining(fitted, {
    data,
    time: clock.read(),
    info: backend,
    stopped: false,
    restore: (weights) => DETECTORS[detector].restore(settings, traces.operations.length, weights),
  });
  const failed = ({ what, where, advice }: Failure) =>
    err({ detector, seed, stage: 'training', what, where, advice } as const);
  if (!trained.ok) return failed(trained.error);
  const { model, outcome, diverged } = trained.value;
  try {
    if (diverged !== null && !lastGood) return failed(diverged.failure);
    const scores = await scoreModel({ detector, settings, data, test }, model);
    await inspect({ data, model, scores });
    const incidents =
      diverged === null ? notes : [...notes, lastGoodIncident(diverged.failure, diverged.epoch)];
    return ok({ detector, outcome, curve, scores, restarts, incidents });
  } finally {
    model.dispose();
  }
}

/** What was trained before, scored again: with other settings of scoring, or by other code. */
export async function scoreAgain(
  {
    traces,
    settings,
    detector,
    inspect = async () => {},
  }: Pick<Training, 'traces' | 'settings' | 'detector' | 'inspect'>,
  weights: SavedWeights,
): Promise<ScoreOutcome> {
  const { data, test, operationCount } = detectorSets(traces, settings);
  const model = DETECTORS[detector].restore(settings, operationCount, weights);
  try {
    const scores = await scoreModel({ detector, settings, data, test }, model);
    await inspect({ data, model, scores });
    return scores;
  } finally {
    model.dispose();
  }
}

async function scoreModel(
  sets: Parameters<typeof scoreSets>[0],
  model: DetectorModel,
): Promise<ScoreOutcome> {
  const { signal } = new AbortController();
  // null where it was cancelled, which nobody can here
  return (await scoreSets(sets, model, { signal, onProgress: () => {} }))!;
}
