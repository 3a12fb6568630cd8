/**
 * CSV (RFC 4180) as bytes: chunks of a file in, rows of cell positions out. No string per cell.
 * Quoted cells with "" escapes, CRLF, a byte order mark and empty lines are understood.
 */
import { grown } from '../base/bytes.ts';

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const QUOTE = 34;
const COMMA = 44;

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
  let atFileStart = true;
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
  };

  const drain = (final: boolean): void => {
    let from = 0;
    if (atFileStart && (filled >= 3 || final)) {
      atFileStart = false;
      if (buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf) from = 3;
    }
    while (!atFileStart && from < filled) {
      if (skipping) {
        const lineFeed = buffer.subarray(0, filled).indexOf(LINE_FEED, from);
        from = lineFeed < 0 ? filled : lineFeed + 1;
        if (lineFeed < 0) break;
        line += 1;
        skipping = false;
        continue;
      }
      const next = scanRow(row, buffer, from, filled, final);
      row.line = line;
      if ((next < 0 ? filled : next) - from > MAX_ROW_BYTES) {
        row.fault = 'too-long';
        skipping = true;
        onRow(row);
        continue;
      }
      if (next < 0) break;
      line += row.quoted ? countLineFeeds(buffer, from, next) : 1;
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
      while (at < filled && bytes[at] !== COMMA && bytes[at] !== LINE_FEED) at += 1;
      const clean = at === tail || (at === tail + 1 && bytes[tail] === CARRIAGE_RETURN);
      if (!clean) row.fault = 'bad-quoting';
    } else {
      for (; at < filled; at++) {
        const byte = bytes[at];
        if (byte === COMMA || byte === LINE_FEED) break;
      }
      end = at;
    }
    const ended = at >= filled;
    if (ended && !final) return -1;
    const last = ended || bytes[at] === LINE_FEED;
    if (last && end === at && end > start && bytes[end - 1] === CARRIAGE_RETURN) end -= 1;
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

function countLineFeeds(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) if (bytes[at] === LINE_FEED) count += 1;
  return count;
}
