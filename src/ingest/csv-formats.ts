/**
 * CSV layouts that are known by their headers, told apart by the columns that only they have.
 *
 * - SkyWalking, as exported for published data sets: StartTime,EndTime,URL,…,ParentSpan in
 *   milliseconds, the parent of a root is -1; the operation is the URL.
 * - Nezha: times in nanoseconds, the parent of a root is "root", the service is in the pod's name.
 *   Its Duration counts microseconds and is the difference of the two times, which is taken instead.
 * - otel_traces, the table of the OpenTelemetry exporter for ClickHouse: Timestamp is a date,
 *   Duration counts nanoseconds, a root has no parent.
 */
import type { ColumnMapping, ColumnRole, TimeUnit } from '../trace/column-mapping.ts';
import type { FormatId } from './import.ts';
import type { MappedOptions } from './mapped-spans.ts';

export type CsvFormat = Extract<
  FormatId,
  'tracevae-csv' | 'skywalking-csv' | 'nezha-csv' | 'alibaba-csv' | 'csv' | 'labels-csv'
>;

/** Columns of which one is enough, and columns that must all be there. */
interface Marks {
  readonly format: CsvFormat;
  readonly all: readonly string[];
}

const MARKS: readonly Marks[] = [
  { format: 'tracevae-csv', all: ['traceIdHigh'] },
  { format: 'tracevae-csv', all: ['traceIdLow'] },
  { format: 'skywalking-csv', all: ['SpanId', 'TraceId', 'ParentSpan', 'Service', 'URL'] },
  { format: 'nezha-csv', all: ['TraceID', 'SpanID', 'ParentID', 'PodName', 'OperationName'] },
  { format: 'alibaba-csv', all: ['traceid', 'rpcid', 'um', 'dm', 'rt'] },
  { format: 'alibaba-csv', all: ['traceid', 'rpc_id', 'um', 'dm', 'rt'] },
];

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');
const LABEL_COLUMNS = ['label', 'anomaly', 'isanomaly', 'class', 'tracelabel'];
/** More columns than an id, a label and a remark or two are a table of something else. */
const MOST_LABEL_COLUMNS = 4;

export function csvFormatOf(header: readonly string[]): CsvFormat {
  const known = MARKS.find(({ all }) => all.every((name) => header.includes(name)));
  if (known) return known.format;
  return header.length <= MOST_LABEL_COLUMNS && labelColumns(header) !== null
    ? 'labels-csv'
    : 'csv';
}

/** Cells of the trace id and of its label, if that is what the table is about. */
export function labelColumns(
  header: readonly string[],
): { readonly trace: number; readonly label: number } | null {
  const names = header.map(plain);
  const trace = names.findIndex((name) => name === 'traceid' || name === 'trace');
  const label = names.findIndex((name) => LABEL_COLUMNS.includes(name));
  const spans = names.some((name) => name === 'spanid' || name === 'span');
  return trace >= 0 && label >= 0 && !spans ? { trace, label } : null;
}

/** A layout that one mapping describes. */
interface KnownTable {
  readonly columns: Readonly<Partial<Record<ColumnRole, string>>>;
  readonly clockUnit: TimeUnit;
  readonly durationUnit: TimeUnit;
  readonly options: MappedOptions;
}

export const SKYWALKING: KnownTable = {
  columns: {
    trace: 'TraceId',
    span: 'SpanId',
    parent: 'ParentSpan',
    service: 'Service',
    operation: 'URL',
    start: 'StartTime',
    end: 'EndTime',
  },
  clockUnit: 'ms',
  durationUnit: 'ms',
  options: { roots: ['-1'] },
};

export const NEZHA: KnownTable = {
  columns: {
    trace: 'TraceID',
    span: 'SpanID',
    parent: 'ParentID',
    service: 'PodName',
    operation: 'OperationName',
    start: 'StartTimeUnixNano',
    end: 'EndTimeUnixNano',
  },
  clockUnit: 'ns',
  durationUnit: 'us',
  options: { roots: ['root'], serviceOfPod: true },
};

export const OTEL_TRACES: KnownTable = {
  columns: {
    trace: 'TraceId',
    span: 'SpanId',
    parent: 'ParentSpanId',
    service: 'ServiceName',
    operation: 'SpanName',
    start: 'Timestamp',
    duration: 'Duration',
  },
  clockUnit: 'ns',
  durationUnit: 'ns',
  options: { roots: [] },
};

/** The mapping of a known layout, or the columns that its header lacks. */
export function knownMapping(
  { columns, clockUnit, durationUnit }: KnownTable,
  header: readonly string[],
): ColumnMapping | { readonly missing: readonly string[] } {
  const missing = Object.values(columns).filter((name) => !header.includes(name));
  if (missing.length > 0) return { missing };
  const cellOf = (role: ColumnRole): number => {
    const name = columns[role];
    return name === undefined ? -1 : header.indexOf(name);
  };
  return {
    header,
    columns: {
      trace: cellOf('trace'),
      span: cellOf('span'),
      parent: cellOf('parent'),
      service: cellOf('service'),
      operation: cellOf('operation'),
      start: cellOf('start'),
      end: cellOf('end'),
      duration: cellOf('duration'),
      label: cellOf('label'),
    },
    clockUnit,
    durationUnit,
  };
}
