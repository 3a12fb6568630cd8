/**
 * What if: one trace, edited step by step, each step scored by the trained model. Steps can be
 * undone; while a latency is dragged, its changes are one step. Of trees that follow each other
 * faster than the model scores, the latest is scored.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { TraceExplanation } from '../../detectors/explanation.ts';
import {
  type EditableTree,
  editableTree,
  editTree,
  type TreeEdit,
} from '../../inspect/edit-tree.ts';
import type { SubtreeChoice } from '../../inspect/sibling-subtrees.ts';
import { modelRef } from '../../run/model-ref.ts';
import type { TraceSet } from '../../trace/trace-set.ts';
import type { RunningJob, WorkerClient } from '../../worker/client.ts';
import type { JobFailure } from '../../worker/job-failure.ts';
import type { Jobs, WhatIfQuestion } from '../../worker/protocol.ts';
import type { RunState } from '../run/run-store.ts';
import { type InspectState, shownDetector } from '../scores/inspect-store.ts';
import { createLatest } from '../shared/latest.ts';

export type { EditableTree, TreeEdit } from '../../inspect/edit-tree.ts';
export type { SubtreeChoice } from '../../inspect/sibling-subtrees.ts';

export interface WhatIfStep {
  readonly tree: EditableTree;
  /** What made it of the step before; null for the trace as it is. */
  readonly edit: TreeEdit | null;
}

/** A tree and what the model makes of it. */
export interface ScoredTree {
  readonly tree: EditableTree;
  readonly explanation: TraceExplanation;
}

export type UnflagSearch =
  | { readonly phase: 'none' }
  | { readonly phase: 'running'; readonly progress: Jobs['unflag']['event'] | null }
  | { readonly phase: 'done'; readonly outcome: Jobs['unflag']['output'] };

export interface WhatIfState {
  /** Index into the TraceSet; null while no trace is edited. */
  readonly trace: number | null;
  /** At least one where a trace is edited; the first is the trace as it is. */
  readonly steps: readonly WhatIfStep[];
  /** The step that is shown; those after it can be done again. */
  readonly at: number;
  /** The trace as it is, and the latest step that was scored. */
  readonly before: ScoredTree | null;
  readonly after: ScoredTree | null;
  readonly scoring: boolean;
  /** Subtrees that could be added to the tree that is shown; null until they are known. */
  readonly choices: readonly SubtreeChoice[] | null;
  readonly search: UnflagSearch;
  readonly failure: JobFailure | null;

  start(trace: number): void;
  edit(edit: TreeEdit): void;
  undo(): void;
  redo(): void;
  reset(): void;
  /** Looks for the smallest change after which the trace is not flagged, and takes it. */
  unflag(): Promise<void>;
  cancelSearch(): void;
}

export interface WhatIfDeps {
  readonly client: WorkerClient;
  readonly runs: StoreApi<RunState>;
  readonly inspect: StoreApi<InspectState>;
  readonly traces: () => TraceSet | null;
}

const IDLE = {
  trace: null,
  steps: [],
  at: 0,
  before: null,
  after: null,
  scoring: false,
  choices: null,
  search: { phase: 'none' },
  failure: null,
} as const;

export function createWhatIfStore(deps: WhatIfDeps): StoreApi<WhatIfState> {
  const { client, runs, inspect, traces } = deps;
  let searching: RunningJob<'unflag'> | null = null;
  /** Another trace, or another choice of scores. */
  const subjects = createLatest();
  let subject = subjects.begin();

  const store = createStore<WhatIfState>((set, get) => {
    const asked = (tree: EditableTree): WhatIfQuestion | null => {
      const { trace } = get();
      const { training } = runs.getState();
      const { detector, corrections } = inspect.getState();
      const shown = shownDetector(training, detector);
      if (trace === null || training.phase !== 'done') return null;
      if (shown?.scores?.kind !== 'terms') return null;
      return { of: modelRef(training.run, shown.detector), trace, tree, corrections };
    };
    const shownTree = (): EditableTree | null => get().steps[get().at]?.tree ?? null;

    const score = async (tree: EditableTree): Promise<ScoredTree | null> => {
      const input = asked(tree);
      if (input === null) return null;
      const same = subject;
      const result = await client.start('whatIf', input).result;
      if (!same()) return null;
      if (result.ok) return { tree, explanation: result.value };
      set({ failure: result.error });
      return null;
    };

    /** One at a time: what is edited meanwhile is scored next, and only the latest of it. */
    const scoreShown = async (): Promise<void> => {
      if (get().scoring) return;
      const same = subject;
      set({ scoring: true, failure: null });
      for (let tree = shownTree(); tree !== null && tree !== get().after?.tree; ) {
        const { before } = get();
        const after = before?.tree === tree ? before : await score(tree);
        if (!same()) return;
        if (after === null) break;
        set({ after, before: before ?? after });
        tree = shownTree();
      }
      set({ scoring: false });
      void listChoices();
    };

    const listChoices = async (): Promise<void> => {
      const tree = shownTree();
      const input = tree === null ? null : asked(tree);
      if (tree === null || input === null) return;
      const { result } = client.start('subtrees', { of: input.of, tree });
      const choices = await result;
      if (shownTree() === tree && choices.ok) set({ choices: choices.value });
    };

    const show = (steps: readonly WhatIfStep[], at: number): void => {
      set({ steps, at, choices: null, search: { phase: 'none' } });
      void scoreShown();
    };

    return {
      ...IDLE,

      start(trace) {
        const dataset = traces();
        if (dataset === null) return;
        searching?.cancel();
        subject = subjects.begin();
        set({ ...IDLE, trace });
        show([{ tree: editableTree(dataset, trace), edit: null }], 0);
      },

      edit(edit) {
        const { steps, at } = get();
        const step = steps[at];
        if (step === undefined) return;
        // a latency that is dragged on replaces its own step
        const drags =
          edit.kind === 'latency' && step.edit?.kind === 'latency' && step.edit.node === edit.node;
        const tree = editTree(step.tree, edit);
        const kept = steps.slice(0, drags ? at : at + 1);
        show([...kept, { tree, edit }], kept.length);
      },

      undo() {
        if (get().at > 0) show(get().steps, get().at - 1);
      },
      redo() {
        if (get().at + 1 < get().steps.length) show(get().steps, get().at + 1);
      },
      reset() {
        if (get().at > 0) show(get().steps.slice(0, 1), 0);
      },

      async unflag() {
        const tree = shownTree();
        const input = tree === null ? null : asked(tree);
        const threshold = inspect.getState().chosen?.report.atThreshold.threshold ?? null;
        if (tree === null || input === null || threshold === null) return;
        searching?.cancel();
        set({ search: { phase: 'running', progress: null }, failure: null });
        const mine = client.start('unflag', { ...input, threshold }, (progress) => {
          if (searching === mine) set({ search: { phase: 'running', progress } });
        });
        searching = mine;
        const result = await mine.result;
        if (searching !== mine) return;
        searching = null;
        if (shownTree() !== tree) return;
        if (!result.ok) {
          const cancelled = result.error.kind === 'cancelled';
          set({ search: { phase: 'none' }, failure: cancelled ? null : result.error });
          return;
        }
        const { found, edits } = result.value;
        if (found) {
          const steps = get().steps.slice(0, get().at + 1);
          for (const edit of edits) {
            steps.push({ tree: editTree(steps.at(-1)!.tree, edit), edit });
          }
          show(steps, steps.length - 1);
        }
        set({ search: { phase: 'done', outcome: result.value } });
      },

      cancelSearch() {
        searching?.cancel();
        searching = null;
        set({ search: { phase: 'none' } });
      },
    };
  });

  inspect.subscribe(({ trace, chosen }, before) => {
    const edited = store.getState().trace;
    if (edited === null) return;
    if (trace !== edited) {
      searching?.cancel();
      subject = subjects.begin();
      store.setState(IDLE);
    } else if (chosen !== before.chosen) {
      // the same edits under other corrections
      const { steps, at } = store.getState();
      store.getState().start(edited);
      for (const { edit } of steps.slice(1, at + 1)) if (edit !== null) store.getState().edit(edit);
    }
  });
  return store;
}
