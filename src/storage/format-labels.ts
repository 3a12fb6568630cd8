/**
 * What the formats of files were called when imports did not yet carry the labels of their formats.
 * New formats do not come here.
 */
import type { ImportedTraces } from '../ingest/import.ts';

const LABELS: ReadonlyMap<string, string> = new Map([
  ['tracevae-csv', 'TraceVAE CSV'],
  ['jaeger-json', 'Jaeger JSON'],
  ['otlp-json', 'OTLP JSON'],
  ['otlp-protobuf', 'OTLP protobuf'],
  ['zipkin-json', 'Zipkin JSON'],
  ['skywalking-csv', 'SkyWalking CSV'],
  ['nezha-csv', 'Nezha CSV'],
  ['alibaba-csv', 'Alibaba CSV'],
  ['csv', 'CSV'],
  ['parquet', 'Parquet'],
]);

type Stored = Omit<ImportedTraces, 'traces' | 'formatLabels'> &
  Partial<Pick<ImportedTraces, 'formatLabels'>>;

/** As it was stored, with the labels that it lacks. */
export function withFormatLabels(imported: Stored): Omit<ImportedTraces, 'traces'> {
  const { formatLabels, files } = imported;
  return {
    ...imported,
    formatLabels:
      formatLabels ??
      Object.fromEntries(files.map(({ format }) => [format, LABELS.get(format) ?? format])),
  };
}
