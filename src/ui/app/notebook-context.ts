/** The notebook's stores for React: one hook a subject, each with a selector. */
import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import type { ComparisonState } from '../../stores/comparison-store.ts';
import type { DatasetState } from '../../stores/dataset-store.ts';
import type { EnvironmentState } from '../../stores/environment-store.ts';
import type { ExportState } from '../../stores/export-store.ts';
import type { InspectState } from '../../stores/inspect-store.ts';
import type { Notebook } from '../../stores/notebook.ts';
import type { PreferencesState } from '../../stores/preferences-store.ts';
import type { PrepareState } from '../../stores/prepare-store.ts';
import type { RunState } from '../../stores/run-store.ts';

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

export const useInspect = <T>(select: (state: InspectState) => T): T =>
  useStore(useNotebook().inspect, select);

export const useComparison = <T>(select: (state: ComparisonState) => T): T =>
  useStore(useNotebook().comparison, select);

export const useExport = <T>(select: (state: ExportState) => T): T =>
  useStore(useNotebook().exported, select);

export const useEnvironment = <T>(select: (state: EnvironmentState) => T): T =>
  useStore(useNotebook().environment, select);

export const usePreferences = <T>(select: (state: PreferencesState) => T): T =>
  useStore(useNotebook().preferences, select);
