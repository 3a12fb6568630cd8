/** Writing the dataset at hand to a file of another format, in the worker. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ExportFormat } from '../export/write-spans.ts';
import type { RunningJob, WorkerClient } from '../worker/client.ts';
import type { ExportKind } from '../worker/export-traces.ts';
import type { JobFailure } from '../worker/protocol.ts';
import type { DatasetState } from './dataset-store.ts';

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

export interface WrittenFile {
  readonly name: string;
  readonly bytes: Blob;
}

/** The end of a report's text, where its last member can be followed by another. */
const REPORT_END = '\n}\n';

export interface ExportState {
  /** 0 to 1, null while nothing is written. */
  readonly share: number | null;
  readonly failure: JobFailure | null;
  /** The file, or null where it was cancelled or failed. */
  write(format: ExportFormat): Promise<WrittenFile | null>;
  /** import.json with the merged trees at its end. @param report the text without them */
  writeReport(report: string): Promise<WrittenFile | null>;
  cancel(): void;
  dismissFailure(): void;
}

export function createExportStore(
  client: WorkerClient,
  datasets: StoreApi<DatasetState>,
): StoreApi<ExportState> {
  let job: RunningJob<'export'> | null = null;
  return createStore<ExportState>((set) => {
    const run = async (format: ExportKind): Promise<Blob | null> => {
      if (datasets.getState().dataset === null || job !== null) return null;
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
        const stem = datasets.getState().dataset?.name.replace(/[^\p{L}\p{N}._-]+/gu, '-');
        const bytes = await run(format);
        return bytes === null ? null : { name: `${stem}.${EXPORT_CHOICES[format].ending}`, bytes };
      },

      async writeReport(report) {
        const trees = await run('merged-trees');
        if (trees === null) return null;
        const head = `${report.slice(0, -REPORT_END.length)},\n  "forest": `;
        return { name: 'import.json', bytes: new Blob([head, trees, REPORT_END]) };
      },

      cancel: () => job?.cancel(),
      dismissFailure: () => set({ failure: null }),
    };
  });
}
