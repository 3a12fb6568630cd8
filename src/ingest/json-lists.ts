/**
 * Tables of JSON whose rows are lists: names of the columns in a list beside them, or in the first
 * row. A row may also be BigQuery's, `{"f": [{"v": …}]}`. Names may come behind the rows, which are
 * then held until they do.
 */
import { decodeUtf8 } from '../base/bytes.ts';
import type { Failure } from '../base/result.ts';
import {
  createShapeReader,
  type Member,
  member,
  type Shape,
  type ShapeSink,
  scalar,
} from './json-shapes.ts';
import { createJsonTable, type JsonTable, NO_ROW } from './json-table.ts';
import { shapeAlong } from './json-table-place.ts';
import { parentInReference } from './reference-texts.ts';
import { createSpanLog } from './span-log.ts';
import type { ContentContext, SpanReader } from './span-reader.ts';

const OTHER = 0;
/** Holds names and rows. */
const TABLE = 1;
const NAMES = 2;
const NAME = 3;
const ROWS = 4;
const ROW = 5;
const CELL = 6;
/** A cell that is a list: the first text in it counts. */
const INNER = 7;
const INNER_CELL = 8;
/** A cell of BigQuery's. */
const FIELD = 9;
const FIELD_VALUE = 10;
/** An object that has a name. */
const NAMED = 11;
const NAME_OF_NAMED = 12;

const rowShape: Shape = {
  id: ROW,
  isRecord: true,
  members: [
    member('f', {
      id: OTHER,
      element: { id: FIELD, members: [member('v', scalar(FIELD_VALUE))] },
    }),
  ],
  asList: {
    id: ROW,
    isRecord: true,
    element: {
      id: CELL,
      scalar: true,
      asList: { id: INNER, element: { id: INNER_CELL, scalar: true } },
    },
  },
};
const nameIn = (bytes: Uint8Array, start: number, end: number): string =>
  decodeUtf8(bytes.subarray(start, end)).trim();

const rowsShape: Shape = { id: ROWS, element: rowShape };

/** Where the names stand: beside the rows, or in the first of them. */
export type NamesPlace =
  | { readonly names: readonly string[]; readonly rows: string }
  | {
      /** Rows that are none: names, and types behind them. */
      readonly headRows: number;
      /** Whether the rows are one list, or a document each. */
      readonly isOneList: boolean;
    };

/** @param keys from the document to what holds names and rows */
export function readJsonLists(
  context: ContentContext,
  keys: readonly (string | null)[],
  place: NamesPlace,
): SpanReader {
  const { fileName } = context;
  const log = createSpanLog(fileName, context.ledger);
  let failure: Failure | null = null;
  let table: JsonTable | null = null;
  let names: string[] = [];
  let inRow = false;
  let inList = false;
  let headRows = 'headRows' in place ? place.headRows : 0;
  let isHeadRow = false;
  let ordinal = 0;
  /** Column of the cell that comes next. */
  let column = 0;
  /** Texts met in the list that is a cell. */
  let inner = 0;

  const startTable = (): void => {
    table = createJsonTable(context, log, { isNamedApart: true });
    names = [];
  };
  const endTable = (): void => {
    failure ??= table?.finish() ?? null;
    table = null;
  };

  const put: ShapeSink['text'] = (id, bytes, start, end) => {
    if (failure) return;
    if (id === NAME) names.push(nameIn(bytes, start, end));
    else if (id === NAME_OF_NAMED) names[names.length - 1] = nameIn(bytes, start, end);
    if (!inRow) return;
    if (isHeadRow) {
      if (names.length === column) names.push(nameIn(bytes, start, end));
    } else if (id === INNER_CELL) {
      inner += 1;
      if (inner === 1 && table?.wants(column)) {
        table.put(column, bytes, ...parentInReference(bytes, start, end));
      }
    } else if (table?.wants(column)) table.put(column, bytes, start, end);
    if (id === CELL) column += 1;
  };
  const endRow = (faulty: boolean): void => {
    inRow = false;
    if (failure) return;
    if (isHeadRow) {
      headRows -= 1;
      if (headRows === 0) table?.nameColumns(names);
    } else if (faulty || (names.length > 0 && column !== names.length)) {
      table?.dropRow();
      log.lose('malformed-row');
    } else failure = table?.endRow(ordinal) ?? null;
  };
  const breakOff = (): void => {
    if (inRow && !isHeadRow) table?.dropRow();
    inRow = false;
    inList = false;
    endTable();
  };

  const sink: ShapeSink = {
    enter: (id) => {
      switch (id) {
        case TABLE:
          startTable();
          break;
        case ROWS:
          if (table === null) startTable();
          inList = true;
          log.startList(reader);
          break;
        case NAMES:
          names = [];
          break;
        case NAMED:
          names.push('');
          break;
        case ROW:
          if (table === null) startTable();
          if (!inList) log.startList(reader);
          isHeadRow = headRows > 0;
          if (!isHeadRow) ordinal = log.startSpan();
          inRow = true;
          column = 0;
          break;
        case INNER:
          inner = 0;
      }
    },
    leave: (id, faulty) => {
      switch (id) {
        case TABLE:
          endTable();
          break;
        case ROWS:
          inList = false;
          break;
        case NAMES:
          table?.nameColumns(names);
          break;
        case ROW:
          endRow(faulty);
          break;
        case INNER:
        case FIELD:
          column += 1;
      }
    },
    text: put,
    number: put,
    truth: (id, value) => {
      if (!inRow || isHeadRow || failure) return;
      if (id === CELL || id === FIELD_VALUE) {
        if (table?.wants(column)) table.putTruth(column, value);
      }
      if (id === CELL) column += 1;
    },
    none: (id) => {
      if (id === ROW) log.loseAt('malformed-row', reader);
      else if (id === NAME) names.push('');
      else if (id === CELL || id === FIELD) column += 1;
    },
    stray: (id) => {
      // Objects in a cell are no text of a span; what is no row is one that is lost.
      if (id === CELL || id === FIELD) column += 1;
      else if (id === ROW) log.loseAt('malformed-row', reader);
    },
    broken: (place) => {
      log.loseRest('malformed-row', inRow && !isHeadRow, reader, place);
      breakOff();
    },
    cutOff: (place) => {
      log.loseRest('truncated-file', inRow && !isHeadRow, reader, place);
      breakOff();
    },
  };

  const reader = createShapeReader(fileName, documentShape(keys, place), sink);
  return {
    read: (chunk) => reader.push(chunk) ?? failure,
    finish: () => {
      const ended = reader.finish();
      endTable();
      return (
        ended ??
        failure ??
        log.nothing(
          NO_ROW,
          'Rows are lists, with the names of their columns beside them or in the first.',
        )
      );
    },
    spansRead: log.spansRead,
    locate: log.locate,
  };
}

function documentShape(keys: readonly (string | null)[], place: NamesPlace): Shape {
  if ('headRows' in place) {
    const row = rowShape.asList!;
    return place.isOneList ? { id: ROWS, element: { ...row, asList: row } } : row;
  }
  const table: Shape = {
    id: TABLE,
    members: [namesMember(place.names), member(place.rows, rowsShape)],
  };
  return shapeAlong(keys, { ...table, asList: { id: OTHER, element: table } });
}

/** A list of names, or of objects that have one each; all but the last two keys are of objects around. */
function namesMember(names: readonly string[]): Member {
  const around = names.slice(0, -2);
  const [list, name] = names.length === 1 ? [names[0]!] : names.slice(-2);
  const element: Shape =
    name === undefined
      ? scalar(NAME)
      : { id: NAMED, members: [member(name, scalar(NAME_OF_NAMED))] };
  let named = member(list!, { id: NAMES, element });
  for (const key of around.toReversed()) named = member(key, { id: OTHER, members: [named] });
  return named;
}
