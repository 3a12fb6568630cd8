/** Jobs about all scored traces: scores under other corrections, and the table that the page lists. */
import { buffersOf, copyColumns } from '../../base/copy-columns.ts';
import { nextTask } from '../../base/next-task.ts';
import { err, ok, type Result } from '../../base/result.ts';
import { runWithPauses } from '../../base/slices.ts';
import { compareDatasets } from '../../changes/other-dataset.ts';
import { setApart } from '../../changes/set-apart.ts';
import { timeline } from '../../changes/timeline.ts';
import type { DetectorId } from '../../detectors/catalog.ts';
import type { TraceTables } from '../../inspect/trace-tables.ts';
import { compareDetectors } from '../../judge/compare.ts';
import { anomalousOf } from '../../judge/judged.ts';
import { createChooser } from '../../run/choose-scores.ts';
import { seenAmong } from '../../run/measured.ts';
import { createTableScores, mainScores } from '../../run/table-scores.ts';
import type { UsualBook } from '../../statistics/usual-book.ts';
import type { TraceSet } from '../../trace/trace-set.ts';
import type { DatasetAtHand } from '../dataset-at-hand.ts';
import { cancelled, type JobFailure, noDataset, notAtHand } from '../job-failure.ts';
import { beside, type JobTable } from '../job-table.ts';
import type { RunAtHand } from '../run-at-hand.ts';

type ListJobs = JobTable<
  | 'combine'
  | 'compare'
  | 'tabulate'
  | 'arrange'
  | 'prepareSort'
  | 'histograms'
  | 'ranks'
  | 'usualParts'
  | 'nearest'
  | 'setApart'
  | 'timeline'
  | 'comparePeriods'
>;

export function createListJobs(
  dataset: DatasetAtHand,
  run: RunAtHand,
  tables: TraceTables,
  book: UsualBook,
): ListJobs {
  const choose = createChooser((of) => ({ scores: run.scores(of), settings: run.settings(of) }));
  const tableScores = createTableScores();
  /** What a table tells; a failure before there is one. */
  const told = <T>(tell: (traces: TraceSet) => T | null): Result<T, JobFailure> => {
    const traces = dataset.traces();
    if (traces === null) return err(noDataset);
    const value = tell(traces);
    return value === null ? err(notTabulated) : ok(value);
  };

  return {
    combine: beside(async ({ of, ...choice }, { transfer }) => {
      const traces = dataset.traces();
      if (traces === null) return err(noDataset);
      const chosen = choose(traces, of, choice);
      if (chosen === null) return err(notAtHand);
      const copy = copyColumns(chosen);
      transfer.push(...buffersOf(copy));
      return ok(copy);
    }),

    compare: beside(async ({ of, detectors }) => {
      const traces = dataset.traces();
      if (traces === null) return err(noDataset);
      const entries: { readonly detector: DetectorId; readonly scores: Float64Array }[] = [];
      let test: Uint32Array | null = null;
      for (const detector of detectors) {
        const scores = run.scores({ ...of, detector });
        if (scores === null) return err(notAtHand);
        test = scores.test.trace;
        entries.push({ detector, scores: mainScores(scores) });
      }
      if (test === null) return ok([]);
      const work = compareDetectors(anomalousOf(traces, test), entries, of.detector);
      return ok(await runWithPauses(work, nextTask));
    }),

    tabulate: beside(async ({ of, ...choice }) => {
      const traces = dataset.traces();
      const scores = run.scores(of);
      if (traces === null) return err(noDataset);
      const chosen = choose(traces, of, choice);
      if (chosen === null || scores === null) return err(notAtHand);
      const { rows, test, report } = chosen;
      const source = {
        trace: Uint32Array.from(rows, (row) => scores.test.trace[row]!),
        rows,
        scores: test,
        threshold: report.atThreshold.threshold,
        corrections: choice.corrections,
        seen: seenAmong(scores, rows),
      };
      return ok(tables.tabulate(traces, source, tableScores(scores)));
    }),

    arrange: beside(async ({ split, ...query }, { transfer }) => {
      // other lists are not kept waiting
      await runWithPauses(tables.prepareSort(query.sort.key), nextTask);
      const traces = dataset.traces();
      if (traces === null) return err(noDataset);
      const arranged = await tables.arrange(traces, query, {
        against: JSON.stringify(split),
        oddities: (selected) => book.oddities(traces, split, selected),
      });
      if (arranged === null) return err(notTabulated);
      transfer.push(arranged.rows.buffer as ArrayBuffer);
      return ok(arranged);
    }),

    prepareSort: beside(async ({ key }) => {
      await runWithPauses(tables.prepareSort(key), nextTask);
      return ok(null);
    }),

    histograms: beside(async () => told((traces) => tables.histograms(traces))),
    ranks: beside(async ({ variant }) => ok(tables.ranks(variant))),
    usualParts: beside(async () => ok(await runWithPauses(tables.usualParts(), nextTask))),

    nearest: beside(async ({ trace }) => {
      const traces = dataset.traces();
      return traces === null ? err(noDataset) : ok(tables.nearest(traces, trace));
    }),

    setApart: beside(async () => {
      const traces = dataset.traces();
      const flags = traces === null ? null : tables.flags(traces);
      if (traces === null || flags === null) return err(notTabulated);
      return ok(await runWithPauses(setApart(traces, flags), nextTask));
    }),

    timeline: beside(async ({ bins }) => {
      const traces = dataset.traces();
      return traces === null ? err(noDataset) : ok(timeline(traces, bins, tables.flags(traces)));
    }),

    comparePeriods: beside(async (periods, { control }) => {
      const traces = dataset.traces();
      if (traces === null) return err(noDataset);
      const work = compareDatasets(traces, periods);
      const report = await runWithPauses(work, nextTask, control.signal);
      return report === null ? err(cancelled) : ok(report);
    }),
  };
}

const notTabulated: JobFailure = {
  kind: 'unusable-data',
  what: 'no traces were listed',
  where: 'the worker',
  advice: 'choose the scores again',
};
