/**
 * Takes what spans carry while they are read (see {@link file://../trace/span-facts.ts}): said of the
 * span that is being read, kept when it is added to the span table, forgotten when it is lost.
 *
 * A status that a span states itself goes first, then an error tag, then what the conventions of
 * OpenTelemetry make of a gRPC or an HTTP status.
 */
import { encodeUtf8, grown } from '../base/bytes.ts';
import { HTTP_STATUS_NAMES, keysOf } from '../trace/kept-attributes.ts';
import {
  kindCode,
  MAX_VALUES,
  markOf,
  OTHER_VALUE,
  type SpanFacts,
  statusCode,
} from '../trace/span-facts.ts';
import { ByteInterner } from './byte-interner.ts';
import { readFlag, readGrpcStatus, readKind, readNumber, readStatus } from './fact-words.ts';

/** What an attribute says besides its value. */
const NOTHING = 0;
const STATUS = 1;
const ERROR_FLAG = 2;
const HTTP_STATUS = 3;
const GRPC_STATUS = 4;
const KIND = 5;
const MEANINGS: readonly (readonly [number, readonly string[]])[] = [
  [STATUS, ['otel.status_code', 'status.code']],
  [ERROR_FLAG, ['error']],
  [HTTP_STATUS, HTTP_STATUS_NAMES],
  [GRPC_STATUS, ['rpc.grpc.status_code', 'grpc.status_code', 'rpc.response.status_code']],
  [KIND, ['span.kind']],
];

const UNSET = statusCode('unset');
const OK = statusCode('ok');
const ERROR = statusCode('error');
const SERVER = kindCode('server');
const CLIENT = kindCode('client');
/** Of gRPC: unknown, deadline exceeded, unimplemented, internal, unavailable, data loss. */
const SERVER_FAULTS: ReadonlySet<number> = new Set([2, 4, 12, 13, 14, 15]);
/** gRPC has 0 to 16. */
const LAST_GRPC_STATUS = 16;

/** Bytes of a value that are kept. */
const LONGEST_VALUE = 256;
/** No key that is looked for is longer: readAttributeNames sees to that, in UTF-8. */
const LONGEST_KEY = 400;
const SERVICE_NAME = 'service.name';

/** Attributes that several spans share, such as those of a resource: [attributes] their values. */
export type SharedAttributes = Uint16Array;

export class SpanFactsTable {
  /** Of the attributes that are kept. */
  readonly names: readonly string[];
  private readonly keys = new ByteInterner();
  private readonly meaning: number[] = [];
  /** [keys] attribute that is kept, -1 for none */
  private readonly attribute: number[] = [];
  /** By length: with which bytes keys of it begin and end, as bits. Most others are told by that. */
  private readonly firsts = new Uint32Array(LONGEST_KEY + 1);
  private readonly lasts = new Uint32Array(LONGEST_KEY + 1);
  private readonly values: readonly ByteInterner[];
  private readonly columns: Uint16Array[];
  private mark = new Uint8Array(0);

  /** Of the span that is being read. */
  private said = false;
  private status = UNSET;
  private failed = -1;
  private httpStatus = -1;
  private grpcStatus = -1;
  private kindOfSpan = 0;
  private readonly own: Uint16Array;

  /** {@link key} of the name of a service, in a resource. */
  readonly serviceKey: number;

  /** @param kept names of the attributes that are kept */
  constructor(kept: readonly string[]) {
    this.names = kept;
    this.values = kept.map(() => new ByteInterner());
    this.columns = kept.map(() => new Uint16Array(0));
    this.own = new Uint16Array(kept.length);
    this.serviceKey = this.addKey(SERVICE_NAME, NOTHING, -1);
    for (const [meaning, keys] of MEANINGS) for (const key of keys) this.addKey(key, meaning, -1);
    kept.forEach((name, i) => {
      for (const key of keysOf(name)) this.addKey(key, NOTHING, i);
    });
  }

  private addKey(key: string, meaning: number, attribute: number): number {
    const bytes = encodeUtf8(key);
    const index = this.keys.intern(bytes, 0, bytes.length);
    this.firsts[bytes.length]! |= bitOf(bytes[0]!);
    this.lasts[bytes.length]! |= bitOf(bytes.at(-1)!);
    this.meaning[index] ||= meaning;
    if ((this.attribute[index] ?? -1) < 0) this.attribute[index] = attribute;
    return index;
  }

  /** Names that an attribute that is kept goes by, and their {@link key}. */
  attributeKeys(): readonly (readonly [name: string, key: number])[] {
    return this.keys
      .texts()
      .flatMap((name, key) => (this.attribute[key]! < 0 ? [] : [[name, key] as const]));
  }

  /** Another span begins: what was said of one that was lost is forgotten. */
  startSpan(): void {
    if (this.said) this.forget();
  }

  private forget(): void {
    this.said = false;
    this.status = UNSET;
    this.failed = -1;
    this.httpStatus = -1;
    this.grpcStatus = -1;
    this.kindOfSpan = 0;
    this.own.fill(0);
  }

  /** @param status index into SPAN_STATUSES */
  sayStatus(status: number): void {
    if (status === UNSET) return;
    this.status = status;
    this.said = true;
  }

  /** An error flag of the span: whether it failed. */
  sayFailed(failed: boolean): void {
    this.failed = failed ? 1 : 0;
    this.said = true;
  }

  sayHttpStatus(status: number): void {
    if (!(status >= 100 && status < 600)) return;
    this.httpStatus = status;
    this.said = true;
  }

  sayGrpcStatus(status: number): void {
    if (!(status >= 0 && status <= LAST_GRPC_STATUS)) return;
    this.grpcStatus = status;
    this.said = true;
  }

  /** @param kind index into SPAN_KINDS */
  sayKind(kind: number): void {
    if (kind === 0) return;
    this.kindOfSpan = kind;
    this.said = true;
  }

  /** What an attribute's key is to {@link say} and {@link share}; -1 where its value is not wanted. */
  key(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    if (length > LONGEST_KEY || (this.firsts[length]! & bitOf(bytes[start]!)) === 0) return -1;
    if ((this.lasts[length]! & bitOf(bytes[end - 1]!)) === 0) return -1;
    return this.keys.find(bytes, start, end);
  }

  /** An attribute of the span that is being read. @param key of {@link key}, not -1 */
  say(key: number, bytes: Uint8Array, start: number, end: number): void {
    const meaning = this.meaning[key];
    // An error without a message is one.
    if (end === start && meaning !== ERROR_FLAG) return;
    this.said = true;
    switch (meaning) {
      case STATUS:
        this.sayStatus(readStatus(bytes, start, end));
        break;
      case ERROR_FLAG:
        this.failed = readFlag(bytes, start, end) ? 1 : 0;
        break;
      case HTTP_STATUS:
        this.sayHttpStatus(readNumber(bytes, start, end));
        break;
      case GRPC_STATUS:
        this.sayGrpcStatus(readGrpcStatus(bytes, start, end));
        break;
      case KIND:
        this.sayKind(readKind(bytes, start, end));
    }
    this.share(this.own, key, bytes, start, end);
  }

  /** For {@link share} and {@link fill}. */
  shared(): SharedAttributes {
    return new Uint16Array(this.names.length);
  }

  /** An attribute that several spans share. @param key of {@link key}, not -1 */
  share(into: SharedAttributes, key: number, bytes: Uint8Array, start: number, end: number): void {
    const attribute = this.attribute[key]!;
    if (attribute < 0 || end === start) return;
    into[attribute] = this.valueOf(attribute, bytes, start, end);
  }

  /** Gives shared attributes to the rows from `first` to `end` that have none of their own. */
  fill(shared: SharedAttributes, first: number, end: number): void {
    for (let i = 0; i < shared.length; i++) {
      const value = shared[i]!;
      if (value === 0 || end <= first) continue;
      const column = grown(this.columns[i]!, end);
      this.columns[i] = column;
      for (let row = first; row < end; row++) if (column[row] === 0) column[row] = value;
    }
  }

  private valueOf(attribute: number, bytes: Uint8Array, start: number, end: number): number {
    const values = this.values[attribute]!;
    const last = cutBehind(bytes, start, end);
    if (values.size < MAX_VALUES) return values.intern(bytes, start, last) + 1;
    const known = values.find(bytes, start, last);
    return known < 0 ? OTHER_VALUE : known + 1;
  }

  /** The span that is being read becomes this row. */
  addRow(row: number): void {
    if (!this.said) return;
    const mark = markOf(this.statusOfSpan(), this.kindOfSpan);
    if (mark !== 0) {
      this.mark = grown(this.mark, row + 1);
      this.mark[row] = mark;
    }
    for (let i = 0; i < this.own.length; i++) {
      const value = this.own[i]!;
      if (value === 0) continue;
      this.columns[i] = grown(this.columns[i]!, row + 1);
      this.columns[i]![row] = value;
    }
    this.forget();
  }

  /** Forgets the rows from this one on. */
  backTo(row: number): void {
    this.startSpan();
    this.mark.fill(0, row);
    for (const column of this.columns) column.fill(0, row);
  }

  /** Forgets all rows but these, ascending, which become the first ones. @param length rows so far */
  keepOnly(rows: Uint32Array, length: number): void {
    for (const column of [this.mark, ...this.columns]) {
      rows.forEach((row, i) => {
        if (i < column.length) column[i] = column[row] ?? 0;
      });
      column.fill(0, rows.length, length);
    }
  }

  private statusOfSpan(): number {
    const { kindOfSpan: kind } = this;
    if (this.status !== UNSET) return this.status;
    if (this.failed >= 0) return this.failed === 1 ? ERROR : UNSET;
    if (this.grpcStatus >= 0) {
      if (this.grpcStatus === 0) return OK;
      return kind !== SERVER || SERVER_FAULTS.has(this.grpcStatus) ? ERROR : UNSET;
    }
    // A client's request that was refused failed; a server that refuses one has done its work.
    const failsFrom = kind === CLIENT ? 400 : 500;
    if (this.httpStatus < 0) return UNSET;
    if (this.httpStatus >= failsFrom) return ERROR;
    return this.httpStatus < 400 ? OK : UNSET;
  }

  /** Columns of this many rows, without copying where there is room; undefined without any. */
  finish(rows: number): SpanFacts | undefined {
    const whole = <A extends Uint8Array | Uint16Array>(column: A): A =>
      grown(column, rows).subarray(0, rows) as A;
    const attributes = this.names.flatMap((name, i) => {
      const values = this.values[i]!.column();
      return this.columns[i]!.length === 0
        ? []
        : [{ name, value: whole(this.columns[i]!), values }];
    });
    if (this.mark.length === 0 && attributes.length === 0) return undefined;
    return { ...(this.mark.length === 0 ? {} : { mark: whole(this.mark) }), attributes };
  }

  /** Names of the attributes with more values than are kept, and spans whose value is not. */
  overflows(rows: number): readonly { readonly name: string; readonly spans: number }[] {
    return this.names.flatMap((name, i) => {
      if (this.values[i]!.size < MAX_VALUES) return [];
      const spans = this.columns[i]!.subarray(0, rows).reduce(
        (sum, value) => sum + (value === OTHER_VALUE ? 1 : 0),
        0,
      );
      return spans === 0 ? [] : [{ name, spans }];
    });
  }
}

const bitOf = (byte: number): number => 1 << (byte & 31);

/** Where a value is cut, between two characters of UTF-8. */
function cutBehind(bytes: Uint8Array, start: number, end: number): number {
  if (end - start <= LONGEST_VALUE) return end;
  let at = start + LONGEST_VALUE;
  while (at > start && (bytes[at]! & 0xc0) === 0x80) at -= 1;
  return at;
}
