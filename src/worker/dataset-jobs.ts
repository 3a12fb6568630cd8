/** Jobs about the dataset at hand: how it comes in, what it holds, and how it leaves as a file. */
import { err, ok } from '../base/result.ts';
import { countSets } from '../features/set-counts.ts';
import type { ImportedTraces } from '../ingest/import.ts';
import { importFiles, labelTraces } from '../ingest/import-files.ts';
import { describeAll } from '../prepare/describe.ts';
import { simulateDemo } from '../simulator/dataset.ts';
import { simulateStandIn } from '../simulator/stand-ins.ts';
import { cutSpans, type OrderedSpans, type SpanChunk } from '../trace/ordered-spans.ts';
import { type StructureCensus, takeCensus } from '../trace/structure-statistics.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import { validateTraceSet } from '../trace/validate.ts';
import { exportTraces } from './export-traces.ts';
import { importSimulated } from './import-simulated.ts';
import { cancelled, type JobTable, withoutDataset } from './job-table.ts';
import { packFiles, unpackFiles } from './pack-files.ts';
import { prepareDataset } from './prepare-dataset.ts';
import type { JobFailure } from './protocol.ts';

export interface DatasetAtHand {
  traces(): TraceSet | null;
  adopt(traces: TraceSet): void;
  /** Adopts the traces, and gives the page a copy that goes without another one on its side. */
  handOver(imported: ImportedTraces, transfer: ArrayBuffer[]): ImportedTraces;
}

type DatasetJobs = JobTable<
  | 'import'
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
  | 'describe'
  | 'prepare'
>;

/** As much as the page stores at a time. */
const SPAN_CHUNK_BYTES = 2 ** 20;

export function createDatasetJobs(atHand: DatasetAtHand): DatasetJobs {
  /** By dataset, until the page has stored them: they are too many to hold on both sides. */
  const importedSpans = new Map<string, OrderedSpans>();
  return {
    async import({ files, mappings, authorsRules, datasetId }, { control, emit, transfer }) {
      const result = await importFiles(files, {
        signal: control.signal,
        onProgress: emit,
        mappings,
        authorsRules,
        onSpans: (spans) => importedSpans.set(datasetId, spans),
      });
      return result.ok ? ok(atHand.handOver(result.value, transfer)) : result;
    },

    async pack({ files }, { control }) {
      const packed = await packFiles(files, control.signal);
      return packed === null ? err(cancelled) : ok(packed);
    },

    async unpack({ file }, { control, transfer }) {
      const unpacked = await unpackFiles(file, control.signal);
      if (!unpacked.ok) return err({ ...unpacked.error, kind: 'unusable-data' });
      if (unpacked.value === null) return err(cancelled);
      transfer.push(...unpacked.value.map(({ bytes }) => bytes.buffer));
      return ok(unpacked.value);
    },

    async label({ files }, { control }) {
      const traces = atHand.traces();
      if (traces === null) return withoutDataset();
      const labelled = await labelTraces(files, traces, control.signal);
      if (labelled.ok) atHand.adopt({ ...traces, label: labelled.value.label });
      return labelled;
    },

    async demo({ seed, standIn, datasetId }, { transfer }) {
      const imported = importSimulated(
        () => (standIn === null ? simulateDemo(seed) : simulateStandIn(standIn, seed)),
        (spans) => importedSpans.set(datasetId, spans),
      );
      return ok(atHand.handOver(imported, transfer));
    },

    async takeSpans({ datasetId, first }, { transfer }) {
      const spans = importedSpans.get(datasetId);
      const chunk = spans === undefined ? null : cutSpans(spans, first, SPAN_CHUNK_BYTES);
      if (chunk !== null) transfer.push(...spanBuffers(chunk));
      return ok(chunk);
    },

    async dropSpans({ datasetId }) {
      importedSpans.delete(datasetId);
      return ok(null);
    },

    async open(input) {
      const valid = validateTraceSet(input.traces);
      if (!valid.ok) return err(unusable(valid.error));
      atHand.adopt(valid.value);
      return ok(null);
    },

    async export({ format }, { control, emit }) {
      const traces = atHand.traces();
      if (traces === null) return withoutDataset();
      const { signal } = control;
      const file = await exportTraces(traces, format, { signal, onProgress: emit });
      return file === null ? err(cancelled) : ok(file);
    },

    async countSets(choices) {
      const traces = atHand.traces();
      if (traces === null) return withoutDataset();
      return ok(countSets(traces, choices));
    },

    async census(_, { transfer }) {
      const traces = atHand.traces();
      if (traces === null) return withoutDataset();
      const census = takeCensus(traces);
      transfer.push(...censusBuffers(census));
      return ok(census);
    },

    async describe() {
      const traces = atHand.traces();
      if (traces === null) return withoutDataset();
      return ok(describeAll(traces));
    },

    async prepare({ traces: source, settings }, { control, emit, transfer }) {
      const valid = validateTraceSet(source);
      if (!valid.ok) return err(unusable(valid.error));
      const prepared = await prepareDataset(valid.value, settings, {
        signal: control.signal,
        onStep: emit,
      });
      if (!prepared.ok) return prepared;
      const { imported, report } = prepared.value;
      return ok({ imported: atHand.handOver(imported, transfer), report });
    },
  };
}

const unusable = (what: string): JobFailure => ({
  kind: 'unusable-data',
  what,
  where: 'the stored dataset',
  advice: 'import its files again',
});

const spanBuffers = ({ first: _, ...columns }: SpanChunk): ArrayBuffer[] =>
  Object.values(columns).map(({ buffer }) => buffer as ArrayBuffer);

const censusBuffers = ({ structure, traces, means }: StructureCensus): ArrayBuffer[] =>
  [structure, traces, means.latencyUs, means.spanCount].map(({ buffer }) => buffer as ArrayBuffer);
