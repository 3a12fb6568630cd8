/**
 * What leaves the page as a file: run.json, import.json, scores.csv and labels.csv, for the buttons and for the
 * headless run alike, and the dataset at hand in another format, which the worker writes.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ExportFormat } from '../../export/write-spans.ts';
import { assignSets } from '../../features/splits.ts';
import { scoresCsv } from '../../run/run-scores-csv.ts';
import { splitOptions } from '../../run/settings.ts';
import { writeTadBenchLabels } from '../../scoring/labels-csv.ts';
import { labelCode } from '../../trace/trace-set.ts';
import type { RunningJob, WorkerClient } from '../../worker/client.ts';
import type { JobFailure } from '../../worker/job-failure.ts';
import type { ExportKind } from '../../worker/protocol.ts';
import type { EnvironmentState } from '../page/environment-store.ts';
import { prepareSource } from '../prepare/prepare-store.ts';
import { type AppIdentity, importReport, runReport, withMember } from '../run/run-report.ts';
import { onShow } from '../run/run-state.ts';
import type { RunState } from '../run/run-store.ts';
import type { SurveyState } from '../run/survey-store.ts';
import type { InspectState } from '../scores/inspect-store.ts';
import { type ScoredRun, scoredRun } from '../scores/score-view.ts';
import type { Dataset, DatasetState } from './dataset-store.ts';

/** Formats as a person chooses them, with the end of the file's name. */
export const EXPORT_CHOICES: Readonly<
  Record<ExportFormat, { readonly label: string; readonly ending: string }>
> = {
  'otlp-json': { label: 'OTLP JSON', ending: 'otlp.json' },
  'otlp-jsonl': { label: 'OTLP JSON, a line a trace', ending: 'otlp.jsonl' },
  'jaeger-json': { label: 'Jaeger JSON', ending: 'jaeger.json' },
  'zipkin-json': { label: 'Zipkin JSON', ending: 'zipkin.json' },
  'tracevae-csv': { label: 'TraceVAE CSV', ending: 'csv' },
};

const UNLABELLED = labelCode('unlabelled');
/** Whether {@link ExportState.labels} would have one. */
export const hasLabels = ({ imported }: Dataset): boolean =>
  imported.traces.rootCause !== undefined ||
  imported.traces.label.some((label) => label !== UNLABELLED);

export interface WrittenFile {
  readonly name: string;
  readonly bytes: Blob;
}

export interface ExportState {
  /** 0 to 1, null while nothing is written. */
  readonly share: number | null;
  readonly failure: JobFailure | null;
  /** The file, or null where it was cancelled or failed. */
  write(format: ExportFormat): Promise<WrittenFile | null>;
  /** import.json; null without a dataset. Of prepared parts: of the files they were made from. */
  importReport(): WrittenFile | null;
  /** The same with the merged trees at its end; null, too, where it was cancelled or failed. */
  importReportWithTrees(): Promise<WrittenFile | null>;
  /** run.json of the run on show; null where it has no scores, or the worker could not count. */
  run(): Promise<WrittenFile | null>;
  /** scores.csv of the detector on show; null where it has no scores. */
  scores(): WrittenFile | null;
  /** Scores, terms, latents and merged trees of the detector on show, for NumPy; null without scores. */
  arrays(): Promise<WrittenFile | null>;
  /** The dataset's labels in TADBench's columns; null without a dataset. */
  labels(): WrittenFile | null;
  cancel(): void;
  dismissFailure(): void;
}

export interface ExportDeps {
  readonly client: WorkerClient;
  readonly dataset: StoreApi<DatasetState>;
  readonly runs: StoreApi<RunState>;
  readonly inspect: StoreApi<InspectState>;
  readonly survey: StoreApi<SurveyState>;
  readonly environment: StoreApi<EnvironmentState>;
  readonly app: AppIdentity;
}

export function createExportStore(deps: ExportDeps): StoreApi<ExportState> {
  const { client, runs, survey, environment, app } = deps;
  const current = (): Dataset | null => deps.dataset.getState().dataset;
  const scored = (): ScoredRun | null =>
    scoredRun(current(), onShow(runs.getState()), deps.inspect.getState().detector);
  const importText = (dataset: Dataset): string =>
    importReport(
      prepareSource(dataset),
      runs.getState().choices.model.maxNodes,
      environment.getState().heapBytes,
    );

  let job: RunningJob<'export'> | null = null;
  return createStore<ExportState>((set) => {
    const write = async (format: ExportKind): Promise<Blob | null> => {
      if (current() === null || job !== null) return null;
      set({ share: 0, failure: null });
      job = client.start('export', { format }, ({ done, total }) => set({ share: done / total }));
      const result = await job.result;
      job = null;
      const failed = !result.ok && result.error.kind !== 'cancelled';
      set({ share: null, failure: failed ? result.error : null });
      return result.ok ? result.value : null;
    };

    return {
      share: null,
      failure: null,

      async write(format) {
        const dataset = current();
        const bytes = await write(format);
        if (bytes === null || dataset === null) return null;
        return { name: `${fileSafe(dataset.name)}.${EXPORT_CHOICES[format].ending}`, bytes };
      },

      importReport() {
        const dataset = current();
        return dataset === null ? null : json('import.json', importText(dataset));
      },

      async importReportWithTrees() {
        const dataset = current();
        if (dataset === null) return null;
        const report = importText(dataset);
        const trees = await write('merged-trees');
        if (trees === null) return null;
        return json('import.json', ...withMember<BlobPart>(report, 'forest', [trees]));
      },

      async run() {
        const found = scored();
        if (found === null) return null;
        const counts = await survey.getState().countSets(splitOptions(found.run.settings));
        if (counts === null) return null;
        return json('run.json', runReport(found.dataset, found.run, app, counts));
      },

      scores() {
        const found = scored();
        if (found === null) return null;
        const { chosen } = deps.inspect.getState();
        const { settings } = found.run;
        const { traces } = found.dataset.imported;
        const csv = scoresCsv(
          traces,
          found.scores,
          found.trained.threshold !== undefined && chosen?.of === found.scores ? chosen : null,
          found.trained.named,
          settings.scored !== undefined ? assignSets(traces, splitOptions(settings)) : null,
        );
        return csvFile('scores.csv', csv);
      },

      async arrays() {
        const found = scored();
        if (found === null) return null;
        // few save arrays: the page does not load what writes them before
        const [{ writeNpz }, { runArrays }] = await Promise.all([
          import('../../run/npz.ts'),
          import('../../run/run-arrays.ts'),
        ]);
        const { dataset: at, trained, scores } = found;
        const bytes = writeNpz(runArrays(at.imported.traces, trained, scores));
        return { name: 'arrays.npz', bytes: new Blob([bytes as BlobPart]) };
      },

      labels() {
        const dataset = current();
        if (dataset === null) return null;
        return csvFile('labels.csv', writeTadBenchLabels(dataset.imported.traces));
      },

      cancel: () => job?.cancel(),
      dismissFailure: () => set({ failure: null }),
    };
  });
}

/** A name as that of a file. */
export const fileSafe = (name: string): string => name.replace(/[^\p{L}\p{N}._-]+/gu, '-');

const csvFile = (name: string, text: string): WrittenFile => ({
  name,
  bytes: new Blob([text], { type: 'text/csv' }),
});

const json = (name: string, ...parts: readonly BlobPart[]): WrittenFile => ({
  name,
  bytes: new Blob([...parts], { type: 'application/json' }),
});
