/** The notebook's stores for React: one hook a subject, each with a selector. */
import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { IntervalsState } from '../../stores/baselines/intervals-store.ts';
import type { MatrixState } from '../../stores/baselines/matrix-store.ts';
import type { ChangesState } from '../../stores/changes/changes-store.ts';
import type { DatasetState } from '../../stores/dataset/dataset-store.ts';
import type { ExportState } from '../../stores/dataset/export-store.ts';
import type { NotebookFileState } from '../../stores/dataset/notebook-file-store.ts';
import type { LabState } from '../../stores/lab/lab-store.ts';
import type { EnvironmentState } from '../../stores/page/environment-store.ts';
import type { Notebook } from '../../stores/page/notebook.ts';
import type { NotesState } from '../../stores/page/notes-store.ts';
import type { UnreadableState } from '../../stores/page/unreadable-store.ts';
import type { UpdateState } from '../../stores/page/update-store.ts';
import type { ViewState } from '../../stores/page/view-store.ts';
import type { PrepareState } from '../../stores/prepare/prepare-store.ts';
import type { KeptModelsState } from '../../stores/run/kept-models-store.ts';
import type { KeptRunsState } from '../../stores/run/kept-runs-store.ts';
import type { ModelState } from '../../stores/run/model-store.ts';
import type { RunState } from '../../stores/run/run-store.ts';
import type { SurveyState } from '../../stores/run/survey-store.ts';
import type { InspectState } from '../../stores/scores/inspect-store.ts';
import type { NamedScoresState } from '../../stores/scores/named-scores-store.ts';
import type { OdditiesState } from '../../stores/scores/oddities-store.ts';
import type { ThresholdState } from '../../stores/scores/threshold-store.ts';
import type { TraceListState } from '../../stores/scores/trace-list-store.ts';
import type { PreferencesState } from '../../stores/shared/preferences-store.ts';
import type { UndoState } from '../../stores/shared/undo-store.ts';
import type { ComparisonState } from '../../stores/trace/comparison-store.ts';
import type { ReplayState } from '../../stores/trace/replay-store.ts';
import type { TraceLookState } from '../../stores/trace/trace-look-store.ts';
import type { WhatIfState } from '../../stores/trace/what-if-store.ts';

export const NotebookContext = createContext<Notebook | null>(null);

export function useNotebook(): Notebook {
  const notebook = useContext(NotebookContext);
  if (notebook === null) throw new Error('a cell was rendered outside the notebook');
  return notebook;
}

export const useDataset = <T>(select: (state: DatasetState) => T): T =>
  useStore(useNotebook().dataset, select);

export const usePrepare = <T>(select: (state: PrepareState) => T): T =>
  useStore(useNotebook().prepare, select);

export const useRuns = <T>(select: (state: RunState) => T): T =>
  useStore(useNotebook().runs, select);

export const useKeptRuns = <T>(select: (state: KeptRunsState) => T): T =>
  useStore(useNotebook().kept, select);

export const useUnreadable = <T>(select: (state: UnreadableState) => T): T =>
  useStore(useNotebook().unreadable, select);

export const useNotes = <T>(select: (state: NotesState) => T): T =>
  useStore(useNotebook().notes, select);

export const useModel = <T>(select: (state: ModelState) => T): T =>
  useStore(useNotebook().model, select);

export const useModels = <T>(select: (state: KeptModelsState) => T): T =>
  useStore(useNotebook().models, select);

export const useNotebookFile = <T>(select: (state: NotebookFileState) => T): T =>
  useStore(useNotebook().file, select);

export const useUndo = <T>(select: (state: UndoState) => T): T =>
  useStore(useNotebook().undo, select);

export const useView = <T>(select: (state: ViewState) => T): T =>
  useStore(useNotebook().view, select);

export const useInspect = <T>(select: (state: InspectState) => T): T =>
  useStore(useNotebook().inspect, select);

export const useSurvey = <T>(select: (state: SurveyState) => T): T =>
  useStore(useNotebook().survey, select);
export const useTraceList = <T>(select: (state: TraceListState) => T): T =>
  useStore(useNotebook().traceList, select);

export const useTraceLook = <T>(select: (state: TraceLookState) => T): T =>
  useStore(useNotebook().traceLook, select);

export const useOddities = <T>(select: (state: OdditiesState) => T): T =>
  useStore(useNotebook().oddities, select);

export const useWhatIf = <T>(select: (state: WhatIfState) => T): T =>
  useStore(useNotebook().whatIf, select);

export const useComparison = <T>(select: (state: ComparisonState) => T): T =>
  useStore(useNotebook().comparison, select);
export const useThreshold = <T>(select: (state: ThresholdState) => T): T =>
  useStore(useNotebook().threshold, select);
export const useNamedScores = <T>(select: (state: NamedScoresState) => T): T =>
  useStore(useNotebook().namedScores, select);
export const useLab = <T>(select: (state: LabState) => T): T => useStore(useNotebook().lab, select);

export const useReplay = <T>(select: (state: ReplayState) => T): T =>
  useStore(useNotebook().replay, select);

export const useMatrix = <T>(select: (state: MatrixState) => T): T =>
  useStore(useNotebook().matrix, select);

export const useIntervals = <T>(select: (state: IntervalsState) => T): T =>
  useStore(useNotebook().intervals, select);

export const useExport = <T>(select: (state: ExportState) => T): T =>
  useStore(useNotebook().exported, select);

export const useEnvironment = <T>(select: (state: EnvironmentState) => T): T =>
  useStore(useNotebook().environment, select);

export const usePreferences = <T>(select: (state: PreferencesState) => T): T =>
  useStore(useNotebook().preferences, select);

export const useChanges = <T>(select: (state: ChangesState) => T): T =>
  useStore(useNotebook().changes, select);

export const useUpdate = <T>(select: (state: UpdateState) => T): T =>
  useStore(useNotebook().update, select);
