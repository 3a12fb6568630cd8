/**
 * Section A.4 on the dataset at hand: its settings, the job, and Undo. Preparing anew starts from
 * the dataset as it was imported, so that steps never pile up.
 */

import { createStore, type StoreApi } from 'zustand/vanilla';
import { nextTask } from '../../base/next-task.ts';
import type { PrepareStep, StepReport } from '../../prepare/prepare.ts';
import { PAPER_SETTINGS, type PrepareSettings } from '../../prepare/settings.ts';
import type { RunningJob, WorkerClient } from '../../worker/client.ts';
import type { JobFailure } from '../../worker/job-failure.ts';
import { type Dataset, type DatasetState, guessRoles } from '../dataset/dataset-store.ts';
import type { CellState } from '../page/cell-states.ts';
import type { RunState } from '../run/run-store.ts';

export { latencyEdgesMs, type TraceDescription } from '../../prepare/describe.ts';
export { PREPARE_STEPS, type PrepareReport, type PrepareStep } from '../../prepare/prepare.ts';

/** N_max is a setting of the run. */
export type PrepareChoices = Omit<PrepareSettings, 'maxNodes'>;

export type PreparePhase =
  | { readonly phase: 'idle' }
  | { readonly phase: 'running'; readonly step: PrepareStep }
  | { readonly phase: 'failed'; readonly failure: JobFailure };

export interface PrepareState {
  readonly choices: PrepareChoices;
  readonly status: PreparePhase;
  /** What each step left; of a dataset as it was imported, that alone. Empty until it is known. */
  readonly steps: readonly StepReport[];

  choose(change: Partial<PrepareChoices>): void;
  prepare(): Promise<void>;
  cancel(): void;
  /** Brings the dataset back that was prepared. */
  undo(): Promise<void>;
  dismissFailure(): void;
}

export interface PrepareStoreDeps {
  readonly client: WorkerClient;
  readonly dataset: StoreApi<DatasetState>;
  readonly runs: StoreApi<RunState>;
  readonly newId: () => string;
}

const { maxNodes: _, ...PAPER_CHOICES } = PAPER_SETTINGS;

/** What preparing starts from: the dataset as it was imported. */
export const prepareSource = (dataset: Dataset): Dataset => dataset.preparation?.source ?? dataset;

export function createPrepareStore(deps: PrepareStoreDeps): StoreApi<PrepareState> {
  const { client, dataset, runs } = deps;
  let job: RunningJob<'prepare'> | null = null;

  const store = createStore<PrepareState>((set, get) => ({
    choices: PAPER_CHOICES,
    status: { phase: 'idle' },
    steps: [],

    choose: (change) => set({ choices: { ...get().choices, ...change } }),

    async prepare() {
      const current = dataset.getState().dataset;
      if (current === null) return;
      job?.cancel();
      const source = prepareSource(current);
      const { name, imported } = source;
      const { maxNodes } = runs.getState().choices.model;
      set({ status: { phase: 'running', step: 'source' } });
      const mine = client.start(
        'prepare',
        { traces: imported.traces, settings: { ...get().choices, maxNodes } },
        (step) => {
          if (job === mine) set({ status: { phase: 'running', step } });
        },
      );
      job = mine;
      const result = await mine.result;
      if (job !== mine) return; // another dataset or another start took over
      job = null;
      if (!result.ok) {
        const failure = result.error;
        set({
          status: failure.kind === 'cancelled' ? { phase: 'idle' } : { phase: 'failed', failure },
        });
        return;
      }
      const { imported: prepared, report } = result.value;
      set({ status: { phase: 'idle' } });
      await dataset.getState().adopt({
        id: deps.newId(),
        name: `${name}, prepared`,
        imported: prepared,
        roles: guessRoles(prepared),
        preparation: { report, source },
      });
    },

    cancel: () => job?.cancel(),

    async undo() {
      const { dataset: current, stored, open, adopt } = dataset.getState();
      const source = current?.preparation?.source;
      if (!source) return;
      if (stored.some(({ id }) => id === source.id)) {
        await open(source.id); // with its run
        return;
      }
      const opened = client.start('open', { traces: source.imported.traces }).result;
      await adopt(source);
      await opened;
    },

    dismissFailure: () => set({ status: { phase: 'idle' } }),
  }));

  const describe = async (next: Dataset, before: Dataset | null): Promise<void> => {
    const known =
      next.preparation ?? (before?.preparation?.source?.id === next.id && before.preparation);
    if (known) {
      const { steps } = known.report;
      store.setState({ steps: next.preparation === undefined ? steps.slice(0, 1) : steps });
      return;
    }
    store.setState({ steps: [] });
    // after the survey, which is asked for in this turn: more cells wait for sets and structures
    await nextTask();
    if (dataset.getState().dataset?.id !== next.id) return;
    const described = await client.start('describe', null).result;
    if (described.ok && dataset.getState().dataset?.id === next.id) {
      store.setState({ steps: [{ step: 'source', after: described.value }] });
    }
  };

  dataset.subscribe(({ dataset: next, status }, { dataset: before }) => {
    const changed = next?.id !== before?.id;
    if (job !== null && (changed || status.phase === 'importing')) {
      job.cancel();
      job = null;
      store.setState({ status: { phase: 'idle' } });
    }
    if (!changed || next === null) return;
    if (next.preparation !== undefined) {
      const { maxNodes: _, ...choices } = next.preparation.report.settings;
      store.setState({ choices });
    }
    void describe(next, before);
  });
  return store;
}

/** Stale where a setting has changed since; not run on a dataset as it was imported. */
export function prepareCellState(
  { status, choices }: PrepareState,
  { dataset }: DatasetState,
  maxNodes: number,
): CellState {
  if (status.phase !== 'idle') return status.phase;
  const used = dataset?.preparation?.report.settings;
  if (used === undefined) return 'not-run';
  const next: PrepareSettings = { ...choices, maxNodes };
  const keys = Object.keys(next) as (keyof PrepareSettings)[];
  // settings are plain JSON, so the text of each compares it
  const same = keys.every((key) => JSON.stringify(next[key]) === JSON.stringify(used[key]));
  return same ? 'done' : 'stale';
}
