/**
 * Tables as they are written for reading, turned into such as programs write: with lines drawn between
 * their rows (psql, mysql, Markdown), or with comments or a title before their header. What is taken
 * off leaves an empty line, so that rows keep their numbers.
 */
import { decodeUtf8, encodeUtf8, grown } from '../base/bytes.ts';
import type { Failure } from '../base/result.ts';
import { countCells, tellDialect } from './csv-dialect.ts';
import { LINE_FEED } from './json-bytes.ts';
import type { ByteDecoder, OnBytes } from './unpacking.ts';

/** How a text has a table in it. */
export interface FramedTable {
  /** Lines before its header, none of them a row. */
  readonly preamble: number;
  /** Whether its cells stand between pipes, with lines drawn between rows. */
  readonly isDrawn: boolean;
}

/** +----+----+ of mysql, ----+---- of psql, |:---|---:| of Markdown. */
const RULER = /^\s*[|+]?\s*:?-+:?\s*([|+]\s*:?-+:?\s*)+[|+]?\s*$/;
/** What clients write below a table. */
const FOOTER = /^\(\d+ rows?\)\s*$|^\d+ rows? in set\b|^Time: [\d.]+ ms/;
const COMMENT = /^(#|\/\/|--)/;
/** Lines of InfluxDB before a header, which have as many cells as that. */
const ANNOTATION = /^#(datatype|group|default)\b/;
/** Lines that are looked at, and the cells that a header has at least. */
const MOST_LINES = 40;
const FEWEST_CELLS = 3;

/** Null where the text is no such table, or one that needs nothing taken off. */
export function framedTable(text: string): FramedTable | null {
  const lines = text.split('\n', MOST_LINES);
  const ruler = lines.findIndex((line) => RULER.test(line));
  if (ruler >= 0) {
    // mysql draws a line above the header, too.
    const header = lines[ruler]!.trim().startsWith('+') ? ruler + 1 : ruler - 1;
    const isTable = header >= 0 && (lines[header] ?? '').includes('|');
    if (isTable) return { preamble: header, isDrawn: true };
  }
  const preamble = linesBefore(lines);
  return preamble > 0 ? { preamble, isDrawn: false } : null;
}

/** Lines of comments, or a title, before the first line that has cells as those below it have. */
function linesBefore(lines: readonly string[]): number {
  const cells = lines.map(cellsIn);
  const isRow = (line: number): boolean =>
    cells[line]! >= FEWEST_CELLS && (cells[line + 1] ?? 0) === cells[line];
  let line = 0;
  while (line < lines.length && COMMENT.test(lines[line]!)) {
    // A header may begin with the mark of a comment itself.
    if (!ANNOTATION.test(lines[line]!) && isRow(line) && !COMMENT.test(lines[line + 1]!)) break;
    line += 1;
  }
  if (line > 0) return (lines[line] ?? '').trim() === '' ? 0 : line;
  while (line < lines.length && !isRow(line)) line += 1;
  const isTitle = lines.slice(0, line).every((each) => cellsIn(each) < FEWEST_CELLS);
  return line < lines.length && isTitle && isRow(line + 1) ? line : 0;
}

function cellsIn(line: string): number {
  const bytes = encodeUtf8(line);
  const dialect = tellDialect(bytes, true);
  return dialect === null ? 0 : countCells(bytes, dialect.start, dialect);
}

const PIPE = 124;

/** The rows of such a table, as a table that has nothing around it. */
export function createUnframed({ preamble, isDrawn }: FramedTable, next: OnBytes): ByteDecoder {
  let held = new Uint8Array(0);
  let filled = 0;
  let line = 0;

  const onLine = (bytes: Uint8Array): Failure | null => {
    const isRow = line >= preamble;
    line += 1;
    if (!isRow) return next(LINE_END);
    return next(isDrawn ? plainRow(bytes) : bytes);
  };
  return {
    push: (chunk) => {
      if (!isDrawn && line >= preamble && filled === 0) return next(chunk);
      held = grown(held, filled + chunk.length);
      held.set(chunk, filled);
      filled += chunk.length;
      let from = 0;
      for (;;) {
        const end = held.subarray(0, filled).indexOf(LINE_FEED, from);
        if (end < 0) break;
        const failure = onLine(held.slice(from, end + 1));
        if (failure) return failure;
        from = end + 1;
      }
      held.copyWithin(0, from, filled);
      filled -= from;
      return null;
    },
    finish: () => (filled > 0 ? onLine(held.slice(0, filled)) : null),
  };
}

const LINE_END = Uint8Array.of(LINE_FEED);

/** Without the pipes at both ends; empty where it is a ruler or a footer. */
function plainRow(bytes: Uint8Array): Uint8Array {
  const text = decodeUtf8(bytes);
  if (RULER.test(text) || FOOTER.test(text)) return LINE_END;
  const isTerminated = bytes.at(-1) === LINE_FEED;
  let from = 0;
  let to = bytes.length;
  while (to > from && isSpace(bytes[to - 1]!)) to -= 1;
  while (from < to && isSpace(bytes[from]!)) from += 1;
  // psql writes none at the ends, and leaves a last cell that is empty to its pipe.
  const isClosed = bytes[from] === PIPE && bytes[to - 1] === PIPE && to - from > 1;
  const cells = isClosed ? bytes.slice(from + 1, to - 1) : bytes.slice(0, to);
  if (!isTerminated) return cells;
  const row = new Uint8Array(cells.length + 1);
  row.set(cells);
  row[cells.length] = LINE_FEED;
  return row;
}

const isSpace = (byte: number): boolean => byte === 32 || (byte >= 9 && byte <= 13);
