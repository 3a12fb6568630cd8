/**
 * Jobs about one trace: what is odd about it next to the others, why it has its score, and what score
 * it would have after an edit.
 */
import { assert } from '../../base/assert.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { siblingSubtrees } from '../../inspect/sibling-subtrees.ts';
import { explainEdited, findUnflagging, type WhatIfContext } from '../../run/what-if.ts';
import { limitsFor } from '../../scoring/corrections/stdlimit.ts';
import type { UsualBook } from '../../statistics/usual-book.ts';
import type { DatasetAtHand } from '../dataset-at-hand.ts';
import { cancelled, type JobFailure, noDataset } from '../job-failure.ts';
import { asking, beside, computing, type JobTable } from '../job-table.ts';
import type { WhatIfQuestion } from '../protocol.ts';
import type { RunAtHand } from '../run-at-hand.ts';

type TraceJobs = JobTable<
  'compareTrace' | 'oddities' | 'explain' | 'whatIf' | 'subtrees' | 'unflag'
>;

export function createTraceJobs(
  dataset: DatasetAtHand,
  run: RunAtHand,
  book: UsualBook,
): TraceJobs {
  const whatIfContext = async ({
    of,
    trace,
    corrections,
  }: WhatIfQuestion): Promise<Result<WhatIfContext, JobFailure>> => {
    const live = await run.model(of);
    if (!live.ok) return live;
    const { data, model, settings, stds } = live.value;
    assert(model.kind === 'terms', 'edited traces are scored by their terms');
    assert(stds !== null, 'a trace is edited once its run is scored');
    const stdLimits = limitsFor(stds, corrections);
    const { samples } = settings.scoring;
    const { maxNodes } = settings.model;
    const { seed } = settings;
    return ok({ data, model, trace, corrections, stdLimits, seed, samples, maxNodes });
  };

  return {
    compareTrace: beside(async ({ split, trace }) => {
      const traces = dataset.traces();
      return traces === null ? err(noDataset) : ok(await book.compare(traces, split, trace));
    }),

    oddities: beside(async ({ split, traces: selected }) => {
      const traces = dataset.traces();
      return traces === null ? err(noDataset) : ok(await book.oddities(traces, split, selected));
    }),

    explain: asking(async ({ of, trace, corrections }) => {
      const live = await run.model(of);
      if (!live.ok) return live;
      const { data, model, settings, stds } = live.value;
      const { seed, scoring } = settings;
      if (model.kind === 'scores') return ok(await model.explain(data, trace, { seed }));
      assert(stds !== null, 'terms are explained under the std limits of their scores');
      const stdLimits = limitsFor(stds, corrections);
      const options = { samples: scoring.samples, seed, stdLimits, corrections };
      return ok(await model.explain(data, trace, options));
    }),

    whatIf: computing(async (input) => {
      const context = await whatIfContext(input);
      return context.ok ? ok(await explainEdited(context.value, input.tree)) : context;
    }),

    subtrees: computing(async ({ of, tree }) => {
      const live = await run.model(of);
      if (!live.ok) return live;
      const { data } = live.value;
      return ok(siblingSubtrees(data.traces, data.train, tree));
    }),

    unflag: computing(async (input, { control, emit }) => {
      const context = await whatIfContext(input);
      if (!context.ok) return context;
      const found = await findUnflagging(context.value, input.tree, input.threshold, {
        signal: control.signal,
        onProgress: emit,
      });
      return found === null ? err(cancelled) : ok(found);
    }),
  };
}
