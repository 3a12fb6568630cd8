/**
 * What takes a look at every trace or node of the dataset at hand, so the worker does it: the sets
 * that the current choices divide it into, its structures, and what each file holds.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { SetCounts } from '../../features/set-counts.ts';
import { splitOptions } from '../../run/settings.ts';
import type { FileCounts } from '../../trace/file-counts.ts';
import type { StructureCensus } from '../../trace/structure-statistics.ts';
import type { WorkerClient } from '../../worker/client.ts';
import type { Jobs } from '../../worker/protocol.ts';
import type { DatasetState } from '../dataset/dataset-store.ts';
import { createLatest } from '../shared/latest.ts';
import type { RunState } from './run-store.ts';

type SetChoices = Jobs['countSets']['input'];

export interface SurveyState {
  /** Of the dataset at hand under the current choices; those before stay until the next are there. */
  readonly counts: SetCounts | null;
  /** null until it is taken. */
  readonly census: StructureCensus | null;
  /** null until they are counted. */
  readonly ofFile: FileCounts | null;
  /** Under other choices than the current ones; null where the worker could not tell. */
  countSets(choices: SetChoices): Promise<SetCounts | null>;
}

export function createSurveyStore(
  client: WorkerClient,
  dataset: StoreApi<DatasetState>,
  runs: StoreApi<RunState>,
): StoreApi<SurveyState> {
  const counts = createLatest();
  const censuses = createLatest();
  const files = createLatest();
  let counted = '';
  let surveyed: string | null = null;
  let waiting = false;

  const store = createStore<SurveyState>(() => ({
    counts: null,
    census: null,
    ofFile: null,

    async countSets(choices) {
      const result = await client.start('countSets', choices).result;
      return result.ok ? result.value : null;
    },
  }));

  const count = async (choices: SetChoices): Promise<void> => {
    const isLatest = counts.begin();
    const result = await client.start('countSets', choices).result;
    if (isLatest() && result.ok) store.setState({ counts: result.value });
  };

  const takeCensus = async (): Promise<void> => {
    const isLatest = censuses.begin();
    const result = await client.start('census', null).result;
    if (isLatest() && result.ok) store.setState({ census: result.value });
  };

  const countFiles = async (): Promise<void> => {
    const isLatest = files.begin();
    const result = await client.start('countFiles', null).result;
    if (isLatest() && result.ok) store.setState({ ofFile: result.value });
  };

  const survey = (): void => {
    waiting = false;
    const { dataset: current } = dataset.getState();
    if (current?.id !== (surveyed ?? undefined)) {
      surveyed = current?.id ?? null;
      counts.cancel();
      censuses.cancel();
      files.cancel();
      counted = '';
      store.setState({ counts: null, census: null, ofFile: null });
      if (surveyed !== null) {
        void takeCensus();
        void countFiles();
      }
    }
    if (current === null) return;
    const choices = splitOptions({ ...runs.getState().choices, roles: current.roles });
    const key = JSON.stringify([current.id, choices]);
    if (key === counted) return;
    counted = key;
    void count(choices);
  };

  /** Once for all changes of one task: another dataset brings its own N_max along. */
  const soon = (): void => {
    if (waiting) return;
    waiting = true;
    queueMicrotask(survey);
  };
  dataset.subscribe((state, before) => {
    if (state.dataset !== before.dataset) soon();
  });
  runs.subscribe((state, before) => {
    if (state.choices !== before.choices) soon();
  });
  return store;
}
