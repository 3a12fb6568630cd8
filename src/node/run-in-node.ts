/**
 * A whole run in Node, without a browser: a dataset read, detectors trained and scored by the
 * sources that the worker runs, and run.json as the page exports it. The caller has started the
 * backend.
 */
import { err, type Failure, ok, type Result } from '../base/result.ts';
import { baselineConfigs } from '../detectors/catalog.ts';
import type { FitEvent } from '../detectors/detector.ts';
import type { CurvePoint } from '../detectors/fit-progress.ts';
import { DETECTORS } from '../detectors/registry.ts';
import { TRACEVAE_PRESETS } from '../detectors/tracevae/meta.ts';
import { countSets } from '../features/set-counts.ts';
import type { HeadlessChoices, TypedRun } from '../headless/handle.ts';
import { type ReadChoices, type ReadRun, readChoices } from '../headless/read-choices.ts';
import { detectorSets } from '../run/detector-sets.ts';
import type { BackendInfo } from '../run/outcome.ts';
import {
  type DetectorFailure,
  type DetectorRun,
  RUN_FORMAT,
  type RunRecord,
  type SeedResult,
} from '../run/record.ts';
import { scoreSets } from '../run/score-sets.ts';
import { type RunSettings, splitOptions, withChanges } from '../run/settings.ts';
import {
  createTrainClock,
  finishTraining,
  keepsLastGood,
  lastGoodIncident,
} from '../run/train-outcome.ts';
import type { Dataset } from '../storage/records.ts';
import { mainReport } from '../stores/baselines/matrix-view.ts';
import { nextSettings } from '../stores/run/run-choices.ts';
import { type AppIdentity, runReport } from '../stores/run/run-report.ts';
import { repeatLog } from '../stores/run/training-log.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import { chooseMaxNodes } from '../trace/tree-sizes.ts';
import { type RunSource, readSource } from './run-source.ts';

export { startGpu, startWasm } from './backends.ts';

export interface RunQuestion {
  readonly source: RunSource;
  readonly choices: HeadlessChoices & { readonly run: TypedRun };
  /** Settings of TraceVAE that differ from the preset's, by their names in the code. */
  readonly changes: Readonly<Record<string, unknown>>;
  readonly backend: BackendInfo;
  readonly app: Omit<AppIdentity, 'userAgent'>;
}

/** @returns run.json */
export async function runInNode(
  question: RunQuestion,
  say: (line: string) => void,
): Promise<Result<string, Failure>> {
  const choices = readChoices(question.choices);
  if (!choices.ok) return choices;
  const { authorsRules, run: chosen } = choices.value;
  const read = await readSource(question.source, authorsRules);
  if (!read.ok) return read;
  const dataset = read.value;
  const { traces } = dataset.imported;
  const settings = settingsOf(choices.value, chosen!, question.changes, dataset);
  if (!settings.ok) return settings;

  const context = { traces, backend: question.backend, say };
  const own = { settings: settings.value, lastGood: keepsLastGood(settings.value) };
  const detectors: DetectorRun[] = [];
  const failed: DetectorFailure[] = [];
  for (const detector of settings.value.detectors) {
    const trained = await trainAndScore({ ...context, ...own, detector });
    if (trained.ok) detectors.push(trained.value);
    else failed.push(trained.error);
  }
  if (detectors.length === 0) return err(failed[0]!);

  const repeats: SeedResult[] = [];
  for (const seed of chosen!.furtherSeeds) {
    for (const { detector } of detectors) {
      const repeated = { settings: { ...settings.value, seed }, lastGood: false };
      const trained = await trainAndScore({ ...context, ...repeated, detector });
      if (trained.ok) repeats.push(seedResult(trained.value, seed));
      else failed.push(trained.error);
    }
  }

  const run: RunRecord = {
    formatVersion: RUN_FORMAT,
    id: 'run',
    datasetId: dataset.id,
    savedAt: 0,
    preset: chosen!.preset,
    settings: settings.value,
    detectors,
    pending: [],
    failed,
    repeats,
    peakHeapBytes: null,
  };
  const app = { ...question.app, userAgent: `Node ${process.versions.node}` };
  return ok(runReport(dataset, run, app, countSets(traces, splitOptions(settings.value))));
}

function settingsOf(
  { maxNodes }: ReadChoices,
  { preset, epochs, backend, detectors, seed, limitTrain }: ReadRun,
  changes: RunQuestion['changes'],
  { imported, roles }: Dataset,
): Result<RunSettings, Failure> {
  const parts = withChanges(TRACEVAE_PRESETS[preset], {
    maxNodes: maxNodes ?? chooseMaxNodes(imported.traces),
    ...(epochs === null ? {} : { epochs }),
    ...changes,
  });
  if (!parts.ok) {
    const advice = 'use the name that the setting has in src/detectors/tracevae/meta.ts';
    return err({ what: `no setting is called ${parts.error}`, where: '--set', advice });
  }
  const baselines = baselineConfigs(preset);
  const machine = { backend };
  return ok(
    nextSettings(
      { detectors, preset, ...parts.value, machine, baselines, seed, limitTrain },
      roles,
    ),
  );
}

interface Training {
  readonly traces: TraceSet;
  readonly settings: RunSettings;
  readonly detector: RunSettings['detectors'][number];
  readonly backend: BackendInfo;
  readonly say: (line: string) => void;
  /** Whether the last good epoch counts where training diverges. */
  readonly lastGood: boolean;
}

async function trainAndScore({
  traces,
  settings,
  detector,
  backend,
  say,
  lastGood,
}: Training): Promise<Result<DetectorRun, DetectorFailure>> {
  const { seed } = settings;
  const { data, test } = detectorSets(traces, settings);
  const { signal } = new AbortController();
  const curve: CurvePoint[] = [];
  let restarts = 0;
  const clock = createTrainClock(null);
  const onEvent = (event: FitEvent): void => {
    clock.note(event);
    if (event.kind === 'restart') {
      restarts++;
      curve.length = 0;
    }
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
    const sets = { detector, settings, data, test };
    // null where it was cancelled, which nobody can here
    const scores = (await scoreSets(sets, model, { signal, onProgress: () => {} }))!;
    const incidents = diverged === null ? [] : [lastGoodIncident(diverged.failure, diverged.epoch)];
    return ok({ detector, outcome, curve, scores, restarts, incidents });
  } finally {
    model.dispose();
  }
}

const seedResult = ({ detector, outcome, scores }: DetectorRun, seed: number): SeedResult => ({
  detector,
  seed,
  report: mainReport(scores!),
  trainSeconds: outcome.trainSeconds,
  scoreTracesPerSecond: scores!.scoreTracesPerSecond,
});
