/** Wires the stores to each other: one worker and one for the background, one storage. */
import type { StoreApi } from 'zustand/vanilla';
import type { NotebookStorage } from '../storage/notebook-storage.ts';
import { chooseMaxNodes } from '../trace/tree-sizes.ts';
import type { BackgroundWorker, WorkerClient } from '../worker/client.ts';
import { type ComparisonState, createComparisonStore } from './comparison-store.ts';
import { createDatasetStore, type Dataset, type DatasetState } from './dataset-store.ts';
import { createEnvironmentStore, type EnvironmentState } from './environment-store.ts';
import { createExportStore, type ExportState } from './export-store.ts';
import { createInspectStore, type InspectState } from './inspect-store.ts';
import { createMappingMemory } from './mapping-memory.ts';
import {
  createPreferencesStore,
  type PreferenceStorage,
  type PreferencesState,
} from './preferences-store.ts';
import { createPrepareStore, type PrepareState } from './prepare-store.ts';
import { createRunStore, type RunState } from './run-store.ts';

export interface Notebook {
  readonly dataset: StoreApi<DatasetState>;
  readonly prepare: StoreApi<PrepareState>;
  readonly runs: StoreApi<RunState>;
  readonly inspect: StoreApi<InspectState>;
  readonly comparison: StoreApi<ComparisonState>;
  readonly exported: StoreApi<ExportState>;
  readonly environment: StoreApi<EnvironmentState>;
  readonly preferences: StoreApi<PreferencesState>;
  /** Reads what was stored and probes the backend; call once. */
  open(): Promise<void>;
}

export interface NotebookDeps {
  readonly client: WorkerClient;
  readonly background: () => BackgroundWorker;
  readonly storage: NotebookStorage;
  readonly preferences: PreferenceStorage;
  readonly now: () => number;
  readonly newId: () => string;
  readonly isolated: boolean;
  readonly heapBytes: () => number | null;
  readonly foreignRequests: () => number;
}

export function createNotebook(deps: NotebookDeps): Notebook {
  const dataset = createDatasetStore({
    ...deps,
    mappings: createMappingMemory(deps.preferences),
    onOpened: ({ run, interrupted }) => runs.getState().restore(run, interrupted),
  });
  const runs = createRunStore({ ...deps, dataset });
  const prepare = createPrepareStore({ ...deps, dataset, runs });
  const inspect = createInspectStore(deps.client, runs);
  const comparison = createComparisonStore({ ...deps, runs, dataset });
  const exported = createExportStore(deps.client, dataset);
  const environment = createEnvironmentStore(deps);
  const preferences = createPreferencesStore(deps.preferences);

  /**
   * N_max as the data ask for. A dataset that was prepared, or that Undo brings back, keeps the one
   * that is set: its traces were chosen by it.
   */
  const fitMaxNodes = (next: Dataset, before: Dataset | null): void => {
    if (before?.preparation?.source?.id === next.id) return;
    const maxNodes =
      next.preparation?.report.settings.maxNodes ?? chooseMaxNodes(next.imported.traces);
    runs.getState().configure({ maxNodes });
  };

  return {
    dataset,
    prepare,
    runs,
    inspect,
    comparison,
    exported,
    environment,
    preferences,

    async open() {
      // Before what is stored is restored, so that another dataset never meets the run before it.
      dataset.subscribe((state, before) => {
        if (state.dataset?.id === before.dataset?.id) return;
        inspect.getState().close();
        runs.getState().reset();
        if (state.dataset !== null) fitMaxNodes(state.dataset, before.dataset);
      });
      runs.subscribe(({ training }, before) => {
        if (training.phase !== 'running') return;
        if (before.training.phase !== 'running') inspect.getState().close();
        if (training.backend !== null) environment.getState().noteBackend(training.backend);
      });
      await dataset.getState().restore();
      await environment.getState().probe();
      await environment.getState().refresh();
    },
  };
}
