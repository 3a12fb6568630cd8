/** The notebook's stores for React: one hook a subject, each with a selector. */
import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { ComparisonState } from '../../stores/comparison-store.ts';
import type { DatasetState } from '../../stores/dataset-store.ts';
import type { EnvironmentState } from '../../stores/environment-store.ts';
import type { ExportState } from '../../stores/export-store.ts';
import type { InspectState } from '../../stores/inspect-store.ts';
import type { KeptRunsState } from '../../stores/kept-runs-store.ts';
import type { LabState } from '../../stores/lab-store.ts';
import type { MatrixState } from '../../stores/matrix-store.ts';
import type { NamedScoresState } from '../../stores/named-scores-store.ts';
import type { Notebook } from '../../stores/notebook.ts';
import type { NotebookFileState } from '../../stores/notebook-file-store.ts';
import type { NotesState } from '../../stores/notes-store.ts';
import type { PreferencesState } from '../../stores/preferences-store.ts';
import type { PrepareState } from '../../stores/prepare-store.ts';
import type { ReplayState } from '../../stores/replay-store.ts';
import type { RunState } from '../../stores/run-store.ts';
import type { SurveyState } from '../../stores/survey-store.ts';
import type { TraceListState } from '../../stores/trace-list-store.ts';
import type { UndoState } from '../../stores/undo-store.ts';
import type { ViewState } from '../../stores/view-store.ts';
import type { WhatIfState } from '../../stores/what-if-store.ts';

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

export const useNotes = <T>(select: (state: NotesState) => T): T =>
  useStore(useNotebook().notes, select);

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

export const useWhatIf = <T>(select: (state: WhatIfState) => T): T =>
  useStore(useNotebook().whatIf, select);

export const useComparison = <T>(select: (state: ComparisonState) => T): T =>
  useStore(useNotebook().comparison, select);
export const useNamedScores = <T>(select: (state: NamedScoresState) => T): T =>
  useStore(useNotebook().namedScores, select);
export const useLab = <T>(select: (state: LabState) => T): T => useStore(useNotebook().lab, select);

export const useReplay = <T>(select: (state: ReplayState) => T): T =>
  useStore(useNotebook().replay, select);

export const useMatrix = <T>(select: (state: MatrixState) => T): T =>
  useStore(useNotebook().matrix, select);

export const useExport = <T>(select: (state: ExportState) => T): T =>
  useStore(useNotebook().exported, select);

export const useEnvironment = <T>(select: (state: EnvironmentState) => T): T =>
  useStore(useNotebook().environment, select);

export const usePreferences = <T>(select: (state: PreferencesState) => T): T =>
  useStore(useNotebook().preferences, select);
