/**
 * What changed between two periods: traffic over time, two periods that are chosen, and what differs.
 * Either is of the dataset at hand; the first can be another dataset as it is stored. The periods and
 * the report belong to the dataset at hand; the flags of the traffic to the list of scored traces.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { err, type Failure, ok, type Result } from '../../base/result.ts';
import type { ComparedDatasets } from '../../changes/other-dataset.ts';
import type { Period } from '../../changes/selection.ts';
import type { Timeline } from '../../changes/timeline.ts';
import type { NotebookStorage } from '../../storage/notebook-storage.ts';
import type { TraceSet } from '../../trace/trace-set.ts';
import type { RunningJob, WorkerClient } from '../../worker/client.ts';
import type { DatasetState } from '../dataset/dataset-store.ts';
import type { TraceListState } from '../scores/trace-list-store.ts';
import { createLatest } from '../shared/latest.ts';
import type { Asked } from '../trace/comparison-store.ts';

/** As many as a wide page shows apart. */
export const TIMELINE_BINS = 120;

export interface Periods {
  readonly before: Period;
  /** null until one is chosen. */
  readonly after: Period | null;
}

export interface ChangesState extends Periods {
  /** null where starts are not known; none until it is asked for. */
  readonly timeline: Asked<Timeline | null>;
  readonly report: Asked<ComparedDatasets>;
  /** Asks for the timeline, where that of these flags is not there yet. */
  show(): Promise<void>;
  /** Compares once both periods are chosen. With another dataset all of this one is compared, unless told. */
  choose(periods: Partial<Periods>): Promise<void>;
  cancel(): void;
}

const NOTHING: Pick<ChangesState, 'before' | 'after' | 'timeline' | 'report'> = {
  before: { kind: 'rest' },
  after: null,
  timeline: { phase: 'none' },
  report: { phase: 'none' },
};

const GONE: Failure = {
  what: 'the other dataset is not stored any more',
  where: 'browser storage',
  advice: 'choose another period',
};

export interface ChangesDeps {
  readonly client: WorkerClient;
  readonly storage: Pick<NotebookStorage, 'datasets'>;
  readonly dataset: StoreApi<DatasetState>;
  readonly traceList: StoreApi<TraceListState>;
}

export function createChangesStore(deps: ChangesDeps): StoreApi<ChangesState> {
  const { client, storage, dataset, traceList } = deps;
  const timelines = createLatest();
  const reports = createLatest();
  let job: RunningJob<'comparePeriods'> | null = null;

  const drop = (): void => {
    reports.cancel();
    job?.cancel();
    job = null;
  };

  const tracesOfStored = async (wanted: string): Promise<Result<TraceSet, Failure>> => {
    const entry = dataset.getState().stored.find(({ id }) => id === wanted);
    if (entry === undefined) return err(GONE);
    const read = await storage.datasets.read(entry);
    return read.ok ? ok(read.value.imported.traces) : read;
  };

  const store = createStore<ChangesState>((set, get) => ({
    ...NOTHING,

    async show() {
      if (get().timeline.phase !== 'none') return;
      const isLatest = timelines.begin();
      set({ timeline: { phase: 'running' } });
      const made = await client.start('timeline', { bins: TIMELINE_BINS }).result;
      if (!isLatest()) return;
      set({
        timeline: made.ok
          ? { phase: 'done', value: made.value }
          : { phase: 'failed', failure: made.error },
      });
    },

    async choose(periods) {
      drop();
      const chosen = chosenTogether({ ...get(), ...periods });
      const { before, after } = chosen;
      set({ before, after, report: { phase: 'none' } });
      if (after === null) return;
      const isLatest = reports.begin();
      set({ report: { phase: 'running' } });
      const other = before.kind === 'dataset' ? await tracesOfStored(before.id) : ok(null);
      if (!isLatest()) return;
      if (!other.ok) {
        set({ report: { phase: 'failed', failure: { kind: 'unusable-data', ...other.error } } });
        return;
      }
      job = client.start('comparePeriods', { before, after, other: other.value });
      const made = await job.result;
      if (!isLatest()) return;
      job = null;
      set({
        report: made.ok
          ? { phase: 'done', value: made.value }
          : { phase: 'failed', failure: made.error },
      });
    },

    cancel() {
      drop();
      set({ report: { phase: 'none' }, after: null });
    },
  }));

  dataset.subscribe((state, before) => {
    if (state.dataset?.id === before.dataset?.id) return;
    timelines.cancel();
    drop();
    store.setState(NOTHING);
  });
  traceList.subscribe(({ list }, before) => {
    if (list?.of === before.list?.of || store.getState().timeline.phase === 'none') return;
    // the one before stays in sight until the next is there
    timelines.cancel();
    const isLatest = timelines.begin();
    void client.start('timeline', { bins: TIMELINE_BINS }).result.then((made) => {
      if (isLatest() && made.ok) store.setState({ timeline: { phase: 'done', value: made.value } });
    });
  });
  return store;
}

/** All of this dataset is a period next to another dataset alone. */
function chosenTogether({ before, after }: Periods): Periods {
  if (before.kind === 'dataset') return { before, after: after ?? { kind: 'all' } };
  return { before, after: after?.kind === 'all' ? null : after };
}
