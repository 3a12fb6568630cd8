/**
 * The first look at the dataset at hand: made as soon as its traces are there, again where files get
 * other roles, and shown until a run is.
 */
import type { StoreApi } from 'zustand/vanilla';
import { DEFAULT_DETECTORS, SHOWN_FIRST } from '../../detectors/catalog.ts';
import { firstLookId } from '../../run/first-look.ts';
import { RUN_FORMAT, type RunRecord } from '../../run/record.ts';
import { type RunSettings, sameValue } from '../../run/settings.ts';
import type { Dataset, DatasetState } from '../dataset/dataset-store.ts';
import { createLatest } from '../shared/latest.ts';
import { DEFAULT_CHOICES, nextSettings } from './run-choices.ts';
import type { RunParts, RunState } from './run-state.ts';
import { isRunning } from './training-phase.ts';

export function createFirstLook({ deps, set, get }: RunParts): Pick<RunState, 'first' | 'look'> & {
  readonly forget: () => void;
} {
  const { client, dataset, now } = deps;
  const looks = createLatest();
  let looked: { readonly id: string; readonly settings: RunSettings } | null = null;

  return {
    first: { phase: 'none' },

    async look() {
      const current = dataset.getState().dataset;
      if (current === null) return;
      const of = { id: firstLookId(current.id), settings: firstLookSettings(current) };
      if (sameValue(looked, of)) return;
      looked = of;
      const isLatest = looks.begin();
      set({ first: { phase: 'looking' } });
      const made = await client.start('look', { runId: of.id, settings: of.settings }).result;
      if (!isLatest()) return;
      if (!made.ok) {
        set({ first: { phase: 'failed', failure: made.error } });
        return;
      }
      const { outcome, scores } = made.value;
      const trained = {
        detector: SHOWN_FIRST,
        outcome,
        scores,
        curve: [],
        restarts: 0,
        incidents: [],
      };
      const run: RunRecord = {
        formatVersion: RUN_FORMAT,
        id: of.id,
        datasetId: current.id,
        savedAt: now(),
        preset: get().choices.preset,
        settings: of.settings,
        detectors: [trained],
        pending: [],
        failed: [],
        repeats: [],
        peakHeapBytes: null,
      };
      set({ first: { phase: 'done', run } });
    },

    forget() {
      looks.cancel();
      looked = null;
      set({ first: { phase: 'none' } });
    },
  };
}

/** Whatever the next run is to be: trees of any size, which History takes. */
const firstLookSettings = (current: Dataset): RunSettings => {
  const { model } = DEFAULT_CHOICES;
  const choices = {
    ...DEFAULT_CHOICES,
    detectors: DEFAULT_DETECTORS.filter((id) => id === SHOWN_FIRST),
    model: { ...model, maxNodes: LARGEST_TREE },
  };
  return { scored: 'marked', ...nextSettings(choices, current) };
};

/** As the columns of scores count nodes. */
const LARGEST_TREE = 2 ** 16 - 1;

/** Looks whenever another dataset comes, or one gets other roles, unless a run is on show then. */
export function lookWhenever(runs: StoreApi<RunState>, dataset: StoreApi<DatasetState>): void {
  let waiting = false;
  const look = (): void => {
    waiting = false;
    const { training, look } = runs.getState();
    if (training.phase !== 'done') void look();
  };
  /** Once what comes with a dataset is there: a stored run among it. */
  const soon = (): void => {
    if (waiting) return;
    waiting = true;
    queueMicrotask(look);
  };
  dataset.subscribe((state, before) => {
    if (state.dataset !== before.dataset) soon();
  });
  runs.subscribe(({ training }, before) => {
    if (before.training.phase === 'done' && training.phase !== 'done' && !isRunning(training)) {
      soon();
    }
  });
}
