/**
 * The state of each cell, derived: a result is stale when what it was computed from has changed.
 */
import type { DetectorRun, RunRecord } from '../storage/records.ts';
import type { DatasetState } from './dataset-store.ts';
import type { ExplanationPhase } from './inspect-store.ts';
import type { MatrixState } from './matrix-store.ts';
import type { NotebookFileState } from './notebook-file-store.ts';
import { nextSettings, type RunChoices } from './run-choices.ts';
import type { RunState } from './run-store.ts';

export const CELLS = [
  'data',
  'prepare',
  'trees',
  'training',
  'runs',
  'scores',
  'lab',
  'flagged',
  'baselines',
  'equations',
] as const;
export type CellId = (typeof CELLS)[number];
export type CellState = 'not-run' | 'stale' | 'running' | 'done' | 'failed' | 'unavailable';

export function isRunStale(run: RunRecord, choices: RunChoices, dataset: DatasetState): boolean {
  if (dataset.dataset === null || dataset.dataset.id !== run.datasetId) return true;
  // Settings are plain JSON written by nextSettings alone, so their text compares them.
  const next = nextSettings(choices, dataset.dataset.roles);
  return JSON.stringify(run.settings) !== JSON.stringify(next);
}

/** Of the cells whose state these two stores decide. */
export function cellStates(
  dataset: DatasetState,
  runs: RunState,
): Record<Exclude<CellId, 'prepare' | 'runs' | 'equations'>, CellState> {
  const { phase } = dataset.status;
  const data: CellState =
    phase === 'importing' || phase === 'opening' || phase === 'restoring'
      ? 'running'
      : dataset.dataset !== null
        ? 'done' // also after another file could not be read: the notice says so
        : phase === 'failed'
          ? 'failed'
          : 'not-run';
  const { training, scoring } = runs;
  const stale = training.phase === 'done' && isRunStale(training.run, runs.choices, dataset);
  const afterTraining = (state: CellState): CellState =>
    state === 'done' && stale ? 'stale' : state;

  const trained: CellState =
    training.phase === 'idle' || training.phase === 'interrupted'
      ? 'not-run'
      : training.phase === 'running' || training.phase === 'paused'
        ? 'running'
        : training.phase === 'failed'
          ? 'failed'
          : 'done';
  const scored: CellState =
    scoring.phase === 'idle' ? 'not-run' : scoring.phase === 'running' ? 'running' : scoring.phase;
  return {
    data,
    trees: dataset.dataset === null ? 'not-run' : 'done',
    training: afterTraining(trained),
    scores: afterTraining(scored),
    lab: afterTraining(scored === 'running' ? 'not-run' : scored),
    flagged: afterTraining(scored === 'running' ? 'not-run' : scored),
    baselines: comparedState(training, afterTraining(scored)),
  };
}

/** Of the cell that corrects scores: a detector that gives no terms has nothing to correct. */
export function labCellState(state: CellState, shown: DetectorRun | null): CellState {
  return (state === 'done' || state === 'stale') && shown?.scores?.kind === 'plain'
    ? 'unavailable'
    : state;
}

/** Of the cell that brings data in and saves them: a notebook's file is packed or unpacked there. */
export const dataCellState = (
  state: CellState,
  file: Pick<NotebookFileState, 'busy'>,
): CellState => (file.busy === null ? state : 'running');

/** Of the results matrix, which trains further seeds after the run is done. */
export function baselinesCellState(
  state: CellState,
  { repeats }: Pick<MatrixState, 'repeats'>,
): CellState {
  return repeats.phase === 'idle' ? state : repeats.phase;
}

/** Of the equations, whose values are those of the terms of a trace that is explained. */
export function equationsCellState(explanation: ExplanationPhase): CellState {
  if (explanation.phase === 'running') return 'running';
  if (explanation.phase !== 'done') return 'not-run';
  return explanation.explanation.kind === 'terms' ? 'done' : 'unavailable';
}

/** Of the results matrix: there is something to compare once a run has several detectors. */
function comparedState(training: RunState['training'], scored: CellState): CellState {
  if (training.phase === 'running' || training.phase === 'paused') {
    return training.settings.detectors.length > 1 ? 'running' : 'not-run';
  }
  if (training.phase !== 'done') return 'not-run';
  return training.run.settings.detectors.length > 1 ? scored : 'not-run';
}
