/**
 * Rows of a table with one span a row, by a mapping of its columns: what SkyWalking, Nezha, exports
 * of ClickHouse and tables mapped by hand have in common.
 */
import { decodeUtf8 } from '../base/bytes.ts';
import type { Microseconds } from '../base/units.ts';
import { COLUMN_ROLES, type ColumnMapping, type ColumnRole } from '../trace/column-mapping.ts';
import type { LedgerExample, Reason } from '../trace/ledger.ts';
import { NO_PARENT } from '../trace/span-columns.ts';
import { labelCode } from '../trace/trace-set.ts';
import { cellNamed, operationStandIns } from './column-names.ts';
import { isBlank } from './csv-fields.ts';
import type { CsvRow } from './csv-rows.ts';
import { cellText, type RowLayout } from './csv-spans.ts';
import { parseInterval, parseSpanOfTime, parseTime } from './csv-times.ts';
import { factColumns } from './fact-columns.ts';
import { equalBytes } from './json-shapes.ts';
import { readLabel } from './label-words.ts';
import { podServiceEnd } from './pod-service.ts';
import { UNKNOWN_SERVICE } from './span-log.ts';
import { isDuration, MAX_NAME_BYTES, type ReaderContext } from './span-reader.ts';

export interface MappedOptions {
  /** What the parent cell of a root says, besides nothing. */
  readonly roots: readonly string[];
  /** The service cell names a Kubernetes pod: the service is what its deployment is called. */
  readonly serviceOfPod?: boolean;
  /** The parent cell of a root names its trace. */
  readonly rootsNameTheirTrace?: boolean;
  /** Columns that count where that of a role is empty. */
  readonly orElse?: Readonly<Partial<Record<ColumnRole, string>>>;
}

/** What exporters write where there is no parent; no tracing system gives a span such an id. */
export const COMMON_ROOTS = ['-', '-1', 'root', 'null', 'none', 'nan', '\\n', 'undefined'] as const;

const UNLABELLED = labelCode('unlabelled');
const ZERO = 48;
const NINE = 57;
const POINT = 46;
const DASH = 45;
/** Of the cells with names, the first are those of ids. */
const ID_CELLS = 3;
const SPACE = 32;
const LONGEST_ROOT = 9;

export function mappedLayout(
  mapping: ColumnMapping,
  context: ReaderContext,
  options: MappedOptions,
  locate: (line: number) => LedgerExample = (line) => ({ file: context.fileName, line }),
): RowLayout {
  const { table, ledger } = context;
  const { columns, clockUnit, durationUnit } = mapping;
  const { trace, span, parent, service, operation, start: from, end: to, label } = columns;
  const roots = new Set(options.roots);
  const names = [trace, span, parent, operation, service].filter((cell) => cell >= 0);
  const taken = COLUMN_ROLES.map((role) => columns[role]).filter((cell) => cell >= 0);
  const standIns = operationStandIns(mapping.header).filter((cell) => !taken.includes(cell));
  const orElse = COLUMN_ROLES.flatMap((role): (readonly [cell: number, other: number])[] => {
    const name = options.orElse?.[role];
    const other = name === undefined ? -1 : cellNamed(mapping.header, name);
    return other < 0 ? [] : [[columns[role], other]];
  });
  const carried = factColumns(mapping.header, taken, table.facts, mapping.facts);

  const durationOf = (row: CsvRow): Microseconds => {
    const { bytes, start, end, decimalComma } = row;
    const cell = columns.duration;
    // Rows of one table may have either.
    const hasOwn = cell >= 0 && (from < 0 || to < 0 || !isAbsent(row, cell));
    return hasOwn
      ? parseSpanOfTime(bytes, start[cell]!, end[cell]!, durationUnit, decimalComma)
      : parseInterval(
          bytes,
          [start[from]!, end[from]!],
          [start[to]!, end[to]!],
          clockUnit,
          decimalComma,
        );
  };

  const isRoot = (row: CsvRow): boolean => {
    const { bytes, start, end } = row;
    const first = start[parent]!;
    const last = end[parent]!;
    let zeros = first;
    while (zeros < last && (bytes[zeros] === ZERO || bytes[zeros] === SPACE)) zeros += 1;
    if (zeros === last) return true;
    if (options.rootsNameTheirTrace && isSameCell(row, parent, trace)) return true;
    return (
      last - first <= LONGEST_ROOT &&
      roots.has(decodeUtf8(bytes.subarray(first, last)).trim().toLowerCase())
    );
  };

  const placeOf = (row: CsvRow) => ({
    ...locate(row.line),
    traceId: cellText(row, trace).slice(0, 200),
  });

  const labelOf = (row: CsvRow): number => {
    if (label < 0) return UNLABELLED;
    const code = readLabel(row.bytes, row.start[label]!, row.end[label]!);
    if (code === null) ledger.add('unknown-label', 1, () => placeOf(row));
    return code ?? UNLABELLED;
  };

  const serviceOf = (row: CsvRow): number => {
    const { bytes, start, end } = row;
    if (service < 0 || isBlank(bytes, start[service]!, end[service]!)) {
      ledger.add('unknown-service', 1, () => placeOf(row));
      return table.services.internText(UNKNOWN_SERVICE);
    }
    const first = start[service]!;
    const last = end[service]!;
    const nameEnd = options.serviceOfPod ? podServiceEnd(bytes, first, last) : last;
    return table.services.intern(bytes, first, nameEnd);
  };

  const readSpan = (row: CsvRow): Reason | null => {
    const { bytes, start, end } = row;
    for (const [cell, other] of orElse) if (isAbsent(row, cell)) takeCell(row, cell, other);
    for (let i = 0; i < names.length; i++) {
      const cell = names[i]!;
      if (bytes[start[cell]!] === SPACE || bytes[end[cell]! - 1] === SPACE) trimCell(row, cell);
      if (bytes[end[cell]! - 2] === POINT && i < ID_CELLS) trimFraction(row, cell);
    }
    const blank = (cell: number): boolean => isBlank(bytes, start[cell]!, end[cell]!);
    if (blank(trace)) return 'missing-trace-id';
    if (blank(span)) return 'missing-span-id';
    const named = blank(operation) ? standIns.find((cell) => !blank(cell)) : operation;
    if (named === undefined) return 'missing-operation';
    const durationUs = durationOf(row);
    if (!isDuration(durationUs)) return 'bad-duration';
    carried.say(row);
    if (named !== operation) {
      trimCell(row, named);
      if (end[named]! - start[named]! > MAX_NAME_BYTES) return 'malformed-row';
      ledger.add('other-operation-name', 1, () => placeOf(row));
    }
    const internId = (dictionary: typeof table.spanIds, cell: number): number =>
      dictionary.internId(bytes, start[cell]!, end[cell]!);
    table.add(
      internId(table.traceIds, trace),
      internId(table.spanIds, span),
      isRoot(row) ? NO_PARENT : internId(table.spanIds, parent),
      serviceOf(row),
      table.operations.intern(bytes, start[named]!, end[named]!),
      from < 0
        ? Number.NaN
        : parseTime(bytes, start[from]!, end[from]!, clockUnit, row.decimalComma),
      durationUs,
      labelOf(row),
      row.line,
    );
    return null;
  };

  return {
    names,
    used: [...taken, ...carried.cells, ...standIns, ...orElse.map(([, other]) => other)],
    readSpan,
    traceIdOf: (row) => cellText(row, trace),
  };
}

/** Empty, or the dash that Kibana writes for nothing. */
const isAbsent = ({ bytes, start, end }: CsvRow, cell: number): boolean =>
  isBlank(bytes, start[cell]!, end[cell]!) ||
  (end[cell]! - start[cell]! === 1 && bytes[start[cell]!] === DASH);

function takeCell({ start, end }: CsvRow, cell: number, from: number): void {
  start[cell] = start[from]!;
  end[cell] = end[from]!;
}

const isSameCell = ({ bytes, start, end }: CsvRow, a: number, b: number): boolean =>
  equalBytes(bytes.subarray(start[a]!, end[a]!), bytes, start[b]!, end[b]!);

/** People and tables for reading set cells apart by spaces, which are part of no name and no id. */
function trimCell({ bytes, start, end }: CsvRow, cell: number): void {
  let first = start[cell]!;
  let last = end[cell]!;
  while (first < last && bytes[first] === SPACE) first += 1;
  while (last > first && bytes[last - 1] === SPACE) last -= 1;
  start[cell] = first;
  end[cell] = last;
}

/** pandas writes whole numbers as 12.0 where one of their column is missing, as a root's parent is. */
function trimFraction({ bytes, start, end }: CsvRow, cell: number): void {
  const last = end[cell]! - 2;
  if (last <= start[cell]! || bytes[last] !== POINT || bytes[last + 1] !== ZERO) return;
  for (let at = start[cell]!; at < last; at++) {
    if (bytes[at]! < ZERO || bytes[at]! > NINE) return;
  }
  end[cell] = last;
}
