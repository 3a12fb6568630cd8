/** Wires the stores to each other: one worker and one for the background, one storage, and a store a subject. */
import type { StoreApi } from 'zustand/vanilla';
import { isModelName } from '../../model/opened-model.ts';
import { splitOptions } from '../../run/settings.ts';
import type { NotebookStorage } from '../../storage/notebook-storage.ts';
import { chooseMaxNodes } from '../../trace/tree-sizes.ts';
import type { BackgroundWorker, WorkerClient } from '../../worker/client.ts';
import { createIntervalsStore, type IntervalsState } from '../baselines/intervals-store.ts';
import { createMatrixStore, type MatrixState } from '../baselines/matrix-store.ts';
import { type ChangesState, createChangesStore } from '../changes/changes-store.ts';
import { createAttributeMemory } from '../dataset/attribute-memory.ts';
import { createDatasetStore, type Dataset, type DatasetState } from '../dataset/dataset-store.ts';
import { createExportStore, type ExportState } from '../dataset/export-store.ts';
import { createMappingMemory } from '../dataset/mapping-memory.ts';
import {
  createNotebookFileStore,
  isNotebookFile,
  type NotebookFileState,
} from '../dataset/notebook-file-store.ts';
import { createLabStore, type LabState } from '../lab/lab-store.ts';
import { createPrepareStore, type PrepareState } from '../prepare/prepare-store.ts';
import { createKeptModelsStore, type KeptModelsState } from '../run/kept-models-store.ts';
import { createKeptRunsStore, type KeptRunsState } from '../run/kept-runs-store.ts';
import { createModelStore, type ModelState } from '../run/model-store.ts';
import { createRunDoor } from '../run/run-door.ts';
import { lookWhenever } from '../run/run-first-look.ts';
import type { AppIdentity } from '../run/run-report.ts';
import { onShow } from '../run/run-state.ts';
import { createRunStore, type RunState, type RunStoreDeps } from '../run/run-store.ts';
import { createSpeedMemory } from '../run/speed-memory.ts';
import { createSurveyStore, type SurveyState } from '../run/survey-store.ts';
import { createInspectStore, type InspectState, shownDetector } from '../scores/inspect-store.ts';
import { createNamedScoresStore, type NamedScoresState } from '../scores/named-scores-store.ts';
import { createOdditiesStore, type OdditiesState } from '../scores/oddities-store.ts';
import { scoredRun } from '../scores/score-view.ts';
import { createThresholdStore, type ThresholdState } from '../scores/threshold-store.ts';
import { createTraceListStore, type TraceListState } from '../scores/trace-list-store.ts';
import { listedTraces } from '../scores/trace-list-view.ts';
import {
  createPreferencesStore,
  type PreferenceStorage,
  type PreferencesState,
} from '../shared/preferences-store.ts';
import { createRoomMakingStorage } from '../shared/room-making-storage.ts';
import { ALONE, type Hold, openOf, type Tabs } from '../shared/tabs.ts';
import { createTellingStorage } from '../shared/telling-storage.ts';
import { createUndoStore, type UndoState } from '../shared/undo-store.ts';
import { type ComparisonState, createComparisonStore } from '../trace/comparison-store.ts';
import { createReplayStore, type ReplayState } from '../trace/replay-store.ts';
import { createTraceLookStore, type TraceLookState } from '../trace/trace-look-store.ts';
import { createWhatIfStore, type WhatIfState } from '../trace/what-if-store.ts';
import { createEnvironmentStore, type EnvironmentState } from './environment-store.ts';
import { createNotesStore, type NotesState } from './notes-store.ts';
import { NO_UPDATES, type PageUpdates } from './page-updates.ts';
import { createUnreadableStore, type UnreadableState } from './unreadable-store.ts';
import { createUpdateStore, type UpdateState } from './update-store.ts';
import { type AddressBar, createViewStore, type ViewState } from './view-store.ts';

export interface Notebook {
  readonly dataset: StoreApi<DatasetState>;
  readonly prepare: StoreApi<PrepareState>;
  readonly runs: StoreApi<RunState>;
  readonly kept: StoreApi<KeptRunsState>;
  readonly unreadable: StoreApi<UnreadableState>;
  readonly notes: StoreApi<NotesState>;
  readonly file: StoreApi<NotebookFileState>;
  readonly model: StoreApi<ModelState>;
  readonly models: StoreApi<KeptModelsState>;
  readonly undo: StoreApi<UndoState>;
  readonly inspect: StoreApi<InspectState>;
  readonly survey: StoreApi<SurveyState>;
  readonly traceList: StoreApi<TraceListState>;
  readonly oddities: StoreApi<OdditiesState>;
  readonly traceLook: StoreApi<TraceLookState>;
  readonly whatIf: StoreApi<WhatIfState>;
  readonly comparison: StoreApi<ComparisonState>;
  readonly changes: StoreApi<ChangesState>;
  readonly view: StoreApi<ViewState>;
  readonly lab: StoreApi<LabState>;
  readonly namedScores: StoreApi<NamedScoresState>;
  readonly threshold: StoreApi<ThresholdState>;
  readonly replay: StoreApi<ReplayState>;
  readonly matrix: StoreApi<MatrixState>;
  readonly intervals: StoreApi<IntervalsState>;
  readonly exported: StoreApi<ExportState>;
  readonly environment: StoreApi<EnvironmentState>;
  readonly preferences: StoreApi<PreferencesState>;
  readonly update: StoreApi<UpdateState>;
  /** The worker gave way to a new one, which has nothing at hand. */
  onWorkerReplaced(): void;
  /** Reads what was stored and probes the backend; call once. */
  open(): Promise<void>;
}

export interface NotebookDeps {
  readonly client: WorkerClient;
  readonly background: () => BackgroundWorker;
  readonly storage: NotebookStorage;
  /** Other tabs of this browser; without, this one is taken to be alone. */
  readonly tabs?: Tabs;
  /** Newer builds of the page; without, there are none. */
  readonly updates?: PageUpdates;
  readonly preferences: PreferenceStorage;
  /** A training whose backend is `auto` begins with steps on each, where there is a GPU. */
  readonly raceBackends?: boolean;
  readonly now: () => number;
  readonly newId: () => string;
  readonly isolated: boolean;
  readonly heapBytes: () => number | null;
  readonly foreignRequests: () => number;
  readonly address: AddressBar;
  readonly app: AppIdentity;
}

export function createNotebook({ client: worker, ...given }: NotebookDeps): Notebook {
  const { tabs = ALONE, updates = NO_UPDATES } = given;
  const undo = createUndoStore();
  const stored = createRoomMakingStorage(given.storage, undo);
  const rest = { ...given, storage: createTellingStorage(stored, tabs) };
  const client = createRunDoor(worker, (runId) => {
    const { training, first } = runs.getState();
    const known = [training, first].flatMap((one) => (one.phase === 'done' ? one.run : []));
    return known.find(({ id }) => id === runId) ?? null;
  });
  const deps = { ...rest, client };
  const dataset = createDatasetStore({
    ...deps,
    mappings: createMappingMemory(deps.preferences),
    attributes: createAttributeMemory(deps.preferences),
    askAboutModel: (files) => model.getState().ask(files),
    runAtHand: () => models.getState().runAtHand(),
    openRun: (run) => {
      runs.getState().restore(run, null);
      return runs.getState().score;
    },
    openNotebook: async (opened) => {
      if (isModelName(opened.name)) {
        await model.getState().open(opened);
        return true;
      }
      const isNotebook = await isNotebookFile(opened);
      if (isNotebook) await file.getState().open(opened);
      return isNotebook;
    },
    onListed: (records) => unreadable.getState().take('datasets', records),
    onOpened: ({ run, interrupted, entries, unreadable: records }) => {
      unreadable.getState().take('runs', records);
      runs.getState().restore(run, interrupted);
      void runs.getState().lookElsewhere();
      kept.getState().take(entries);
    },
  });
  const unreadable = createUnreadableStore(deps.storage);
  const keptModel: RunStoreDeps['keptModel'] = (of) => models.getState().find(of);
  const runs = createRunStore({
    ...deps,
    dataset,
    keptModel,
    ...(deps.raceBackends && { speeds: createSpeedMemory(deps.preferences) }),
    onStored: (entry) => {
      if (entry.datasetId === dataset.getState().dataset?.id) kept.getState().note(entry);
    },
  });
  const datasetId = (): string | null => dataset.getState().dataset?.id ?? null;
  const kept = createKeptRunsStore({ ...deps, runs, undo, datasetId });
  const notes = createNotesStore({ ...deps, undo });
  const file = createNotebookFileStore({ ...deps, dataset });
  const prepare = createPrepareStore({ ...deps, dataset, runs });
  const survey = createSurveyStore(deps.client, dataset, runs);
  const traces = () => dataset.getState().dataset?.imported.traces ?? null;
  const inspect = createInspectStore(deps.client, runs, dataset, () =>
    listedTraces(traceList.getState().list),
  );
  const split = () => {
    const { training } = runs.getState();
    return training.phase === 'done' ? splitOptions(training.run.settings) : null;
  };
  const traceList = createTraceListStore({ client: deps.client, inspect, split });
  const oddities = createOdditiesStore({ client: deps.client, traces, split });
  const traceLook = createTraceLookStore({ ...deps, dataset, runs, inspect });
  const whatIf = createWhatIfStore({ client: deps.client, runs, inspect, traces });
  const replay = createReplayStore({ client: deps.client, runs, inspect });
  const comparison = createComparisonStore(deps.client, traceList);
  const changes = createChangesStore({ ...deps, dataset, traceList });
  const preferences = createPreferencesStore(deps.preferences);
  const looked = { dataset, runs, kept, inspect, traceList, preferences };
  const view = createViewStore({ ...deps, ...looked });
  const models = createKeptModelsStore({
    ...deps,
    undo,
    scored: () => {
      const { training } = runs.getState();
      return scoredRun(dataset.getState().dataset, training, inspect.getState().detector);
    },
    nameOf: (id) => kept.getState().entries.find((entry) => entry.id === id)?.name ?? null,
    onListed: (records) => unreadable.getState().take('models', records),
  });
  const model = createModelStore({ dataset, models, runs });
  const lab = createLabStore({ ...deps, dataset, runs, inspect });
  const namedScores = createNamedScoresStore({ ...deps, runs, inspect, lab, undo });
  const matrix = createMatrixStore({ ...deps, runs, dataset, keptModel });
  const intervals = createIntervalsStore(client, runs);
  const environment = createEnvironmentStore(deps);
  const exported = createExportStore({ ...deps, dataset, runs, inspect, survey, environment });
  const stores = { dataset, prepare, runs, matrix, file, exported };
  const update = createUpdateStore({ updates, tabs, stores });

  /**
   * N_max as the data ask for. A dataset that was prepared, or that Undo brings back, keeps the one
   * that is set: its traces were chosen by it.
   */
  const fitMaxNodes = (next: Dataset, before: Dataset | null): void => {
    if (before?.preparation?.source?.id === next.id) return;
    const maxNodes =
      next.preparation?.report.settings.maxNodes ?? chooseMaxNodes(next.imported.traces);
    runs.getState().configure('model', { maxNodes });
  };

  /** A trace that another run has no score of is not left open. */
  const leaveUnscored = (): void => {
    const { trace, detector, close } = inspect.getState();
    const scores = shownDetector(onShow(runs.getState()), detector)?.scores;
    if (trace !== null && !(scores?.test.trace.includes(trace) ?? false)) close();
  };

  return {
    dataset,
    prepare,
    runs,
    kept,
    unreadable,
    notes,
    file,
    model,
    models,
    undo,
    inspect,
    survey,
    traceList,
    oddities,
    traceLook,
    whatIf,
    comparison,
    changes,
    view,
    lab,
    namedScores,
    threshold: createThresholdStore({ runs, undo }),
    replay,
    matrix,
    intervals,
    exported,
    environment,
    preferences,
    update,

    onWorkerReplaced() {
      const current = traces();
      // Before whatever made the new one start; what it asks of a run is handed over at the run's door.
      if (current !== null) void worker.start('open', { traces: current });
    },

    async open() {
      // Before what is stored is restored, so that another dataset never meets the run before it.
      dataset.subscribe((state, before) => {
        if (state.dataset?.id === before.dataset?.id) return;
        inspect.getState().close();
        runs.getState().leave();
        kept.getState().take([]);
        unreadable.getState().take('runs', []);
        void notes.getState().open(state.dataset?.id ?? null);
        if (state.dataset === null) return;
        fitMaxNodes(state.dataset, before.dataset);
        runs.getState().choose({ startedFrom: undefined });
      });
      let open: Hold | null = null;
      dataset.subscribe((state, before) => {
        const id = state.dataset?.id;
        if (id === before.dataset?.id) return;
        open?.release();
        open = id === undefined ? null : tabs.share(openOf(id));
      });
      tabs.listen((news) => {
        if (news.kind === 'datasets') void dataset.getState().relist();
        else if (news.kind === 'models') void models.getState().relist();
        else if (news.datasetId !== datasetId()) return;
        else if (news.kind === 'notes') void notes.getState().relist();
        else {
          void kept.getState().relist();
          void runs.getState().lookElsewhere();
        }
      });
      // A dataset that is gone for good has made room.
      dataset.subscribe((state, before) => {
        if (state.stored.length < before.stored.length) void runs.getState().storeAgain();
      });
      lookWhenever(runs, dataset);
      void models.getState().relist();
      runs.subscribe((state, before) => {
        if (onShow(state) !== onShow(before)) leaveUnscored();
        const { training } = state;
        if (training.phase !== 'running') return;
        if (training.backend !== null) environment.getState().noteBackend(training.backend);
      });
      // What a person drops or chooses while the page comes back goes before its address.
      if (await dataset.getState().restore(view.getState().wantedDataset())) {
        void view.getState().follow();
      } else view.getState().lead();
      await environment.getState().probe();
      await environment.getState().refresh();
    },
  };
}
