/**
 * How a table is written, told from its first bytes: what separates its cells, what ends its lines.
 * Spreadsheets write semicolons where the decimal point is a comma, and may name the separator in a
 * first line of its own, "sep=;".
 */

export interface CsvDialect {
  /** The byte between two cells. */
  readonly separator: number;
  /** The byte that ends a line: a line feed, or the carriage return of old Macs. */
  readonly lineEnd: number;
  /** Where the header begins: behind a byte order mark, empty lines and a "sep=" line. */
  readonly start: number;
  /** Lines before the header. */
  readonly lines: number;
}

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const QUOTE = 34;
export const COMMA = 44;
/** Comma, tab, semicolon, pipe: where two are equally frequent, the first. */
const SEPARATORS = [COMMA, 9, 59, 124] as const;
/** A first line longer than this has ended, or the file is no table. */
const LONGEST_FIRST_LINE = 64 * 1024;
/** `sep=;`, also in quotes. */
const SEPARATOR_LINE = /^"?sep=([^\w\r\n"]|\\t)"?\r*$/i;

/** Null while too little has come to tell. */
export function tellDialect(bytes: Uint8Array, whole: boolean): CsvDialect | null {
  const enough = whole || bytes.length >= LONGEST_FIRST_LINE;
  if (bytes.length < 3 && !whole) return null;
  let start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  let lines = 0;
  for (; bytes[start] === LINE_FEED || bytes[start] === CARRIAGE_RETURN; start++) {
    if (bytes[start] === LINE_FEED) lines += 1;
  }
  const lineFeed = bytes.indexOf(LINE_FEED, start);
  if (lineFeed < 0 && !enough) return null;
  const lineEnd =
    lineFeed < 0 && bytes.indexOf(CARRIAGE_RETURN, start) >= 0 ? CARRIAGE_RETURN : LINE_FEED;
  const firstEnd = endOfLine(bytes, start, lineEnd);
  const first = String.fromCharCode(...bytes.subarray(start, Math.min(firstEnd, start + 16)));
  const named = firstEnd - start <= 16 ? SEPARATOR_LINE.exec(first)?.[1] : undefined;
  if (named === undefined) {
    return { separator: mostFrequent(bytes, start, lineEnd), lineEnd, start, lines };
  }
  const separator = named === '\\t' ? 9 : named.charCodeAt(0);
  return { separator, lineEnd, start: Math.min(firstEnd + 1, bytes.length), lines: lines + 1 };
}

/** The separator that stands most often outside of quotes in the line that begins at `start`. */
function mostFrequent(bytes: Uint8Array, start: number, lineEnd: number): number {
  const counts = SEPARATORS.map((separator) => countCells(bytes, start, { separator, lineEnd }));
  return SEPARATORS[counts.indexOf(Math.max(...counts))]!;
}

/** Cells of the line that begins at `start`. */
export function countCells(
  bytes: Uint8Array,
  start: number,
  { separator, lineEnd }: Pick<CsvDialect, 'separator' | 'lineEnd'>,
): number {
  let cells = 1;
  let quoted = false;
  const end = Math.min(bytes.length, start + LONGEST_FIRST_LINE);
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) quoted = !quoted;
    else if (quoted) continue;
    else if (byte === separator) cells += 1;
    else if (byte === lineEnd) break;
  }
  return cells;
}

const endOfLine = (bytes: Uint8Array, start: number, lineEnd: number): number => {
  const end = bytes.indexOf(lineEnd, start);
  return end < 0 ? bytes.length : end;
};
