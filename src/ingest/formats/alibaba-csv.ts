/**
 * Alibaba cluster-trace-microservices, the table MSCallGraph of 2021 (rpcid) and 2022 (rpc_id): one
 * call per row, from microservice um to dm, `rt` in milliseconds, `timestamp` in milliseconds since
 * the recording began. Call 0.1.2 is made by the callee of call 0.1.
 *
 * A remote call can be recorded twice under one id: by its caller with a positive rt, and by its
 * callee with a negative one. It is one span, with the caller's time where it is there, because
 * calls of databases and queues have no other; else with the callee's.
 */
import { decodeUtf8, grown } from '../../base/bytes.ts';
import type { Failure } from '../../base/result.ts';
import type { LedgerExample, Reason } from '../../trace/ledger.ts';
import { NO_PARENT } from '../../trace/span-columns.ts';
import { labelCode } from '../../trace/trace-set.ts';
import { isBlank, parseDecimal } from '../csv-fields.ts';
import type { CsvRow } from '../csv-rows.ts';
import { cellText, createCsvReader, type RowLayout } from '../csv-spans.ts';
import { parseSpanOfTime } from '../csv-times.ts';
import { hasColumns } from '../head.ts';
import { UNKNOWN_SERVICE } from '../span-log.ts';
import { isDuration, type ReaderContext } from '../span-reader.ts';
import { CERTAIN, type TraceFormat } from '../trace-format.ts';

const COLUMNS = ['traceid', 'rpcid', 'dm', 'interface', 'rpctype', 'rt', 'timestamp'] as const;
type Columns = Readonly<Record<(typeof COLUMNS)[number], number>>;

/** How the table writes names that were lost. */
const LOST_NAMES: ReadonlySet<string> = new Set(['(?)', 'nan', 'unknown', 'unavailable', 'null']);
const LONGEST_LOST = 11;
const COLON = 58;
const DOT = 46;
const UNLABELLED = labelCode('unlabelled');
/** Sides that have recorded a call, as bits. */
const CALLER = 1;
const CALLEE = 2;

export const alibabaCsv: TraceFormat = {
  id: 'alibaba-csv',
  label: 'Alibaba CSV',
  writer: 'Alibaba',
  gives: 'spans',
  recognise: (head) => {
    const call = ['rpcid', 'rpc_id'].find((column) =>
      hasColumns(head, 'traceid', column, 'um', 'dm', 'rt'),
    );
    return call ? { sure: CERTAIN, why: `it has the columns traceid, ${call}, um, dm, rt` } : null;
  },
  open: (context) =>
    createCsvReader(context, (header, line) => {
      const columns = findColumns(header, `${context.fileName}, line ${line}`);
      return 'what' in columns ? columns : createLayout(columns, context);
    }),
};

function createLayout(columns: Columns, { table, ledger, fileName }: ReaderContext): RowLayout {
  const { traceid, rpcid, dm, interface: method, rpctype, rt, timestamp } = columns;
  let scratch = new Uint8Array(256);
  /** By call: its row in the table + 1, and the sides that have recorded it. */
  let rowOfCall = new Uint32Array(1024);
  let sidesOfCall = new Uint8Array(1024);

  /** Interns "traceid:rpcid", because rpc ids are the same in every trace. */
  const internCall = ({ bytes, start }: CsvRow, traceEnd: number, rpcEnd: number): number => {
    const length = traceEnd - start[traceid]! + 1 + rpcEnd - start[rpcid]!;
    scratch = grown(scratch, length);
    let to = 0;
    for (let at = start[traceid]!; at < traceEnd; at++) scratch[to++] = bytes[at]!;
    scratch[to++] = COLON;
    for (let at = start[rpcid]!; at < rpcEnd; at++) scratch[to++] = bytes[at]!;
    return table.spanIds.intern(scratch, 0, length);
  };

  const hasName = ({ bytes, start, end }: CsvRow, cell: number): boolean => {
    if (cell < 0 || isBlank(bytes, start[cell]!, end[cell]!)) return false;
    const name = bytes.subarray(start[cell]!, end[cell]!);
    return name.length > LONGEST_LOST || !LOST_NAMES.has(decodeUtf8(name).trim().toLowerCase());
  };

  const exampleOf = (row: CsvRow): LedgerExample => ({
    file: fileName,
    line: row.line,
    traceId: cellText(row, traceid).slice(0, 200),
  });

  const serviceOf = (row: CsvRow): number => {
    if (hasName(row, dm)) return table.services.intern(row.bytes, row.start[dm]!, row.end[dm]!);
    ledger.add('unknown-service', 1, () => exampleOf(row));
    return table.services.internText(UNKNOWN_SERVICE);
  };

  /** The other side's record of a call: adds no span. */
  const joinRecord = (call: number, side: number, durationUs: number): Reason => {
    if ((sidesOfCall[call]! & side) !== 0) return 'duplicate-span-id';
    sidesOfCall[call]! |= side;
    if (side === CALLER) table.setDuration(rowOfCall[call]! - 1, durationUs);
    return 'paired-record';
  };

  const readSpan = (row: CsvRow): Reason | null => {
    const { bytes, start, end } = row;
    if (isBlank(bytes, start[traceid]!, end[traceid]!)) return 'missing-trace-id';
    if (isBlank(bytes, start[rpcid]!, end[rpcid]!)) return 'missing-span-id';
    // Calls of databases, caches and queues name no interface.
    const operation = hasName(row, method) ? method : hasName(row, rpctype) ? rpctype : -1;
    if (operation < 0) return 'missing-operation';
    const signedUs = parseSpanOfTime(bytes, start[rt]!, end[rt]!, 'ms', row.decimalComma);
    const durationUs = Math.abs(signedUs);
    if (!isDuration(durationUs)) return 'bad-duration';

    const call = internCall(row, end[traceid]!, end[rpcid]!);
    rowOfCall = grown(rowOfCall, call + 1);
    sidesOfCall = grown(sidesOfCall, call + 1);
    const side = signedUs < 0 ? CALLEE : CALLER;
    if (rowOfCall[call] !== 0) return joinRecord(call, side, durationUs);

    let prefixEnd = end[rpcid]! - 1;
    while (prefixEnd > start[rpcid]! && bytes[prefixEnd] !== DOT) prefixEnd -= 1;
    const parent =
      prefixEnd > start[rpcid]! ? internCall(row, end[traceid]!, prefixEnd) : NO_PARENT;
    rowOfCall[call] = table.length + 1;
    sidesOfCall[call] = side;
    table.add(
      table.traceIds.intern(bytes, start[traceid]!, end[traceid]!),
      call,
      parent,
      serviceOf(row),
      table.operations.intern(bytes, start[operation]!, end[operation]!),
      timestamp < 0 ? Number.NaN : parseDecimal(bytes, start[timestamp]!, end[timestamp]!, 3),
      durationUs,
      UNLABELLED,
      row.line,
    );
    return null;
  };

  return {
    names: [traceid, rpcid, dm, method, rpctype].filter((cell) => cell >= 0),
    used: Object.values(columns).filter((cell) => cell >= 0),
    readSpan,
    traceIdOf: (row) => cellText(row, traceid),
  };
}

/** The columns that a recognised header may still lack are those that only help. */
function findColumns(header: readonly string[], where: string): Columns | Failure {
  const cellOf = (name: string): number =>
    header.findIndex((column) => column.toLowerCase().replace('_', '') === name);
  const found = Object.fromEntries(COLUMNS.map((name) => [name, cellOf(name)])) as Columns;
  if (found.interface >= 0 || found.rpctype >= 0) return found;
  return {
    what: 'an Alibaba call graph without the columns interface and rpctype',
    where,
    advice: 'Give the table MSCallGraph with all its columns.',
  };
}
