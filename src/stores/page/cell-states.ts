/**
 * The state of each cell, derived: a result is stale when what it was computed from has changed.
 */

import { remedyFor, type SettingDifference, settingDifferences } from '../../run/differences.ts';
import type { DetectorRun, RunRecord } from '../../run/record.ts';
import type { MatrixState } from '../baselines/matrix-store.ts';
import type { ChangesState } from '../changes/changes-store.ts';
import type { Dataset, DatasetState } from '../dataset/dataset-store.ts';
import type { NotebookFileState } from '../dataset/notebook-file-store.ts';
import { nextSettings, type RunChoices } from '../run/run-choices.ts';
import { onShow } from '../run/run-state.ts';
import type { RunState } from '../run/run-store.ts';
import type { ExplanationPhase } from '../scores/inspect-store.ts';
import type { CellId } from './cell-order.ts';

export type CellState = 'not-run' | 'stale' | 'running' | 'done' | 'failed' | 'unavailable';

/** In what a run is not what Start would make now; none where it is of this dataset and as chosen. */
export const runDifferences = (
  run: RunRecord,
  choices: RunChoices,
  dataset: Dataset | null,
): readonly SettingDifference[] =>
  dataset === null || dataset.id !== run.datasetId
    ? [{ name: 'dataset', chosen: dataset?.name ?? 'none', ofRun: 'another one', needs: 'train' }]
    : settingDifferences(run.settings, nextSettings(choices, dataset));

/** Of the cells whose state these two stores decide. */
export function cellStates(
  dataset: DatasetState,
  runs: RunState,
): Record<Exclude<CellId, 'prepare' | 'runs' | 'changes' | 'equations'>, CellState> {
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
  const remedy =
    training.phase === 'done'
      ? remedyFor(runDifferences(training.run, runs.choices, dataset.dataset))
      : null;
  const afterTraining = (state: CellState): CellState =>
    state === 'done' && remedy !== null ? 'stale' : state;

  const trained: CellState =
    training.phase === 'idle' || training.phase === 'interrupted'
      ? 'not-run'
      : training.phase === 'running' || training.phase === 'paused'
        ? 'running'
        : training.phase === 'failed'
          ? 'failed'
          : 'done';
  const shown = onShow(runs);
  const scored: CellState =
    shown === runs.first
      ? 'done'
      : scoring.phase === 'idle'
        ? 'not-run'
        : scoring.phase === 'running'
          ? 'running'
          : scoring.phase;
  return {
    data,
    trees: dataset.dataset === null ? 'not-run' : 'done',
    training: remedy === 'train' ? afterTraining(trained) : trained,
    scores: afterTraining(scored),
    lab: afterTraining(scored === 'running' ? 'not-run' : scored),
    flagged: afterTraining(scored === 'running' ? 'not-run' : scored),
    baselines: comparedState(training, afterTraining(scored)),
  };
}

/** Of the cell that corrects scores: where no detector gives terms there is nothing to correct. */
export function labCellState(state: CellState, detectors: readonly DetectorRun[]): CellState {
  const scored = detectors.flatMap(({ scores }) => scores ?? []);
  return (state === 'done' || state === 'stale') &&
    scored.length > 0 &&
    scored.every(({ kind }) => kind === 'plain')
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

/** Of the two periods that are compared. */
export const changesCellState = (report: ChangesState['report']['phase']): CellState =>
  report === 'none' ? 'not-run' : report;

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
