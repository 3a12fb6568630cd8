/**
 * What changed between two periods of the dataset: traffic over time, two periods that are chosen,
 * and what differs. The periods and the report belong to the dataset; the flags of the traffic to
 * the list of scored traces.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ChangeReport } from '../../changes/compare-periods.ts';
import type { Period } from '../../changes/selection.ts';
import type { Timeline } from '../../changes/timeline.ts';
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
  readonly report: Asked<ChangeReport>;
  /** Asks for the timeline, where that of these flags is not there yet. */
  show(): Promise<void>;
  /** Compares once both periods are chosen. */
  choose(periods: Partial<Periods>): Promise<void>;
  cancel(): void;
}

const NOTHING: Pick<ChangesState, 'before' | 'after' | 'timeline' | 'report'> = {
  before: { kind: 'rest' },
  after: null,
  timeline: { phase: 'none' },
  report: { phase: 'none' },
};

export function createChangesStore(
  client: WorkerClient,
  dataset: StoreApi<DatasetState>,
  traceList: StoreApi<TraceListState>,
): StoreApi<ChangesState> {
  const timelines = createLatest();
  const reports = createLatest();
  let job: RunningJob<'comparePeriods'> | null = null;

  const drop = (): void => {
    reports.cancel();
    job?.cancel();
    job = null;
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
      set({ ...periods, report: { phase: 'none' } });
      const { before, after } = get();
      if (after === null) return;
      const isLatest = reports.begin();
      set({ report: { phase: 'running' } });
      job = client.start('comparePeriods', { before, after });
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
