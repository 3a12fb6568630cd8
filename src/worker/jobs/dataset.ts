/** Jobs about the dataset at hand: how it comes in, what it holds, and how it leaves as a file. */
import { buffersOf } from '../../base/copy-columns.ts';
import { err, ok } from '../../base/result.ts';
import { countSets } from '../../features/set-counts.ts';
import { type ComingFiles, createFilesToCome, namedFiles } from '../../ingest/files-to-come.ts';
import type { ImportedTraces } from '../../ingest/import.ts';
import { importFiles, labelTraces } from '../../ingest/import-files.ts';
import { importSimulated } from '../../ingest/import-simulated.ts';
import { packFiles, unpackFiles } from '../../ingest/pack-files.ts';
import { describeAll } from '../../prepare/describe.ts';
import { simulateDemo } from '../../simulator/dataset.ts';
import { simulateStandIn } from '../../simulator/stand-ins.ts';
import { countByFile } from '../../trace/file-counts.ts';
import type { OrderedSpans } from '../../trace/ordered-spans.ts';
import { cutSpans } from '../../trace/span-chunks.ts';
import { type StructureCensus, takeCensus } from '../../trace/structure-statistics.ts';
import { validateTraceSet } from '../../trace/validate.ts';
import { copyForPage, type DatasetAtHand } from '../dataset-at-hand.ts';
import { exportTraces } from '../export-traces.ts';
import { cancelled, type JobFailure, noDataset } from '../job-failure.ts';
import { beside, columnBuffers, type JobTable } from '../job-table.ts';
import { prepareDataset } from '../prepare-dataset.ts';

type DatasetJobs = JobTable<
  | 'import'
  | 'giveFiles'
  | 'pack'
  | 'unpack'
  | 'label'
  | 'demo'
  | 'takeSpans'
  | 'dropSpans'
  | 'open'
  | 'export'
  | 'countSets'
  | 'census'
  | 'countFiles'
  | 'describe'
  | 'prepare'
>;

/** As much as the page stores at a time. */
const SPAN_CHUNK_BYTES = 2 ** 20;

export function createDatasetJobs(atHand: DatasetAtHand): DatasetJobs {
  /** By dataset, until the page has stored them: they are too many to hold on both sides. */
  const importedSpans = new Map<string, OrderedSpans>();
  const coming = new Map<string, ComingFiles>();
  const handOver = (imported: ImportedTraces, transfer: ArrayBuffer[]): ImportedTraces => {
    atHand.adopt(imported.traces);
    return copyForPage(imported, transfer);
  };
  return {
    import: beside(
      async ({ names, files, datasetId, ...choices }, { control: { signal }, emit, transfer }) => {
        const toCome = createFilesToCome(names, signal);
        void toCome.give(files);
        coming.set(datasetId, toCome);
        const onSpans = (spans: OrderedSpans) => importedSpans.set(datasetId, spans);
        const options = { ...choices, signal, onProgress: emit, onSpans };
        const result = await importFiles(toCome, options);
        coming.delete(datasetId);
        toCome.close();
        return result.ok ? ok(handOver(result.value, transfer)) : result;
      },
    ),

    giveFiles: beside(async ({ datasetId, files }) => {
      await coming.get(datasetId)?.give(files);
      return ok(null);
    }),

    pack: beside(async ({ files }, { control }) => {
      const packed = await packFiles(files, control.signal);
      return packed === null ? err(cancelled) : ok(packed);
    }),

    unpack: beside(async ({ file }, { control, transfer }) => {
      const unpacked = await unpackFiles(file, control.signal);
      if (!unpacked.ok) return err({ ...unpacked.error, kind: 'unusable-data' });
      if (unpacked.value === null) return err(cancelled);
      transfer.push(...unpacked.value.map(({ bytes }) => bytes.buffer));
      return ok(unpacked.value);
    }),

    label: beside(async ({ names, files }, { control }) => {
      const traces = atHand.traces();
      if (traces === null) return err(noDataset);
      const labelled = await labelTraces(namedFiles(files, names), traces, control.signal);
      if (!labelled.ok) return labelled;
      const { ledger: _, ...labels } = labelled.value;
      atHand.relabel({ ...traces, ...labels });
      return labelled;
    }),

    demo: beside(async ({ seed, standIn, datasetId }, { transfer }) => {
      const imported = importSimulated(
        () => (standIn === null ? simulateDemo(seed) : simulateStandIn(standIn, seed)),
        (spans) => importedSpans.set(datasetId, spans),
      );
      return ok(handOver(imported, transfer));
    }),

    takeSpans: beside(async ({ datasetId, first }, { transfer }) => {
      const spans = importedSpans.get(datasetId);
      const chunk = spans === undefined ? null : cutSpans(spans, first, SPAN_CHUNK_BYTES);
      if (chunk !== null) transfer.push(...columnBuffers(chunk));
      return ok(chunk);
    }),

    dropSpans: beside(async ({ datasetId }) => {
      importedSpans.delete(datasetId);
      return ok(null);
    }),

    open: beside(async (input) => {
      const valid = validateTraceSet(input.traces);
      if (!valid.ok) return err(unusable(valid.error));
      atHand.adopt(valid.value);
      return ok(null);
    }),

    export: beside(async ({ format }, { control, emit }) => {
      const traces = atHand.traces();
      if (traces === null) return err(noDataset);
      const { signal } = control;
      const file = await exportTraces(traces, format, { signal, onProgress: emit });
      return file === null ? err(cancelled) : ok(file);
    }),

    countSets: beside(async (choices) => {
      const traces = atHand.traces();
      if (traces === null) return err(noDataset);
      return ok(countSets(traces, choices));
    }),

    census: beside(async (_, { transfer }) => {
      const traces = atHand.traces();
      if (traces === null) return err(noDataset);
      const census = takeCensus(traces);
      transfer.push(...censusBuffers(census));
      return ok(census);
    }),

    countFiles: beside(async (_, { transfer }) => {
      const traces = atHand.traces();
      if (traces === null) return err(noDataset);
      const counts = countByFile(traces);
      transfer.push(...buffersOf(counts));
      return ok(counts);
    }),

    describe: beside(async () => {
      const traces = atHand.traces();
      if (traces === null) return err(noDataset);
      return ok(describeAll(traces));
    }),

    prepare: beside(async ({ traces: source, settings }, { control, emit, transfer }) => {
      const valid = validateTraceSet(source);
      if (!valid.ok) return err(unusable(valid.error));
      const prepared = await prepareDataset(valid.value, settings, {
        signal: control.signal,
        onStep: emit,
        now: () => performance.now(),
      });
      if (!prepared.ok) return prepared;
      const { imported, report } = prepared.value;
      return ok({ imported: handOver(imported, transfer), report });
    }),
  };
}

const unusable = (what: string): JobFailure => ({
  kind: 'unusable-data',
  what,
  where: 'the stored dataset',
  advice: 'import its files again',
});

const censusBuffers = ({ structure, traces, means }: StructureCensus): ArrayBuffer[] =>
  [structure, traces, means.latencyUs, means.spanCount].map(({ buffer }) => buffer as ArrayBuffer);
