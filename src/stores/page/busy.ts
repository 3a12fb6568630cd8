/** Whether something runs that loading the page again would end. */
import type { StoreApi } from 'zustand/vanilla';
import type { MatrixState } from '../baselines/matrix-store.ts';
import type { DatasetState } from '../dataset/dataset-store.ts';
import type { ExportState } from '../dataset/export-store.ts';
import type { NotebookFileState } from '../dataset/notebook-file-store.ts';
import type { PrepareState } from '../prepare/prepare-store.ts';
import type { RunState } from '../run/run-store.ts';

export interface BusyStores {
  readonly dataset: StoreApi<DatasetState>;
  readonly prepare: StoreApi<PrepareState>;
  readonly runs: StoreApi<RunState>;
  readonly matrix: StoreApi<MatrixState>;
  readonly file: StoreApi<NotebookFileState>;
  readonly exported: StoreApi<ExportState>;
}

export function isBusy({ dataset, prepare, runs, matrix, file, exported }: BusyStores): boolean {
  const { status, saving } = dataset.getState();
  const { training, scoring } = runs.getState();
  return (
    !['empty', 'ready', 'failed'].includes(status.phase) ||
    saving !== null ||
    training.phase === 'running' ||
    training.phase === 'paused' ||
    scoring.phase === 'running' ||
    prepare.getState().status.phase === 'running' ||
    matrix.getState().repeats.phase === 'running' ||
    file.getState().busy !== null ||
    exported.getState().share !== null
  );
}

/** @param listener hears whenever it may have changed */
export function whenBusyChanges(stores: BusyStores, listener: () => void): void {
  const { dataset, prepare, runs, matrix, file, exported } = stores;
  dataset.subscribe(listener);
  prepare.subscribe(listener);
  runs.subscribe(listener);
  matrix.subscribe(listener);
  file.subscribe(listener);
  exported.subscribe(listener);
}
