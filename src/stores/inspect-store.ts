/** Which trace is looked at, under which variant, and why it has its score. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { TraceExplanation } from '../detectors/explanation.ts';
import type { Variant } from '../scoring/score-terms.ts';
import type { Label } from '../trace/trace-set.ts';
import type { WorkerClient } from '../worker/client.ts';
import type { JobFailure } from '../worker/protocol.ts';
import { modelSource, type RunState } from './run-store.ts';

export type ExplanationPhase =
  | { readonly phase: 'none' }
  | { readonly phase: 'running' }
  | { readonly phase: 'failed'; readonly failure: JobFailure }
  | { readonly phase: 'done'; readonly explanation: TraceExplanation };

export type LabelFilter = 'all' | 'flagged' | Exclude<Label, 'unlabelled'>;

export interface InspectState {
  /** Index into the TraceSet; null while the inspector is closed. */
  readonly trace: number | null;
  readonly explanation: ExplanationPhase;
  readonly filter: LabelFilter;
  /** The score that the Scores and Flagged cells show. */
  readonly variant: Variant;

  inspect(trace: number): Promise<void>;
  close(): void;
  setFilter(filter: LabelFilter): void;
  setVariant(variant: Variant): void;
}

export function createInspectStore(
  client: WorkerClient,
  runs: StoreApi<RunState>,
): StoreApi<InspectState> {
  return createStore<InspectState>((set, get) => ({
    trace: null,
    explanation: { phase: 'none' },
    filter: 'flagged',
    variant: 'full',

    async inspect(trace) {
      const { training } = runs.getState();
      if (training.phase !== 'done' || training.run.scores === null) return;
      const { run } = training;
      set({ trace, explanation: { phase: 'running' } });
      const result = await client.start('explain', {
        model: modelSource(run),
        trace,
        stdLimit: training.run.scores.test.stdLimit,
      }).result;
      if (get().trace !== trace) return; // another trace was chosen meanwhile
      set({
        explanation: result.ok
          ? { phase: 'done', explanation: result.value }
          : { phase: 'failed', failure: result.error },
      });
    },

    close: () => set({ trace: null, explanation: { phase: 'none' } }),
    setFilter: (filter) => set({ filter }),
    setVariant: (variant) => set({ variant }),
  }));
}
