/**
 * Labels that come apart from their traces, and are set on them by id.
 */
import { grown } from '../base/bytes.ts';
import type { LedgerBuilder } from '../trace/ledger.ts';
import { decodeString } from '../trace/string-column.ts';
import { type TraceSet, traceCount } from '../trace/trace-set.ts';
import { ByteInterner } from './byte-interner.ts';

/** Labels by trace id; the last word on an id counts. */
export class TraceLabels {
  private readonly ids = new ByteInterner();
  private readonly fileNames: string[] = [];
  private label = new Uint8Array(64);
  private line = new Uint32Array(64);
  private file = new Uint16Array(64);

  get size(): number {
    return this.ids.size;
  }

  startFile(fileName: string): void {
    this.fileNames.push(fileName);
  }

  /** @param label index into LABELS */
  set(bytes: Uint8Array, start: number, end: number, label: number, line: number): void {
    const id = this.ids.internId(bytes, start, end);
    this.label = grown(this.label, id + 1);
    this.line = grown(this.line, id + 1);
    this.file = grown(this.file, id + 1);
    this.label[id] = label;
    this.line[id] = line;
    this.file[id] = this.fileNames.length - 1;
  }

  /** The same traces, labelled; ids that none of them has go into the ledger. */
  applyTo(traces: TraceSet, ledger: LedgerBuilder): TraceSet {
    if (this.size === 0) return traces;
    const label = traces.label.slice();
    const matched = new Uint8Array(this.size);
    const { bytes, offset } = traces.traceIds;
    for (let trace = 0; trace < traceCount(traces); trace++) {
      const id = this.ids.findId(bytes, offset[trace]!, offset[trace + 1]!);
      if (id < 0) continue;
      label[trace] = this.label[id]!;
      matched[id] = 1;
    }
    const column = this.ids.column();
    for (let id = 0; id < matched.length; id++) {
      if (matched[id] === 1) continue;
      ledger.add('unmatched-label', 1, () => ({
        file: this.fileNames[this.file[id]!] ?? '',
        line: this.line[id]!,
        traceId: decodeString(column, id).slice(0, 200),
      }));
    }
    return { ...traces, label };
  }
}
