/**
 * The open trace next to the others, before any model: what is odd about it, and its waterfall. The
 * worker compares, storage gives the spans; the trace before stays until both are there.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { SplitOptions } from '../../features/splits.ts';
import { type Oddity, sentence, standingAmong, standingWords } from '../../inspect/sentence.ts';
import { sameValue, splitOptions } from '../../run/settings.ts';
import type { TraceSpans } from '../../storage/trace-spans.ts';
import { decodeString } from '../../trace/string-column.ts';
import type { TraceSet } from '../../trace/trace-set.ts';
import type { WorkerClient } from '../../worker/client.ts';
import type { JobFailure } from '../../worker/job-failure.ts';
import type { DatasetState } from '../dataset/dataset-store.ts';
import { onShow } from '../run/run-state.ts';
import type { RunState } from '../run/run-store.ts';
import type { ChosenScores, InspectState } from '../scores/inspect-store.ts';
import { createLatest } from '../shared/latest.ts';
import { traceWaterfall, type Waterfall } from './trace-waterfall.ts';

export interface TraceLook {
  readonly trace: number;
  readonly oddities: readonly Oddity[];
  /** What is odd, in words. */
  readonly says: string;
  readonly waterfall: Waterfall;
  /** As recorded; null where they were not kept, and why. */
  readonly spans: TraceSpans | null;
  readonly withoutSpans: string | null;
  /** What it was compared with: the training part of a run, or all traces. */
  readonly reference: 'training' | 'all';
  readonly others: number;
}

export interface TraceLookState {
  readonly look: TraceLook | null;
  readonly failure: JobFailure | null;
  /** Whether what is of the model alone is unfolded, from trace to trace. */
  readonly showsModel: boolean;
  setShowsModel(shows: boolean): void;
  /** Whether reconstructions are shown of a model that is not ready, from trace to trace. */
  readonly showsAnyway: boolean;
  setShowsAnyway(shows: boolean): void;
}

interface TraceLookDeps {
  readonly client: WorkerClient;
  readonly dataset: StoreApi<DatasetState>;
  readonly runs: StoreApi<RunState>;
  readonly inspect: StoreApi<InspectState>;
}

export function createTraceLookStore(deps: TraceLookDeps): StoreApi<TraceLookState> {
  const { client, dataset, runs, inspect } = deps;
  const looks = createLatest();
  const store = createStore<TraceLookState>((set) => ({
    look: null,
    failure: null,
    showsModel: false,
    setShowsModel: (showsModel) => set({ showsModel }),
    showsAnyway: false,
    setShowsAnyway: (showsAnyway) => set({ showsAnyway }),
  }));

  const lookAt = async (trace: number): Promise<void> => {
    const latest = looks.begin();
    const at = dataset.getState().dataset;
    if (at === null) return;
    const { traces } = at.imported;
    const split = splitOf(runs.getState());
    const [compared, read] = await Promise.all([
      client.start('compareTrace', { split, trace }).result,
      dataset.getState().readSpans(trace),
    ]);
    if (!latest()) return;
    if (!compared.ok) {
      store.setState({ look: null, failure: compared.error });
      return;
    }
    const { example, oddities, others } = compared.value;
    const like = example < 0 || !read.ok ? null : await dataset.getState().readSpans(example);
    if (!latest()) return;
    const spans = read.ok ? read.value : null;
    store.setState({
      failure: null,
      look: {
        trace,
        oddities,
        says: sentence(oddities),
        waterfall: traceWaterfall(traces, trace, {
          spans,
          compared: compared.value,
          example: like?.ok ? like.value : null,
        }),
        spans,
        withoutSpans: read.ok ? null : `${read.error.what}; ${read.error.advice}`,
        reference: split === null ? 'all' : 'training',
        others,
      },
    });
  };

  const follow = (): void => {
    const { trace } = inspect.getState();
    if (trace !== null) {
      void lookAt(trace);
      return;
    }
    looks.cancel();
    if (store.getState().look !== null) store.setState({ look: null, failure: null });
  };
  inspect.subscribe((state, before) => {
    if (state.trace !== before.trace) follow();
  });
  // another run has another training part
  runs.subscribe((state, before) => {
    if (!sameValue(splitOf(state), splitOf(before))) follow();
  });
  return store;
}

/** Of the run on show; null where it scores all traces by those that it has not seen. */
function splitOf(state: RunState): SplitOptions | null {
  const training = onShow(state);
  if (training.phase !== 'done' || training.run.settings.scored === 'all') return null;
  return splitOptions(training.run.settings);
}

/**
 * How rare a score is: among validation traces, or among all others that are listed, where all are
 * scored or there is no validation trace.
 */
export function scoreStanding({ val, test }: ChosenScores, all: boolean, score: number): string {
  if (!all && val.length > 0) return standingWords(standingAmong(score, val), 'validation traces');
  const { above, of } = standingAmong(score, test);
  return standingWords({ above, of: Math.max(0, of - 1) }, 'other traces');
}

/** As the file writes it. */
export const decodeTraceId = (traces: TraceSet, trace: number): string =>
  decodeString(traces.traceIds, trace);
