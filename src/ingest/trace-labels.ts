/**
 * Labels that come apart from their traces, and are set on them by id.
 */
import { grown } from '../base/bytes.ts';
import type { LedgerBuilder, LedgerExample } from '../trace/ledger.ts';
import { decodeString } from '../trace/string-column.ts';
import { type TraceSet, traceCount } from '../trace/trace-set.ts';
import { ByteInterner } from './byte-interner.ts';
import { RootCauseColumn } from './root-causes.ts';

/** Codes of causes: what no file says of a trace stays as it is. */
const UNSAID = 0;
const FIRST_CAUSE = 1;

/** Labels by trace id; the last word on an id counts. */
export class TraceLabels {
  private readonly ids = new ByteInterner();
  private readonly causes = new ByteInterner();
  private readonly fileNames: string[] = [];
  /** {@link FIRST_CAUSE} + index into {@link causes}, or {@link UNSAID}. */
  private cause = new Uint32Array(0);
  private label = new Uint8Array(64);
  private line = new Uint32Array(64);
  private file = new Uint16Array(64);

  get size(): number {
    return this.ids.size;
  }

  startFile(fileName: string): void {
    this.fileNames.push(fileName);
  }

  /**
   * @param label index into LABELS
   * @returns     the index of the trace id
   */
  set(bytes: Uint8Array, start: number, end: number, label: number, line: number): number {
    const id = this.ids.internId(bytes, start, end);
    this.label = grown(this.label, id + 1);
    this.line = grown(this.line, id + 1);
    this.file = grown(this.file, id + 1);
    this.label[id] = label;
    this.line[id] = line;
    this.file[id] = this.fileNames.length - 1;
    return id;
  }

  /** What a file names as the root cause of a trace; an empty text is none. */
  setCause(id: number, bytes: Uint8Array, start: number, end: number): void {
    this.cause = grown(this.cause, id + 1);
    this.cause[id] = FIRST_CAUSE + this.causes.intern(bytes, start, end);
  }

  /** The same traces, labelled; ids that none of them has go into the ledger. */
  applyTo(traces: TraceSet, ledger: LedgerBuilder): TraceSet {
    if (this.size === 0) return traces;
    const label = traces.label.slice();
    const matched = new Uint8Array(this.size);
    const rootCauses = new RootCauseColumn(traces);
    const texts = this.causes.column();
    const { bytes, offset } = traces.traceIds;
    for (let trace = 0; trace < traceCount(traces); trace++) {
      const id = this.ids.findId(bytes, offset[trace]!, offset[trace + 1]!);
      if (id < 0) continue;
      label[trace] = this.label[id]!;
      matched[id] = 1;
      const cause = this.cause[id] ?? UNSAID;
      if (cause === UNSAID) continue;
      const text = cause - FIRST_CAUSE;
      const kept = rootCauses.set(trace, texts.bytes, texts.offset[text]!, texts.offset[text + 1]!);
      if (!kept) ledger.add('unknown-label', 1, () => this.placeOf(id));
    }
    for (let id = 0; id < matched.length; id++) {
      if (matched[id] === 0) ledger.add('unmatched-label', 1, () => this.placeOf(id));
    }
    const rootCause = rootCauses.finish();
    return { ...traces, label, ...(rootCause && { rootCause }) };
  }

  private placeOf(id: number): LedgerExample {
    return {
      file: this.fileNames[this.file[id]!] ?? '',
      line: this.line[id]!,
      traceId: decodeString(this.ids.column(), id).slice(0, 200),
    };
  }
}
