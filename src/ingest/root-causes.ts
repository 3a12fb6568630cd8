/**
 * Root causes that labels files name: how a cell is read, and how the cells become a column of the
 * traces. Bounded, because such a file may come from anyone.
 */
import { decodeUtf8 } from '../base/bytes.ts';
import { stringCount } from '../trace/string-column.ts';
import { type RootCauses, type TraceSet, traceCount } from '../trace/trace-set.ts';
import { ByteInterner } from './byte-interner.ts';
import { plainName } from './column-names.ts';
import type { CsvRow } from './csv-rows.ts';

/** Different ones in a dataset: 16 bits, of which 0 is none. */
export const MOST_CAUSES = 0xffff - 1;
/** Characters. */
const LONGEST = 300;
const SPACE = 32;
/** What tools write into a cell that says nothing. */
const NOTHING: ReadonlySet<string> = new Set(['nan', 'none', 'null']);
const LONGEST_NOTHING = 4;

/** The cell that names root causes; -1 where the header has none. */
export const rootCauseCell = (header: readonly string[]): number =>
  header.findIndex((name) => plainName(name) === 'rootcause');

/** @returns where the cell's text begins and ends, empty where it names none; null if it is too long */
export function readRootCause(
  { bytes, start, end }: CsvRow,
  cell: number,
): readonly [start: number, end: number] | null {
  let [first, last] = [start[cell]!, end[cell]!];
  while (first < last && bytes[first] === SPACE) first += 1;
  while (first < last && bytes[last - 1] === SPACE) last -= 1;
  const length = last - first;
  const text = (): string => decodeUtf8(bytes.subarray(first, last));
  if (length <= LONGEST_NOTHING && NOTHING.has(text().toLowerCase())) return [first, first];
  return length > LONGEST && text().length > LONGEST ? null : [first, last];
}

/** The root causes of a dataset while labels are set on it. */
export class RootCauseColumn {
  private readonly names = new ByteInterner();
  private readonly of: Uint16Array;
  private isThere: boolean;

  /** Begins with those that the traces have. */
  constructor(traces: TraceSet) {
    const { rootCause } = traces;
    this.isThere = rootCause !== undefined;
    this.of = rootCause?.of.slice() ?? new Uint16Array(traceCount(traces));
    if (rootCause === undefined) return;
    const { bytes, offset } = rootCause.names;
    const codes = Array.from(
      { length: stringCount(rootCause.names) },
      (_, i) => 1 + this.names.intern(bytes, offset[i]!, offset[i + 1]!),
    );
    this.of.forEach((code, trace) => {
      if (code > 0) this.of[trace] = codes[code - 1]!;
    });
  }

  /**
   * An empty text takes away the one that is there.
   *
   * @returns false where it is one more than are kept, and the trace has none
   */
  set(trace: number, bytes: Uint8Array, start: number, end: number): boolean {
    this.of[trace] = 0;
    if (start === end) return true;
    if (this.names.size >= MOST_CAUSES && this.names.find(bytes, start, end) < 0) return false;
    this.of[trace] = 1 + this.names.intern(bytes, start, end);
    this.isThere = true;
    return true;
  }

  /** Undefined where no trace ever had one. */
  finish(): RootCauses | undefined {
    if (!this.isThere) return undefined;
    const { bytes, offset } = this.names.column();
    return { of: this.of, names: { bytes: bytes.slice(), offset: offset.slice() } };
  }
}
