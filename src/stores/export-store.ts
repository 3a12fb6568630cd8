/** Writing the dataset at hand to a file of another format, in the worker. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ExportFormat } from '../export/write-spans.ts';
import type { RunningJob, WorkerClient } from '../worker/client.ts';
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

export interface ExportState {
  /** 0 to 1, null while nothing is written. */
  readonly share: number | null;
  readonly failure: JobFailure | null;
  /** The file, or null where it was cancelled or failed. */
  write(format: ExportFormat): Promise<{ readonly name: string; readonly bytes: Blob } | null>;
  cancel(): void;
  dismissFailure(): void;
}

export function createExportStore(
  client: WorkerClient,
  datasets: StoreApi<DatasetState>,
): StoreApi<ExportState> {
  let job: RunningJob<'export'> | null = null;
  return createStore<ExportState>((set) => ({
    share: null,
    failure: null,

    async write(format) {
      const { dataset } = datasets.getState();
      if (dataset === null || job !== null) return null;
      set({ share: 0, failure: null });
      job = client.start('export', { format }, ({ done, total }) => set({ share: done / total }));
      const result = await job.result;
      job = null;
      const failed = !result.ok && result.error.kind !== 'cancelled';
      set({ share: null, failure: failed ? result.error : null });
      if (!result.ok) return null;
      const stem = dataset.name.replace(/[^\p{L}\p{N}._-]+/gu, '-');
      return { name: `${stem}.${EXPORT_CHOICES[format].ending}`, bytes: result.value };
    },

    cancel: () => job?.cancel(),
    dismissFailure: () => set({ failure: null }),
  }));
}
