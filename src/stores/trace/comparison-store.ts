/**
 * A trace beside the normal trace that is nearest to it, and flagged traces beside the others: asked
 * for on demand, and dropped when the list is of other scores.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { SetApart } from '../../changes/set-apart.ts';
import type { NearestTrace } from '../../inspect/nearest-trace.ts';
import type { WorkerClient } from '../../worker/client.ts';
import type { JobFailure } from '../../worker/job-failure.ts';
import type { TraceListState } from '../scores/trace-list-store.ts';
import { createLatest } from '../shared/latest.ts';

export type Asked<T> =
  | { readonly phase: 'none' }
  | { readonly phase: 'running' }
  | { readonly phase: 'failed'; readonly failure: JobFailure }
  | { readonly phase: 'done'; readonly value: T };

export interface ComparisonState {
  /** Of the trace that was asked for last; null where no trace is normal. */
  readonly nearest: Asked<NearestTrace | null>;
  readonly group: Asked<SetApart>;

  findNearest(trace: number): Promise<void>;
  compareGroup(): Promise<void>;
}

export function createComparisonStore(
  client: WorkerClient,
  traceList: StoreApi<TraceListState>,
): StoreApi<ComparisonState> {
  const nearest = createLatest();
  const groups = createLatest();
  const store = createStore<ComparisonState>((set) => ({
    nearest: { phase: 'none' },
    group: { phase: 'none' },

    async findNearest(trace) {
      const isLatest = nearest.begin();
      set({ nearest: { phase: 'running' } });
      const result = await client.start('nearest', { trace }).result;
      if (isLatest()) set({ nearest: asked(result) });
    },

    async compareGroup() {
      const isLatest = groups.begin();
      set({ group: { phase: 'running' } });
      const result = await client.start('setApart', null).result;
      if (isLatest()) set({ group: asked(result) });
    },
  }));
  traceList.subscribe(({ list }, before) => {
    if (list?.of === before.list?.of) return;
    nearest.cancel();
    groups.cancel();
    store.setState({ nearest: { phase: 'none' }, group: { phase: 'none' } });
  });
  return store;
}

const asked = <T>(
  result:
    | { readonly ok: true; readonly value: T }
    | { readonly ok: false; readonly error: JobFailure },
): Asked<T> =>
  result.ok ? { phase: 'done', value: result.value } : { phase: 'failed', failure: result.error };
