/** Section A.4 on a dataset, a step at a time, so that Cancel is heard between two. */
import { nextTask } from '../base/next-task.ts';
import { err, type Failure, ok, type Result } from '../base/result.ts';
import type { ImportedTraces } from '../ingest/import.ts';
import { type PrepareReport, type PrepareStep, prepareInSteps } from '../prepare/prepare.ts';
import { PARTS, type PrepareSettings } from '../prepare/settings.ts';
import type { TraceSet } from '../trace/trace-set.ts';

export interface PreparedDataset {
  readonly imported: ImportedTraces;
  readonly report: PrepareReport;
}

export type PrepareFailure = Failure & { readonly kind: 'cancelled' | 'unusable-data' };

export interface PrepareOptions {
  readonly signal: { readonly aborted: boolean };
  readonly onStep: (step: PrepareStep) => void;
  /** Milliseconds of any clock. */
  readonly now: () => number;
}

export async function prepareDataset(
  source: TraceSet,
  settings: PrepareSettings,
  { signal, onStep, now }: PrepareOptions,
): Promise<Result<PreparedDataset, PrepareFailure>> {
  const started = now();
  const steps = prepareInSteps(source, settings);
  for (;;) {
    const step = steps.next();
    if (!step.done) {
      onStep(step.value);
      await nextTask();
      if (signal.aborted) return err(cancelled);
      continue;
    }
    const { traces, report } = step.value;
    if (report.sets.train === 0) return err(nothingLeft(report));
    const spans = traces.spanCount.reduce((sum, count) => sum + count, 0);
    return ok({
      report,
      imported: {
        files: PARTS.map((part) => ({
          name: `prepared-${part}`,
          bytes: 0,
          format: 'prepared',
          container: 'plain',
        })),
        formatLabels: { prepared: 'prepared' },
        traces,
        ledger: [],
        spansRead: spans,
        spansKept: spans,
        seconds: (now() - started) / 1e3,
      },
    });
  }
}

const cancelled: PrepareFailure = {
  kind: 'cancelled',
  what: 'cancelled',
  where: 'preparing the dataset',
  advice: 'start again when ready',
};

/** Names the step that left nothing to train on. */
function nothingLeft({ steps, settings }: PrepareReport): PrepareFailure {
  const emptied = steps.find(({ after }) => after.traces === 0)?.step ?? 'parts';
  const more = 'ask for more traces of every group, or load more traces';
  const advice: Readonly<Record<PrepareStep, string>> = {
    source: 'load a dataset with traces',
    fit: `raise the largest tree from ${settings.maxNodes} nodes, or load traces that are not labelled as anomalies`,
    slowest: 'drop a smaller share of slow traces',
    groups: `lower the smallest group from ${settings.minGroupSize} traces, or load more traces`,
    parts: more,
    anomalies: more,
  };
  return {
    kind: 'unusable-data',
    what: 'no trace is left to train on',
    where: 'preparing the dataset',
    advice: advice[emptied],
  };
}
