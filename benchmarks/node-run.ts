/**
 * A whole run in Node, without a browser: a dataset read, detectors trained and scored by the
 * sources that the worker runs, and run.json as the page exports it. The caller has started the
 * backend.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { baselineConfigs, COMPARED, type DetectorId } from '../src/detectors/catalog.ts';
import type { FitEvent } from '../src/detectors/detector.ts';
import type { CurvePoint } from '../src/detectors/fit-progress.ts';
import { DETECTORS } from '../src/detectors/registry.ts';
import { type PresetId, TRACEVAE_PRESETS } from '../src/detectors/tracevae/meta.ts';
import { countSets } from '../src/features/set-counts.ts';
import { type FileRole, guessRole } from '../src/features/splits.ts';
import { PAPER_SETTINGS, PARTS } from '../src/prepare/settings.ts';
import { detectorSets } from '../src/run/detector-sets.ts';
import type { BackendInfo } from '../src/run/outcome.ts';
import { type DetectorRun, RUN_FORMAT, type RunRecord } from '../src/run/record.ts';
import { scoreSets } from '../src/run/score-sets.ts';
import type { RunSettings } from '../src/run/settings.ts';
import { splitOptions, withChanges } from '../src/run/settings.ts';
import { simulateDemo } from '../src/simulator/dataset.ts';
import type { StandInId } from '../src/simulator/stand-in-catalog.ts';
import { simulateStandIn } from '../src/simulator/stand-ins.ts';
import type { Dataset } from '../src/storage/records.ts';
import { DEMO_SEED } from '../src/stores/dataset-import.ts';
import { nextSettings } from '../src/stores/run-choices.ts';
import { runReport } from '../src/stores/run-report.ts';
import { importedFrom, sourceFile } from '../src/testing/files.ts';
import { chooseMaxNodes } from '../src/trace/tree-sizes.ts';
import { importSimulated } from '../src/worker/import-simulated.ts';
import { prepareDataset } from '../src/worker/prepare-dataset.ts';

export { startGpu, startWasm } from './node-backends.ts';

export type RunSource =
  | { readonly kind: 'files'; readonly files: readonly { path: string; role: FileRole }[] }
  | { readonly kind: 'demo' }
  /** Prepared as section A.4 says, with the page's defaults, where it has no parts of its own. */
  | { readonly kind: 'stand-in'; readonly id: StandInId; readonly traces: number };

const APP: { name: string; version: string } = JSON.parse(readFileSync('package.json', 'utf8'));

export interface RunQuestion {
  readonly source: RunSource;
  readonly preset: PresetId;
  readonly epochs: number;
  readonly seed: number;
  readonly detectors: readonly (DetectorId | 'all')[];
  /** null: follows the data. */
  readonly maxNodes: number | null;
  readonly limitTrain: number | null;
  /** Settings of TraceVAE that differ from the preset's. */
  readonly changes: Readonly<Record<string, unknown>>;
  readonly backend: BackendInfo;
}

/** @returns run.json */
export async function runInNode(
  question: RunQuestion,
  progress: (line: string) => void,
): Promise<string> {
  const dataset = await readDataset(question.source);
  const settings = settingsOf(question, dataset);
  const { traces } = dataset.imported;
  const { data, test } = detectorSets(traces, settings);
  const detectors: DetectorRun[] = [];
  for (const detector of settings.detectors) {
    const say = (line: string): void => progress(`${detector}: ${line}`);
    detectors.push(await trainAndScore({ detector, settings, data, test }, question.backend, say));
  }
  const run: RunRecord = {
    formatVersion: RUN_FORMAT,
    id: 'run',
    datasetId: dataset.id,
    savedAt: 0,
    preset: question.preset,
    settings,
    detectors,
    pending: [],
    failed: [],
    repeats: [],
    peakHeapBytes: null,
  };
  const app = { ...APP, userAgent: `Node ${process.versions.node}` };
  return runReport(dataset, run, app, countSets(traces, splitOptions(run.settings)));
}

async function readDataset(source: RunSource): Promise<Dataset> {
  if (source.kind === 'files') {
    const { files } = source;
    const imported = await importedFrom(
      ...files.map(({ path }) => sourceFile(basename(path), readFileSync(path))),
    );
    return { id: 'files', name: 'files', imported, roles: files.map(({ role }) => role) };
  }
  const imported = importSimulated(() =>
    source.kind === 'demo' ? simulateDemo(DEMO_SEED) : simulateStandIn(source, DEMO_SEED),
  );
  const roles = imported.files.map(({ name }) => guessRole(name));
  const dataset = { id: source.kind, name: source.kind, imported, roles };
  if (!roles.includes('split')) return dataset;

  const settings = { ...PAPER_SETTINGS, maxNodes: chooseMaxNodes(imported.traces) };
  const { signal } = new AbortController();
  const prepared = await prepareDataset(imported.traces, settings, {
    signal,
    onStep: () => {},
    now: () => performance.now(),
  });
  if (!prepared.ok) throw new Error(`${prepared.error.what}: ${prepared.error.advice}`);
  return { ...dataset, imported: prepared.value.imported, roles: PARTS };
}

function settingsOf(question: RunQuestion, { imported, roles }: Dataset): RunSettings {
  const { preset, epochs, seed, limitTrain } = question;
  const maxNodes = question.maxNodes ?? chooseMaxNodes(imported.traces);
  const changes = { epochs, maxNodes, ...question.changes };
  const parts = withChanges(TRACEVAE_PRESETS[preset], changes);
  if (!parts.ok) throw new Error(`no setting is called ${parts.error}`);
  const detectors = question.detectors.flatMap((id) => (id === 'all' ? COMPARED : [id]));
  return nextSettings(
    {
      detectors,
      preset,
      ...parts.value,
      machine: { backend: question.backend.backend === 'webgpu' ? 'webgpu' : 'wasm' },
      baselines: baselineConfigs(preset),
      seed,
      limitTrain,
    },
    roles,
  );
}

async function trainAndScore(
  sets: Parameters<typeof scoreSets>[0],
  backend: BackendInfo,
  say: (line: string) => void,
): Promise<DetectorRun> {
  const { detector, data, settings } = sets;
  const { signal } = new AbortController();
  const curve: CurvePoint[] = [];
  let restarts = 0;
  const onEvent = (event: FitEvent): void => {
    if (event.kind === 'restart') restarts++;
    if (event.kind !== 'epoch') return;
    const { point } = event;
    curve.push(point);
    say(`epoch ${point.epoch}: loss ${point.loss.toFixed(3)}, ${point.seconds.toFixed(1)} s`);
  };
  const started = performance.now();
  const control = { signal, stopRequested: () => false, whenRunning: async () => {} };
  const fitted = await DETECTORS[detector].fit(data, settings, {
    seed: settings.seed,
    control,
    onEvent,
  });
  if (!fitted.ok) throw new Error(`${detector}: ${fitted.error.what}, ${fitted.error.where}`);
  const model = fitted.value;
  const trainSeconds = (performance.now() - started) / 1e3;
  const scores = await scoreSets(sets, model, { signal, onProgress: () => {} });
  say(`trained in ${trainSeconds.toFixed(1)} s, scored in ${scores!.scoreSeconds.toFixed(1)} s`);
  const outcome = {
    weights: await model.saveWeights(),
    parameterCount: model.parameterCount,
    backend,
    stopped: false,
    trainSeconds,
    trainTracesPerSecond: (curve.length * data.train.length) / trainSeconds,
    flooredOperations: data.scale.floored,
  };
  model.dispose();
  return { detector, outcome, curve, scores, restarts, incidents: [] };
}
