/**
 * TraceVAE CSV, the layout of the authors: one span per row, columns found by name in any order. Durations are in
 * milliseconds, startTime is UTC to the second and nanosecond its sub-second part; parentSpanId 0 is
 * a root. By the authors' rules a database call (DBhash not 0) is left out; labels are read per row, structure first.
 */
import { decodeUtf8, grown } from '../../base/bytes.ts';
import type { Failure } from '../../base/result.ts';
import { nanosToMicros } from '../../base/units.ts';
import type { Reason } from '../../trace/ledger.ts';
import { NO_PARENT } from '../../trace/span-columns.ts';
import { kindCode } from '../../trace/span-facts.ts';
import { labelCode } from '../../trace/trace-set.ts';
import { cellNamed } from '../column-names.ts';
import { isBlank, isZero, parseDecimal, parseTimestamp } from '../csv-fields.ts';
import type { CsvRow } from '../csv-rows.ts';
import { createCsvReader, type RowLayout } from '../csv-spans.ts';
import { parseSpanOfTime } from '../csv-times.ts';
import { type FactColumns, factColumns } from '../fact-columns.ts';
import { hasColumns } from '../head.ts';
import { isDuration, type ReaderContext, type SpanReader } from '../span-reader.ts';
import { CERTAIN, type TraceFormat } from '../trace-format.ts';

const REQUIRED = [
  'traceIdHigh',
  'traceIdLow',
  'parentSpanId',
  'spanId',
  'duration',
  'operationName',
  'serviceName',
] as const;
const OPTIONAL = [
  'startTime',
  'nanosecond',
  'DBhash',
  'graphLatencyLabel',
  'graphStructureLabel',
] as const;
type ColumnName = (typeof REQUIRED)[number] | (typeof OPTIONAL)[number];

/** Cell of each column in a row; -1 where the file has no such column. */
type Columns = Readonly<Record<ColumnName, number>>;

const UNLABELLED = labelCode('unlabelled');
const NORMAL = labelCode('normal');
const STRUCTURE = labelCode('structure');
const TIME = labelCode('time');
/** A call of a database, of which only the caller has a record. */
const CLIENT = kindCode('client');
const SPACE = 32;
const ZERO = 48;
const COLON = 58;

export const traceVaeCsv: TraceFormat = {
  id: 'tracevae-csv',
  label: 'TraceVAE CSV',
  writer: 'TraceVAE',
  gives: 'spans',
  recognise: (head) => {
    const half = ['traceIdHigh', 'traceIdLow'].find((column) => hasColumns(head, column));
    return half ? { sure: CERTAIN, why: `it has the column ${half}` } : null;
  },
  open: readTraceVaeCsv,
};

export function readTraceVaeCsv(context: ReaderContext): SpanReader {
  return createCsvReader(context, (header, line) => {
    const columns = findColumns(header, `${context.fileName}, line ${line}`);
    if ('what' in columns) return columns;
    const taken = Object.values(columns);
    return createLayout(columns, factColumns(header, taken, context.table.facts), context);
  });
}

function createLayout(
  columns: Columns,
  carried: FactColumns,
  { table, authorsRules }: ReaderContext,
): RowLayout {
  let scratch = new Uint8Array(256);

  const readSpan = (row: CsvRow): Reason | null => {
    const { bytes, start, end, decimalComma } = row;
    const blank = (cell: number): boolean => isBlank(bytes, start[cell]!, end[cell]!);
    const zero = (cell: number): boolean => isZero(bytes, start[cell]!, end[cell]!);

    if (blank(columns.traceIdHigh) || blank(columns.traceIdLow)) return 'missing-trace-id';
    if (blank(columns.spanId)) return 'missing-span-id';
    if (blank(columns.serviceName) || blank(columns.operationName)) return 'missing-operation';
    const duration = columns.duration;
    const durationUs = parseSpanOfTime(bytes, start[duration]!, end[duration]!, 'ms', decimalComma);
    if (!isDuration(durationUs)) return 'bad-duration';
    const ofDatabase = columns.DBhash >= 0 && !zero(columns.DBhash);
    if (authorsRules && ofDatabase) return 'database-span';

    const intern = (dictionary: typeof table.spanIds, cell: number): number =>
      dictionary.intern(bytes, start[cell]!, end[cell]!);
    const idLength = joinTraceId(row);
    carried.say(row);
    if (ofDatabase) table.facts.sayKind(CLIENT);
    table.add(
      table.traceIds.intern(scratch, 0, idLength),
      intern(table.spanIds, columns.spanId),
      isNoParent(bytes, start[columns.parentSpanId]!, end[columns.parentSpanId]!)
        ? NO_PARENT
        : intern(table.spanIds, columns.parentSpanId),
      intern(table.services, columns.serviceName),
      intern(table.operations, columns.operationName),
      readStartUs(row, columns),
      durationUs,
      readLabels(zero, columns),
      row.line,
    );
    return null;
  };

  /** Writes "high:low" into scratch: exact for ids that no double can hold. */
  const joinTraceId = ({ bytes, start, end }: CsvRow): number => {
    const high = columns.traceIdHigh;
    const low = columns.traceIdLow;
    const length = end[high]! - start[high]! + 1 + end[low]! - start[low]!;
    if (length > scratch.length) scratch = grown(scratch, length);
    let to = 0;
    for (let at = start[high]!; at < end[high]!; at++) scratch[to++] = bytes[at]!;
    scratch[to++] = COLON;
    for (let at = start[low]!; at < end[low]!; at++) scratch[to++] = bytes[at]!;
    return length;
  };

  return {
    names: REQUIRED.map((column) => columns[column]),
    used: [],
    readSpan,
    traceIdOf: (row) => {
      const traceId = decodeUtf8(scratch.subarray(0, joinTraceId(row)));
      return traceId === ':' ? '' : traceId;
    },
  };
}

/** Empty or zeros; not "a number that is 0", because 0e91 is a fine hexadecimal id. */
function isNoParent(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at] !== ZERO && bytes[at] !== SPACE) return false;
  return true;
}

function readStartUs({ bytes, start, end }: CsvRow, columns: Columns): number {
  const time = columns.startTime;
  if (time < 0) return Number.NaN;
  const startUs = parseTimestamp(bytes, start[time]!, end[time]!);
  const nano = columns.nanosecond;
  if (nano < 0) return startUs;
  const nanoseconds = parseDecimal(bytes, start[nano]!, end[nano]!);
  // A fraction in startTime would be the same sub-second part a second time.
  return nanoseconds >= 0 ? Math.floor(startUs / 1e6) * 1e6 + nanosToMicros(nanoseconds) : startUs;
}

/** As the authors' loader: a structure anomaly whatever the latency label says. */
function readLabels(zero: (cell: number) => boolean, columns: Columns): number {
  const { graphStructureLabel: structure, graphLatencyLabel: latency } = columns;
  if (structure < 0 && latency < 0) return UNLABELLED;
  if (structure >= 0 && !zero(structure)) return STRUCTURE;
  return latency >= 0 && !zero(latency) ? TIME : NORMAL;
}

function findColumns(header: readonly string[], where: string): Columns | Failure {
  const missing = REQUIRED.filter((column) => cellNamed(header, column) < 0);
  if (missing.length > 0) {
    return {
      what: `a CSV file without the column${missing.length > 1 ? 's' : ''} ${missing.join(', ')}`,
      where,
      advice: `The first line must name these columns, in any order: ${REQUIRED.join(', ')}.`,
    };
  }
  const cells = [...REQUIRED, ...OPTIONAL].map((column) => [column, cellNamed(header, column)]);
  return Object.fromEntries(cells) as Columns;
}
