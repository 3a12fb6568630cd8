/**
 * CSV (RFC 4180) as bytes: chunks of a file in, rows of cell positions out. No string per cell.
 * Quoted cells with "" escapes, any separator (see {@link tellDialect}), lines that end in carriage
 * returns, a byte order mark and empty lines are understood.
 */
import { grown } from '../base/bytes.ts';
import { COMMA, type CsvDialect, tellDialect } from './csv-dialect.ts';

const CARRIAGE_RETURN = 13;
const QUOTE = 34;

/** A longer record is not a row: most likely a quote that is never closed. */
export const MAX_ROW_BYTES = 1024 * 1024;
/** Further cells of a row are counted, but their places are not kept. */
export const MAX_CELLS = 512;

/** What is wrong with a row before anyone looks at its cells. */
export type RowFault = 'none' | 'bad-quoting' | 'too-long' | 'cut-off';

/** One row; the object and its arrays are reused for the next. */
export interface CsvRow {
  /** Cell i is `bytes[start[i]..end[i])`, quotes and escapes already taken away. */
  bytes: Uint8Array;
  readonly start: Uint32Array;
  readonly end: Uint32Array;
  cellCount: number;
  /** 1-based line on which the row begins. */
  line: number;
  /** `cut-off`: the file ends inside a quoted cell. */
  fault: RowFault;
  /** The file ends without a line feed here, so the row may be cut off. */
  unterminated: boolean;
  /** Cells are not separated by commas, so a comma in a number is its decimal point. */
  decimalComma: boolean;
}

export interface CsvRows {
  /** Calls `onRow` for each row that is now complete; empty lines are no rows. */
  push(chunk: Uint8Array): void;
  finish(): void;
}

export function createCsvRows(onRow: (row: CsvRow) => void): CsvRows {
  let buffer = new Uint8Array(0);
  let filled = 0;
  let line = 1;
  let dialect: CsvDialect | null = null;
  /** After a record that was too long: nothing counts until the next line feed. */
  let skipping = false;
  const row: ScannedRow = {
    bytes: buffer,
    start: new Uint32Array(MAX_CELLS),
    end: new Uint32Array(MAX_CELLS),
    escaped: new Uint8Array(MAX_CELLS),
    quoted: false,
    cellCount: 0,
    line: 1,
    fault: 'none',
    unterminated: false,
    decimalComma: false,
  };

  const drain = (final: boolean): void => {
    let from = 0;
    if (dialect === null) {
      dialect = tellDialect(buffer.subarray(0, filled), final);
      if (dialect === null) return;
      from = dialect.start;
      line += dialect.lines;
      row.decimalComma = dialect.separator !== COMMA;
    }
    const { separator, lineEnd } = dialect;
    while (from < filled) {
      if (skipping) {
        const end = buffer.subarray(0, filled).indexOf(lineEnd, from);
        from = end < 0 ? filled : end + 1;
        if (end < 0) break;
        line += 1;
        skipping = false;
        continue;
      }
      const next = scanRow(row, buffer, from, filled, final, separator, lineEnd);
      row.line = line;
      if ((next < 0 ? filled : next) - from > MAX_ROW_BYTES) {
        row.fault = 'too-long';
        skipping = true;
        onRow(row);
        continue;
      }
      if (next < 0) break;
      line += row.quoted ? countLines(buffer, from, next, lineEnd) : 1;
      const empty = row.cellCount === 1 && !row.quoted && row.start[0] === row.end[0];
      if (!empty) {
        if (row.quoted) unescapeCells(row);
        onRow(row);
      }
      from = next;
    }
    buffer.copyWithin(0, from, filled);
    filled -= from;
  };

  return {
    push: (chunk) => {
      buffer = grown(buffer, filled + chunk.length);
      buffer.set(chunk, filled);
      filled += chunk.length;
      drain(false);
    },
    finish: () => drain(true),
  };
}

interface ScannedRow extends CsvRow {
  /** 1 where the cell holds "" escapes. */
  readonly escaped: Uint8Array;
  /** Whether any cell is quoted: only then can a row hold escapes or line feeds. */
  quoted: boolean;
}

/**
 * Finds the cells of the row that begins at `from`. Changes no byte, because an incomplete row is
 * scanned again when more has come.
 *
 * @returns where the next row begins, -1 if this one is not complete yet
 */
function scanRow(
  row: ScannedRow,
  bytes: Uint8Array,
  from: number,
  filled: number,
  final: boolean,
  separator: number,
  lineEnd: number,
): number {
  row.bytes = bytes;
  row.cellCount = 0;
  row.quoted = false;
  row.fault = 'none';
  row.unterminated = false;
  let at = from;
  for (;;) {
    let start = at;
    let end: number;
    let escaped = 0;
    if (at < filled && bytes[at] === QUOTE) {
      row.quoted = true;
      at += 1;
      start = at;
      for (;;) {
        while (at < filled && bytes[at] !== QUOTE) at += 1;
        // Whether a quote closes the cell is only known from the byte after it.
        if (at + 1 >= filled) {
          if (!final) return -1;
          break;
        }
        if (bytes[at + 1] !== QUOTE) break;
        escaped = 1;
        at += 2;
      }
      end = Math.min(at, filled);
      if (at >= filled) row.fault = 'cut-off';
      at = Math.min(at + 1, filled);
      const tail = at;
      while (at < filled && bytes[at] !== separator && bytes[at] !== lineEnd) at += 1;
      if (withoutReturns(bytes, tail, at) !== tail) row.fault = 'bad-quoting';
    } else {
      for (; at < filled; at++) {
        const byte = bytes[at];
        if (byte === separator || byte === lineEnd) break;
      }
      end = at;
    }
    const ended = at >= filled;
    if (ended && !final) return -1;
    const last = ended || bytes[at] === lineEnd;
    if (last && end === at) end = withoutReturns(bytes, start, end);
    const cell = row.cellCount;
    if (cell < MAX_CELLS) {
      row.start[cell] = start;
      row.end[cell] = end;
      row.escaped[cell] = escaped;
    }
    row.cellCount = cell + 1;
    if (last) {
      row.unterminated = ended;
      return ended ? filled : at + 1;
    }
    at += 1;
  }
}

/** Turns "" into " within the cells, in place. */
function unescapeCells({ bytes, start, end, escaped, cellCount }: ScannedRow): void {
  for (let cell = 0; cell < Math.min(cellCount, MAX_CELLS); cell++) {
    if (escaped[cell] === 0) continue;
    let to = start[cell]!;
    for (let at = to; at < end[cell]!; at++) {
      bytes[to] = bytes[at]!;
      to += 1;
      if (bytes[at] === QUOTE) at += 1;
    }
    end[cell] = to;
  }
}

/** Files that Windows has translated twice end their lines in two carriage returns. */
function withoutReturns(bytes: Uint8Array, start: number, end: number): number {
  while (end > start && bytes[end - 1] === CARRIAGE_RETURN) end -= 1;
  return end;
}

function countLines(bytes: Uint8Array, from: number, to: number, lineEnd: number): number {
  let count = 0;
  for (let at = from; at < to; at++) if (bytes[at] === lineEnd) count += 1;
  return count;
}
