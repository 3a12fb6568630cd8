/**
 * Where every format's spans end up: growing columns and the dictionaries of their names and ids.
 */
import { grown } from '../base/bytes.ts';
import { DEFAULT_ATTRIBUTES } from '../trace/kept-attributes.ts';
import { NO_PARENT, type SpanColumns } from '../trace/span-columns.ts';
import { ByteInterner } from './byte-interner.ts';
import { IdWritings } from './id-writings.ts';
import { NameEncoding } from './name-encoding.ts';
import { SpanFactsTable } from './span-facts-table.ts';

/** Part of the columns, see {@link SpanTable.add}; rows count from 0. */
export interface SpanLinks {
  readonly trace: Uint32Array;
  /** The first trace of the file. */
  readonly firstTrace: number;
  readonly span: Uint32Array;
  readonly parent: Uint32Array;
  readonly service: Uint32Array;
}

export interface TableMark {
  readonly file: number;
  readonly added: number;
}

export class SpanTable {
  readonly traceIds = new ByteInterner();
  readonly spanIds = new ByteInterner();
  readonly services = new ByteInterner();
  readonly operations = new ByteInterner();
  /** Ids of the present file that are written with other leading zeros than before. */
  private readonly writings = new IdWritings(this.traceIds, this.spanIds);
  private readonly encodings = [
    new NameEncoding(this.services),
    new NameEncoding(this.operations),
  ] as const;
  /** Told of a span before it is added. */
  readonly facts: SpanFactsTable;
  length = 0;
  /** Spans so far, those among them that have left the table. */
  added = 0;
  /** Called by {@link settle} from so many rows on. */
  private onFull: (() => void) | null = null;
  /** Told before rows leave, so that what is to be said of them is said. */
  private beforeFull: () => void = () => {};
  private fullAt = Number.POSITIVE_INFINITY;
  private file = -1;
  /** First row of the present file. */
  private fileStart = 0;
  private capacity = 0;
  private trace = new Uint32Array(0);
  private span = new Uint32Array(0);
  private parent = new Uint32Array(0);
  private service = new Uint32Array(0);
  private operation = new Uint32Array(0);
  private startUs = new Float64Array(0);
  private durationUs = new Float64Array(0);
  private label = new Uint8Array(0);
  private fileOf = new Uint16Array(0);
  private line = new Uint32Array(0);

  /** @param keptAttributes names */
  constructor(keptAttributes: readonly string[] = DEFAULT_ATTRIBUTES) {
    this.facts = new SpanFactsTable(keptAttributes);
  }

  /** Spans added from here on belong to the next file; equal trace ids of two files differ. */
  startFile(): void {
    this.file += 1;
    this.fileStart = this.length;
    this.traceIds.startScope();
    this.writings.startFile(this.length);
    this.facts.startSpan();
  }

  /** How far the table is, for {@link backTo}. */
  mark(): TableMark {
    return { file: this.file, added: this.added };
  }

  /** Makes text of the present file's names that are not UTF-8. @returns those names */
  decodeNames(): string[] {
    const [services, operations] = this.encodings;
    return [
      ...services.decode(this.service.subarray(this.fileStart, this.length)),
      ...operations.decode(this.operation.subarray(this.fileStart, this.length)),
    ];
  }

  /** Forgets the spans of a file that could not be read after all, as far as they are still here. */
  backTo({ file, added }: TableMark): void {
    this.added = added;
    if (this.file === file) return;
    this.length = this.fileStart;
    this.file = file;
    this.facts.backTo(this.length);
  }

  /** From here on {@link settle} calls `onFull`, which may {@link keepOnly} some rows. */
  drainAt(rows: number, onFull: () => void): void {
    this.fullAt = rows;
    this.onFull = onFull;
  }

  beforeDrain(say: () => void): void {
    this.beforeFull = say;
  }

  /**
   * The reader has no more to say of the rows that are here, and holds no number of a row, a trace or
   * a span; numbers of services, operations and attributes stay valid.
   *
   * @returns whether rows may have left
   */
  settle(): boolean {
    if (this.length < this.fullAt || this.onFull === null) return false;
    this.beforeFull();
    this.onFull();
    return true;
  }

  /**
   * Forgets all rows but these, ascending, which become the first ones, and the ids that they do not
   * have.
   *
   * @returns [traces] the number from now on of each trace, GONE where no row stays
   */
  keepOnly(rows: Uint32Array): Uint32Array {
    const { length, trace, span, parent } = this;
    const isTrace = new Uint8Array(this.traceIds.size);
    const isSpan = new Uint8Array(this.spanIds.size);
    for (const row of rows) {
      isTrace[trace[row]!] = 1;
      isSpan[span[row]!] = 1;
      if (parent[row]! !== NO_PARENT) isSpan[parent[row]!] = 1;
    }
    const traceNumber = this.traceIds.keepOnly(isTrace);
    const spanNumber = this.spanIds.keepOnly(isSpan);
    let fileStart = rows.length;
    for (let i = rows.length - 1; i >= 0; i--) {
      const row = rows[i]!;
      if (row >= this.fileStart) fileStart = i;
    }
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i]!;
      const above = parent[row]!;
      trace[i] = traceNumber[trace[row]!]!;
      span[i] = spanNumber[span[row]!]!;
      parent[i] = above === NO_PARENT ? NO_PARENT : spanNumber[above]!;
      this.service[i] = this.service[row]!;
      this.operation[i] = this.operation[row]!;
      this.startUs[i] = this.startUs[row]!;
      this.durationUs[i] = this.durationUs[row]!;
      this.label[i] = this.label[row]!;
      this.fileOf[i] = this.fileOf[row]!;
      this.line[i] = this.line[row]!;
    }
    this.facts.keepOnly(rows, length);
    this.length = rows.length;
    this.fileStart = fileStart;
    this.writings.startFile(this.length);
    return traceNumber;
  }

  /**
   * @param trace      index in {@link traceIds}
   * @param span       index in {@link spanIds}
   * @param parent     index in {@link spanIds}, or NO_PARENT
   * @param service    index in {@link services}
   * @param operation  index in {@link operations}
   * @param startUs    microseconds since the epoch, NaN where unknown
   * @param durationUs microseconds, finite and not negative
   * @param label      index into LABELS
   * @param line       1-based line, or ordinal in a JSON file
   */
  add(
    trace: number,
    span: number,
    parent: number,
    service: number,
    operation: number,
    startUs: number,
    durationUs: number,
    label: number,
    line: number,
  ): void {
    const row = this.length;
    if (row === this.capacity) this.grow();
    this.trace[row] = trace;
    this.span[row] = span;
    this.parent[row] = parent;
    this.service[row] = service;
    this.operation[row] = operation;
    this.startUs[row] = startUs;
    this.durationUs[row] = durationUs;
    this.label[row] = label;
    this.fileOf[row] = this.file;
    this.line[row] = line;
    this.facts.addRow(row);
    this.length = row + 1;
    this.added += 1;
    if (this.writings.areTold()) this.writings.addRow(row, trace, span, parent);
  }

  /** Files all spans from row `first` on under one service, for formats that name it afterwards. */
  fillService(first: number, service: number): void {
    this.service.fill(service, first, this.length);
  }

  /** Mends the duration of a span that is there already. */
  setDuration(row: number, durationUs: number): void {
    this.durationUs[row] = durationUs;
  }

  /** Whether a span that is there already has these names and times. */
  isSame(row: number, operation: number, startUs: number, durationUs: number): boolean {
    return (
      this.operation[row] === operation &&
      this.startUs[row] === startUs &&
      this.durationUs[row] === durationUs
    );
  }

  operationOf(row: number): number {
    return this.operation[row]!;
  }

  /** Columns from row `first` on, for formats that link spans afterwards: to be written to. */
  linksFrom(first: number): SpanLinks {
    const { length, traceIds } = this;
    return {
      trace: this.trace.subarray(first, length),
      firstTrace: traceIds.firstOfScope,
      span: this.span.subarray(first, length),
      parent: this.parent.subarray(first, length),
      service: this.service.subarray(first, length),
    };
  }

  /** Spans of the present file that write an id of their trace with other leading zeros. */
  rowsWrittenOtherwise(): number[] {
    return this.writings.rows(this.trace, this.span, this.parent, this.length);
  }

  lineOf(row: number): number {
    return this.line[row]!;
  }

  traceIdOf(row: number): string {
    return this.traceIds.text(this.trace[row]!);
  }

  /** The columns so far, without copying: valid until the next {@link add}. */
  columns(): SpanColumns {
    const { length } = this;
    const facts = this.facts.finish(length);
    return {
      length,
      trace: this.trace.subarray(0, length),
      span: this.span.subarray(0, length),
      parent: this.parent.subarray(0, length),
      spanIdCount: this.spanIds.size,
      spanIds: this.spanIds.column(),
      service: this.service.subarray(0, length),
      operation: this.operation.subarray(0, length),
      startUs: this.startUs.subarray(0, length),
      durationUs: this.durationUs.subarray(0, length),
      label: this.label.subarray(0, length),
      file: this.fileOf.subarray(0, length),
      line: this.line.subarray(0, length),
      services: this.services.texts(),
      operations: this.operations.texts(),
      traceIds: this.traceIds.column(),
      ...(facts && { facts }),
    };
  }

  private grow(): void {
    this.capacity = Math.max(4096, 2 * this.capacity);
    this.trace = grown(this.trace, this.capacity);
    this.span = grown(this.span, this.capacity);
    this.parent = grown(this.parent, this.capacity);
    this.service = grown(this.service, this.capacity);
    this.operation = grown(this.operation, this.capacity);
    this.startUs = grown(this.startUs, this.capacity);
    this.durationUs = grown(this.durationUs, this.capacity);
    this.label = grown(this.label, this.capacity);
    this.fileOf = grown(this.fileOf, this.capacity);
    this.line = grown(this.line, this.capacity);
  }
}
