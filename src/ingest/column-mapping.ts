/**
 * Which column of a table is what: the description from which rows of any layout become spans, and
 * the guess that a person is shown for a header nobody has seen.
 */
import { TIME_UNITS, type TimeUnit } from './csv-times.ts';

/** What a span needs from its row, and what it can take. */
export const COLUMN_ROLES = [
  'trace',
  'span',
  'parent',
  'service',
  'operation',
  'start',
  'end',
  'duration',
  'label',
] as const;
export type ColumnRole = (typeof COLUMN_ROLES)[number];

export interface ColumnMapping {
  /** The header that it belongs to. */
  readonly header: readonly string[];
  /** Cell of each role; -1 where the table has none. */
  readonly columns: Readonly<Record<ColumnRole, number>>;
  /** Of `start` and `end`, where they are numbers. */
  readonly clockUnit: TimeUnit;
  readonly durationUnit: TimeUnit;
}

/** A table whose columns nobody has named yet, as a person is asked about it. */
export interface UnmappedTable {
  readonly fileName: string;
  readonly header: readonly string[];
  /** The first few, as text. */
  readonly rows: readonly (readonly string[])[];
  readonly guess: ColumnMapping;
}

/** Rows shown with the question. */
export const PREVIEW_ROWS = 5;
/** A trace id, a span id, an operation and a duration: no trace has fewer columns. */
export const FEWEST_COLUMNS = 4;

/** Equal for tables with the same columns in the same order. */
export const headerKey = (header: readonly string[]): string => JSON.stringify(header);

/** What is still missing before rows can become spans, in words; null if nothing is. */
export function mappingFault({ columns, header }: ColumnMapping): string | null {
  for (const role of ['trace', 'span', 'parent', 'operation'] as const) {
    if (columns[role] < 0) return `no column is the ${ROLE_WORDS[role]}`;
  }
  if (columns.duration < 0 && (columns.start < 0 || columns.end < 0)) {
    return 'neither a duration nor a start and an end';
  }
  const beyond = COLUMN_ROLES.find((role) => columns[role] >= header.length);
  return beyond === undefined ? null : `the ${ROLE_WORDS[beyond]} is outside of the table`;
}

export const ROLE_WORDS: Readonly<Record<ColumnRole, string>> = {
  trace: 'trace id',
  span: 'span id',
  parent: 'parent span id',
  service: 'service',
  operation: 'operation',
  start: 'start time',
  end: 'end time',
  duration: 'duration',
  label: 'label',
};

/**
 * Names that columns go by, in letters and digits only, best first: OpenTelemetry and its exporters
 * (ClickHouse, Loki, pandas), Jaeger, Zipkin, SkyWalking.
 */
const NAMES: Readonly<Record<ColumnRole, readonly string[]>> = {
  trace: ['traceid', 'tracehex', 'traceuuid', 'trace'],
  span: ['spanid', 'spanhex', 'spanuuid', 'span', 'id'],
  parent: [
    'parentspanid',
    'parentid',
    'parentspan',
    'spanparentid',
    'referencesspanid',
    'parentspanuuid',
    'parent',
  ],
  service: [
    'servicename',
    'resourceservicename',
    'processservicename',
    'localendpointservicename',
    'service',
    'cmdbid',
    'podname',
    'pod',
    'app',
    'component',
  ],
  operation: [
    'operationname',
    'spanname',
    'operation',
    'name',
    'endpoint',
    'endpointname',
    'interface',
    'method',
    'url',
  ],
  start: [
    'starttimeunixnano',
    'starttime',
    'startedat',
    'start',
    'timestamp',
    'timestampmillis',
    'startts',
    'begin',
    'time',
    'ts',
  ],
  end: ['endtimeunixnano', 'endtime', 'endedat', 'end', 'endts', 'finishtime'],
  duration: [
    'durationnano',
    'durationnanos',
    'durationms',
    'durationus',
    'durationns',
    'duration',
    'elapsedtime',
    'elapsed',
    'latency',
    'latencyms',
    'rt',
    'responsetime',
  ],
  label: ['label', 'isanomaly', 'anomaly', 'anomalylabel', 'tracelabel'],
};

/**
 * A mapping from what columns are called and what their first values look like; roles without a
 * likely column stay at -1.
 */
export function guessMapping(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): ColumnMapping {
  const plain = header.map((name) => name.toLowerCase().replace(/[^a-z0-9]/g, ''));
  const columns = { ...NO_COLUMNS };
  const taken = new Set<number>();
  for (const role of COLUMN_ROLES) {
    const name = NAMES[role].find((candidate) => plain.includes(candidate));
    const cell = name === undefined ? -1 : plain.indexOf(name);
    if (cell < 0 || taken.has(cell)) continue;
    columns[role] = cell;
    taken.add(cell);
  }
  const valuesOf = (cell: number): string[] => rows.map((row) => row[cell] ?? '');
  const clock = columns.start >= 0 ? columns.start : columns.end;
  const numeric = valuesOf(clock).some((value) => Number(value) > 0);
  const clockUnit = unitInName(header[clock]) ?? clockUnitOf(valuesOf(clock));
  return {
    header,
    columns,
    clockUnit,
    // Tracing systems that write no unit count both in the same one.
    durationUnit: unitInName(header[columns.duration]) ?? (numeric ? clockUnit : 'ms'),
  };
}

const NO_COLUMNS: Readonly<Record<ColumnRole, number>> = {
  trace: -1,
  span: -1,
  parent: -1,
  service: -1,
  operation: -1,
  start: -1,
  end: -1,
  duration: -1,
  label: -1,
};

const UNIT_NAMES: readonly (readonly [RegExp, TimeUnit])[] = [
  [/nano|([_ .(]|duration|latency|elapsed|time(stamp)?)ns\b/i, 'ns'],
  [/micro|([_ .(]|duration|latency|elapsed|time(stamp)?)[uµ]s\b/i, 'us'],
  [/milli|([_ .(]|duration|latency|elapsed|time(stamp)?)ms\b/i, 'ms'],
  [/second|[_ .(](s|sec)\b/i, 's'],
];

const unitInName = (name: string | undefined): TimeUnit | undefined =>
  name === undefined ? undefined : UNIT_NAMES.find(([pattern]) => pattern.test(name))?.[1];

/** By size: seconds since 1970 have 10 digits in our century, and every unit three more. */
function clockUnitOf(values: readonly string[]): TimeUnit {
  const largest = Math.max(0, ...values.map(Number).filter(Number.isFinite));
  const digits = largest < 1 ? 0 : Math.floor(Math.log10(largest)) + 1;
  return TIME_UNITS[Math.min(3, Math.max(0, Math.floor((digits - 10) / 3)))]!;
}
