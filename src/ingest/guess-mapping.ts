/**
 * The guess that a person is shown for the columns of a table nobody has seen.
 */
import {
  COLUMN_ROLES,
  type ColumnMapping,
  type ColumnRole,
  TIME_UNITS,
  type TimeUnit,
} from '../trace/column-mapping.ts';
import { plainName } from './column-names.ts';

/** Rows shown with the question. */
export const PREVIEW_ROWS = 5;
/** A trace id, a span id, an operation and a duration: no trace has fewer columns. */
export const FEWEST_COLUMNS = 4;

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
    'svc',
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
  const plain = header.map(plainName);
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
