/**
 * Alibaba cluster-trace-microservices, the table MSCallGraph of 2021 (rpcid) and 2022 (rpc_id): one
 * call per row, from microservice um to dm, `rt` in milliseconds, `timestamp` in milliseconds since
 * the recording began. Call 0.1.2 is made by the callee of call 0.1.
 *
 * A remote call can be recorded twice under one id: by its caller with a positive rt, and by its
 * callee with a negative one. It is one span, with the caller's time where it is there, because
 * calls of databases and queues have no other; else with the callee's. Two records of one side are
 * two calls that share an id, unless they are alike in all.
 */
import { decodeUtf8, encodeUtf8, grown } from '../../base/bytes.ts';
import type { Failure } from '../../base/result.ts';
import type { LedgerExample, Reason } from '../../trace/ledger.ts';
import { NO_PARENT } from '../../trace/span-columns.ts';
import { kindCode } from '../../trace/span-facts.ts';
import { labelCode } from '../../trace/trace-set.ts';
import { ByteInterner } from '../byte-interner.ts';
import { isBlank, parseDecimal } from '../csv-fields.ts';
import type { CsvRow } from '../csv-rows.ts';
import { cellText, createCsvReader, type RowLayout } from '../csv-spans.ts';
import { parseSpanOfTime } from '../csv-times.ts';
import { hasColumns } from '../head.ts';
import { equalBytes } from '../json-shapes.ts';
import { UNKNOWN_SERVICE } from '../span-log.ts';
import { isDuration, type ReaderContext } from '../span-reader.ts';
import type { SpanTable } from '../span-table.ts';
import { CERTAIN, type TraceFormat } from '../trace-format.ts';

const COLUMNS = [
  'traceid',
  'rpcid',
  'um',
  'dm',
  'interface',
  'rpctype',
  'rt',
  'timestamp',
] as const;
type Columns = Readonly<Record<(typeof COLUMNS)[number], number>>;

/** How the table writes names that were lost. */
const LOST_NAMES: ReadonlySet<string> = new Set(['(?)', 'nan', 'unknown', 'null']);
/** In 2022 also of a cache or database, of which it is all that is known: a name as good as any. */
const LOST_OPERATIONS: ReadonlySet<string> = new Set([...LOST_NAMES, 'unavailable']);
/**
 * What the callee did, by rpctype: it served a call or took a message; of databases and caches only the
 * caller has a record. Others, such as userDefined, say nothing.
 */
const KINDS: readonly (readonly [word: Uint8Array, kind: number])[] = (
  [
    ['rpc', 'server'],
    ['mc', 'client'],
    ['http', 'server'],
    ['db', 'client'],
    ['mq', 'consumer'],
    ['providerRPC', 'server'],
    ['consumerRPC', 'server'],
  ] as const
).map(([word, kind]) => [encodeUtf8(word), kindCode(kind)]);
const LONGEST_LOST = 11;
/** Of `#n`. */
const MOST_DIGITS = 12;
const COLON = 58;
const DOT = 46;
const UNLABELLED = labelCode('unlabelled');
/** Sides that have recorded a call, as bits. */
const CALLER = 1;
const CALLEE = 2;
/** Calls under one id that are looked through; more than these no real trace has. */
const MOST_LOOKED_AT = 256;
/** A lost name. */
const LOST = 0;

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
  const { traceid, rpcid, um, dm, interface: method, rpctype, rt, timestamp } = columns;
  const calls = createCalls(table);
  const names = new ByteInterner();
  let scratch = new Uint8Array(256);

  /** Interns "traceid:rpcid", because rpc ids are the same in every trace; `#n` behind the first call. */
  const internCall = (
    { bytes, start }: CsvRow,
    traceEnd: number,
    rpcEnd: number,
    sibling = 0,
  ): number => {
    const length = traceEnd - start[traceid]! + 1 + rpcEnd - start[rpcid]!;
    scratch = grown(scratch, length + MOST_DIGITS);
    let to = 0;
    for (let at = start[traceid]!; at < traceEnd; at++) scratch[to++] = bytes[at]!;
    scratch[to++] = COLON;
    for (let at = start[rpcid]!; at < rpcEnd; at++) scratch[to++] = bytes[at]!;
    if (sibling > 0) for (const byte of encodeUtf8(`#${sibling}`)) scratch[to++] = byte;
    return table.spanIds.intern(scratch, 0, to);
  };

  /** By number of a name, from 1: whether it is lost, as a service and as an operation. */
  const lost: (readonly [service: boolean, operation: boolean])[] = [[true, true]];

  /** A name as a number of this file's own, because its text is looked at once; 0 for none. */
  const numberOf = ({ bytes, start, end }: CsvRow, cell: number): number => {
    if (cell < 0 || isBlank(bytes, start[cell]!, end[cell]!)) return LOST;
    const number = names.intern(bytes, start[cell]!, end[cell]!) + 1;
    if (number === lost.length) {
      const name = bytes.subarray(start[cell]!, end[cell]!);
      const word = name.length > LONGEST_LOST ? '' : decodeUtf8(name).trim().toLowerCase();
      lost.push([LOST_NAMES.has(word), LOST_OPERATIONS.has(word)]);
    }
    return number;
  };

  const exampleOf = (row: CsvRow): LedgerExample => ({
    file: fileName,
    line: row.line,
    traceId: cellText(row, traceid).slice(0, 200),
  });

  const serviceOf = (row: CsvRow, callee: number): number => {
    if (callee !== LOST) return table.services.intern(row.bytes, row.start[dm]!, row.end[dm]!);
    ledger.add('unknown-service', 1, () => exampleOf(row));
    return table.services.internText(UNKNOWN_SERVICE);
  };

  /** Names of both ends of a call, or {@link LOST}. */
  const nameOf = (row: CsvRow, cell: number): number => {
    const number = numberOf(row, cell);
    return lost[number]![0] ? LOST : number;
  };
  const namesOperation = (row: CsvRow, cell: number): boolean => !lost[numberOf(row, cell)]![1];

  const readSpan = (row: CsvRow): Reason | null => {
    const { bytes, start, end } = row;
    if (isBlank(bytes, start[traceid]!, end[traceid]!)) return 'missing-trace-id';
    if (isBlank(bytes, start[rpcid]!, end[rpcid]!)) return 'missing-span-id';
    // Calls of databases, caches and queues name no interface.
    const named = namesOperation(row, method)
      ? method
      : namesOperation(row, rpctype)
        ? rpctype
        : -1;
    if (named < 0) return 'missing-operation';
    const signedUs = parseSpanOfTime(bytes, start[rt]!, end[rt]!, 'ms', row.decimalComma);
    const durationUs = Math.abs(signedUs);
    if (!isDuration(durationUs)) return 'bad-duration';

    const record: CallRecord = {
      side: signedUs < 0 ? CALLEE : CALLER,
      caller: nameOf(row, um),
      callee: nameOf(row, dm),
      operation: table.operations.intern(bytes, start[named]!, end[named]!),
      startUs:
        timestamp < 0 ? Number.NaN : parseDecimal(bytes, start[timestamp]!, end[timestamp]!, 3),
      durationUs,
    };
    const call = internCall(row, end[traceid]!, end[rpcid]!);
    const joined = calls.join(call, record);
    if (typeof joined === 'string') return joined;

    let prefixEnd = end[rpcid]! - 1;
    while (prefixEnd > start[rpcid]! && bytes[prefixEnd] !== DOT) prefixEnd -= 1;
    const parent =
      prefixEnd > start[rpcid]! ? internCall(row, end[traceid]!, prefixEnd) : NO_PARENT;
    calls.keep(call, record);
    table.facts.startSpan();
    if (rpctype >= 0) table.facts.sayKind(kindIn(row, rpctype));
    table.add(
      table.traceIds.intern(bytes, start[traceid]!, end[traceid]!),
      joined === 0 ? call : internCall(row, end[traceid]!, end[rpcid]!, joined),
      parent,
      serviceOf(row, record.callee),
      record.operation,
      record.startUs,
      durationUs,
      UNLABELLED,
      row.line,
    );
    return null;
  };

  return {
    names: [traceid, rpcid, um, dm, method, rpctype].filter((cell) => cell >= 0),
    used: Object.values(columns).filter((cell) => cell >= 0),
    readSpan,
    traceIdOf: (row) => cellText(row, traceid),
    finish: calls.linkToCallers,
  };
}

function kindIn({ bytes, start, end }: CsvRow, cell: number): number {
  for (const [word, kind] of KINDS) {
    if (equalBytes(word, bytes, start[cell]!, end[cell]!)) return kind;
  }
  return 0;
}

/** What one row says of a call. */
interface CallRecord {
  readonly side: number;
  /** Names of both ends, or {@link LOST}. */
  readonly caller: number;
  readonly callee: number;
  readonly operation: number;
  readonly startUs: number;
  readonly durationUs: number;
}

/** The calls of a file, several of which may share an id; the n-th is the n-th span that is added. */
function createCalls(table: SpanTable) {
  const first = table.length;
  let count = 0;
  let sides = new Uint8Array(1024);
  let callers = new Uint32Array(1024);
  let callees = new Uint32Array(1024);
  /** The next call of the same id, + 1. */
  let next = new Uint32Array(1024);
  /** By id: its first call + 1, and its last. */
  let firstOf = new Uint32Array(1024);
  let lastOf = new Uint32Array(1024);

  return {
    /** A reason where the record is of a call that is there; else how many calls share its id. */
    join(id: number, record: CallRecord): Reason | number {
      firstOf = grown(firstOf, id + 1);
      lastOf = grown(lastOf, id + 1);
      const { side, callee, operation } = record;
      let pair = -1;
      let siblings = 0;
      let at = firstOf[id]! - 1;
      for (; at >= 0 && siblings < MOST_LOOKED_AT; at = next[at]! - 1, siblings++) {
        const row = first + at;
        if ((sides[at]! & side) !== 0) {
          const isSame =
            callees[at] === callee &&
            callers[at] === record.caller &&
            table.isSame(row, operation, record.startUs, record.durationUs);
          if (isSame) return 'duplicate-span-id';
        } else if (callees[at] === callee || callees[at] === LOST || callee === LOST) {
          const isBetter = callees[at] === callee && table.operationOf(row) === operation;
          if (pair < 0 || (isBetter && table.operationOf(first + pair) !== operation)) pair = at;
        }
      }
      if (pair < 0) return at >= 0 ? count + 1 : siblings;
      sides[pair]! |= side;
      if (side === CALLER) table.setDuration(first + pair, record.durationUs);
      return 'paired-record';
    },

    /** Of the span that is added next. */
    keep(id: number, { side, caller, callee }: CallRecord): void {
      sides = grown(sides, count + 1);
      callers = grown(callers, count + 1);
      callees = grown(callees, count + 1);
      next = grown(next, count + 1);
      sides[count] = side;
      callers[count] = caller;
      callees[count] = callee;
      if (firstOf[id] === 0) firstOf[id] = count + 1;
      else next[lastOf[id]!] = count + 1;
      lastOf[id] = count;
      count += 1;
    },

    /** Calls below an id that several share go below the one whose callee makes them. */
    linkToCallers(): void {
      const { span, parent } = table.linksFrom(first);
      for (let call = 0; call < count; call++) {
        const id = parent[call]!;
        if (id === NO_PARENT || id >= firstOf.length || firstOf[id] === 0) continue;
        let at = firstOf[id]! - 1;
        if (next[at] === 0) continue;
        for (let seen = 0; at >= 0 && seen < MOST_LOOKED_AT; at = next[at]! - 1, seen++) {
          if (callees[at] !== callers[call] || callees[at] === LOST) continue;
          parent[call] = span[at]!;
          break;
        }
      }
    },
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
