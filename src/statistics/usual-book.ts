/**
 * What is usual in the dataset at hand, learnt when it is first asked for: from the training part of
 * a run's split, or from all traces where there is no run.
 */

import { runWithPauses } from '../base/slices.ts';
import { assignSets, type SplitOptions, selectSet } from '../features/splits.ts';
import type { Oddity } from '../inspect/sentence.ts';
import { type TraceSet, traceCount } from '../trace/trace-set.ts';
import { odditiesAgainst, odditiesOf } from './oddities.ts';
import {
  learnUsualCalls,
  type UsualCalls,
  type UsualOfTrace,
  usualOfTrace,
} from './usual-calls.ts';

/** A trace next to the others, and what is odd about it. */
export interface ComparedTrace extends UsualOfTrace {
  readonly oddities: readonly Oddity[];
}

export interface UsualBook {
  /** @param split of a run, whose training part is the reference; null: all traces are */
  compare(traces: TraceSet, split: SplitOptions | null, trace: number): Promise<ComparedTrace>;
  /** Of each trace, for a list of them. */
  oddities(
    traces: TraceSet,
    split: SplitOptions | null,
    selected: Uint32Array,
  ): Promise<readonly (readonly Oddity[])[]>;
}

/** Traces that are compared between two pauses. */
const AT_ONCE = 256;

/** @param pause lets other work in */
export function createUsualBook(pause: () => Promise<void>): UsualBook {
  let last: { of: TraceSet; split: string; usual: Promise<UsualCalls> } | null = null;

  const usualOf = (traces: TraceSet, split: SplitOptions | null): Promise<UsualCalls> => {
    const key = JSON.stringify(split);
    if (last?.of !== traces || last.split !== key) {
      const usual = runWithPauses(learnUsualCalls(traces, referenceOf(traces, split)), pause);
      last = { of: traces, split: key, usual };
    }
    return last.usual;
  };

  return {
    async compare(traces, split, trace) {
      const usual = await usualOf(traces, split);
      const of = usualOfTrace(usual, traces, trace);
      return { ...of, oddities: odditiesAgainst(usual, traces, of) };
    },

    async oddities(traces, split, selected) {
      const usual = await usualOf(traces, split);
      const all: Oddity[][] = [];
      for (const [row, trace] of selected.entries()) {
        all.push(odditiesOf(usual, traces, trace));
        if (row % AT_ONCE === AT_ONCE - 1) await pause();
      }
      return all;
    },
  };
}

function referenceOf(traces: TraceSet, split: SplitOptions | null): Uint32Array {
  if (split !== null) {
    const train = selectSet(assignSets(traces, split), 'train');
    if (train.length > 0) return train;
  }
  return Uint32Array.from({ length: traceCount(traces) }, (_, trace) => trace);
}
