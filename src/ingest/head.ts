/**
 * How a file begins, as the formats look at it to recognise their own: its bytes, and what they are
 * as text, as a table and as JSON, each worked out once, when the first format asks.
 */
import { decodeUtf8, encodeUtf8 } from '../base/bytes.ts';
import { cellNamed, isHeaderless } from './column-names.ts';
import { COMMA, countCells, tellDialect } from './csv-dialect.ts';
import { createCsvRows } from './csv-rows.ts';
import { headerOf } from './csv-spans.ts';
import { LIST_OPEN, OBJECT_OPEN, SHORTEST_HOLE } from './json-bytes.ts';
import { type JsonOutline, outlineJson } from './json-outline.ts';
import { skipSpaces } from './json-plain.ts';

/** What every file is before a format has looked: `literal` is JSON without an object or a list. */
export type HeadKind = 'empty' | 'binary' | 'json' | 'markup' | 'literal' | 'text';

export interface Head {
  readonly bytes: Uint8Array;
  /** Whether that is all of the file. */
  readonly whole: boolean;
  readonly kind: HeadKind;
  /** Without byte order mark and leading white space; empty where it is binary. */
  readonly text: string;
  /** Cells of the first row, where it is a table with any separator between its cells; else null. */
  readonly header: readonly string[] | null;
  /** Without a way where it is not JSON. */
  readonly json: JsonOutline;
}

/** Share of the rows of a table that have as many cells as its header. */
const EVEN_ROWS = 0.9;
/** An object, or a list as JSON has it: a log's line may begin with [main] or [2024-05-06 07:08]. */
const JSON_START = /^(\{|\[\s*($|[[{\]",}]|-?\d[\d.eE+-]*\s*($|[,\]])|(true|false|null|NaN)\b))/;
const LITERAL = /^(null|true|false|-?\d+(\.\d+)?|"[^"]*")\s*$/;
const NO_JSON: JsonOutline = {
  ways: new Set(),
  values: new Set(),
  lists: new Set(),
  failure: null,
  cutAt: null,
};

/**
 * @param bytes the first of the unpacked file
 * @param whole whether that is all of it
 */
export function lookAt(fileName: string, bytes: Uint8Array, whole: boolean): Head {
  const isBinary = once(() => looksBinary(bytes));
  const text = once(() =>
    isBinary()
      ? ''
      : decodeUtf8(withoutHoles(bytes) ?? bytes)
          .replace(/^\uFEFF/, '')
          .trimStart(),
  );
  const kind = once((): HeadKind => {
    if (isBinary()) return 'binary';
    if (beginsAsJson(bytes)) return 'json';
    if (text() === '') return 'empty';
    if (JSON_START.test(text())) return 'json';
    if (text().startsWith('<')) return 'markup';
    return whole && LITERAL.test(text()) ? 'literal' : 'text';
  });
  const header = once(() => (kind() === 'text' ? tableHeader(bytes, whole) : null));
  const json = once(() => (kind() === 'json' ? outlineJson(fileName, bytes, whole) : NO_JSON));
  return {
    bytes,
    whole,
    get kind() {
      return kind();
    },
    get text() {
      return text();
    },
    get header() {
      return header();
    },
    get json() {
      return json();
    },
  };
}

/** Whether the first row names all of these columns, in any case. */
export const hasColumns = ({ header }: Head, ...names: readonly string[]): boolean =>
  header !== null && names.every((name) => cellNamed(header, name) >= 0);

export const startsWith = ({ bytes }: Head, magic: readonly number[]): boolean =>
  magic.every((byte, i) => bytes[i] === byte);

/**
 * Null where it is no table: no separator in the first line; or one that is no comma, or no names in
 * that line, and not nearly all rows have as many cells. Empty where the first row does not end within the head.
 */
function tableHeader(bytes: Uint8Array, whole: boolean): readonly string[] | null {
  const dialect = tellDialect(bytes, true);
  if (dialect === null || countCells(bytes, dialect.start, dialect) === 1) return null;
  let header: readonly string[] = [];
  let rowCount = 0;
  let even = 0;
  const rows = createCsvRows((row) => {
    if (header.length === 0) header = headerOf(row);
    else {
      rowCount += 1;
      if (row.cellCount === header.length) even += 1;
    }
  });
  rows.push(bytes);
  if (whole) rows.finish();
  const isNamed = dialect.separator === COMMA && !isHeaderless(header);
  return isNamed || even >= rowCount * EVEN_ROWS ? header : null;
}

/** Most JSON is told without a text made of it: an object, or a list of objects. */
function beginsAsJson(bytes: Uint8Array): boolean {
  const at = skipSpaces(bytes, 0);
  if (bytes[at] === OBJECT_OPEN) return true;
  return bytes[at] === LIST_OPEN && bytes[skipSpaces(bytes, at + 1)] === OBJECT_OPEN;
}

/** NUL bytes other than in holes, or more control characters than any text has. */
function looksBinary(bytes: Uint8Array): boolean {
  const text = withoutHoles(bytes);
  if (text === null || (text.length === 0 && bytes.length > 0)) return true;
  let control = 0;
  for (let at = 0; at < text.length; at++) {
    const byte = text[at]!;
    if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13) control += 1;
  }
  return control > text.length / 50;
}

/** Where an entry of a tar archive, padded with NUL bytes, says "ustar". */
const TAR_MAGIC_AT = 257;
const TAR_MAGIC = encodeUtf8('ustar');

/**
 * Text without the holes that cutting a log leaves where its writer goes on at its old place; null
 * where there are other NUL bytes.
 */
function withoutHoles(bytes: Uint8Array): Uint8Array | null {
  let hole = bytes.indexOf(0);
  if (hole < 0) return bytes;
  if (TAR_MAGIC.every((byte, i) => bytes[TAR_MAGIC_AT + i] === byte)) return null;
  const text = new Uint8Array(bytes.length);
  let length = 0;
  let from = 0;
  while (hole >= 0) {
    text.set(bytes.subarray(from, hole), length);
    length += hole - from;
    from = hole;
    while (bytes[from] === 0) from += 1;
    if (from - hole < SHORTEST_HOLE && from < bytes.length) return null;
    hole = bytes.indexOf(0, from);
  }
  text.set(bytes.subarray(from), length);
  return text.subarray(0, length + bytes.length - from);
}

function once<T>(work: () => T): () => T {
  let done: { readonly value: T } | null = null;
  return () => {
    done ??= { value: work() };
    return done.value;
  };
}
