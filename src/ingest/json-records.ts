/**
 * Tables of JSON whose rows are objects, in a list or in lines. What is nested in a row has a name
 * joined by dots (`resource.service.name`); lists in a row are left out, but for the first of its
 * references. Once the columns are told, only keys on the way to those that are used are looked at.
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
import { createJsonTable, NO_ROW } from './json-table.ts';
import { MOST_NESTED, REFERENCES, shapeAlong } from './json-table-place.ts';
import { parentInReference } from './reference-texts.ts';
import { createSpanLog } from './span-log.ts';
import type { ContentContext, SpanReader } from './span-reader.ts';

const OTHER = 0;
const ROWS = 1;
const ROW = 2;
/** Any value of a row, while its columns are not told. */
const CELL = 3;
const REFERENCE_LIST = 4;
const REFERENCE = 5;
const REFERENCE_SPAN_ID = 6;
const REFERENCE_SPAN_Id = 7;
/** The object that the list of rows stands in, and the id of its trace. */
const AROUND = 8;
const TRACE_AROUND = 9;
/** Columns, from here on. */
const FIRST_COLUMN = 16;

const REFERENCE_COLUMNS: ReadonlyMap<number, string> = new Map([
  [REFERENCE, REFERENCES],
  [REFERENCE_SPAN_ID, `${REFERENCES}.spanID`],
  [REFERENCE_SPAN_Id, `${REFERENCES}.spanId`],
]);
const anyCell: { -readonly [K in keyof Shape]: Shape[K] } = { id: CELL, scalar: true };
anyCell.anyMember = anyCell;
const references = member(REFERENCES, {
  id: OTHER,
  asList: {
    id: REFERENCE_LIST,
    element: {
      id: REFERENCE,
      scalar: true,
      members: [
        member('spanID', scalar(REFERENCE_SPAN_ID)),
        member('spanId', scalar(REFERENCE_SPAN_Id)),
      ],
    },
  },
});

/** Keys that lead from a row to a column. */
interface ColumnWay {
  readonly column: number;
  readonly keys: readonly string[];
}

/**
 * @param keys from the document to the rows
 * @param around key of the trace id in the object that the list of rows stands in; null for a column
 */
export function readJsonRecords(
  context: ContentContext,
  keys: readonly (string | null)[],
  around: string | null,
): SpanReader {
  const { fileName } = context;
  const log = createSpanLog(fileName, context.ledger);
  let failure: Failure | null = null;
  let inRow = false;
  let ordinal = 0;
  /** Lists of rows that are open. */
  let lists = 0;
  /** Keys of the objects that are open in the row. */
  const path: string[] = [];
  /** Elements begun of the list of references. */
  let elements = 0;
  const ways = new Map<string, ColumnWay>();

  /** Exchanged for the keys that are used, once these are told. */
  const row: { -readonly [K in keyof Shape]: Shape[K] } = {
    id: ROW,
    isRecord: true,
    members: [references],
    anyMember: anyCell,
  };
  row.asList = { id: ROWS, element: row };
  const root = around === null ? shapeAlong(keys, row) : shapeAround(keys, around, row);
  /** The id of the trace that the rows are in. */
  let traceAround = NOTHING;

  const table = createJsonTable(context, log, {
    onOpen: (used) => {
      delete row.anyMember;
      const usedWays = [...ways.values()].filter(({ column }) => used.includes(column));
      const hasReferences = [...REFERENCE_COLUMNS.values()].some((name) =>
        used.includes(table.column(name)),
      );
      row.members = [...membersOf(usedWays, 0), ...(hasReferences ? [references] : [])];
    },
  });

  // Rows that come before the id of their trace have the column all the same.
  if (around !== null) table.column(around);

  const columnOf = (id: number): number => {
    if (id >= FIRST_COLUMN) return id - FIRST_COLUMN;
    const reference = REFERENCE_COLUMNS.get(id);
    if (reference !== undefined) return elements === 1 ? table.column(reference) : -1;
    if (path.length >= MOST_NESTED) return -1;
    const way = [...path, decodeUtf8(reader.key())];
    const text = JSON.stringify(way);
    const known = ways.get(text);
    if (known) return known.column;
    const column = table.column(way.join('.'));
    if (column >= 0) ways.set(text, { column, keys: way });
    return column;
  };
  const putAround = (): void => {
    if (around === null || traceAround.length === 0) return;
    const column = table.column(around);
    if (table.wants(column)) table.put(column, traceAround, 0, traceAround.length);
  };
  const put: ShapeSink['text'] = (id, bytes, start, end) => {
    if (id === TRACE_AROUND) traceAround = bytes.slice(start, end);
    if (failure || !inRow) return;
    if (id === REFERENCE) elements += 1;
    const column = columnOf(id);
    if (!table.wants(column)) return;
    if (id === REFERENCE) table.put(column, bytes, ...parentInReference(bytes, start, end));
    else table.put(column, bytes, start, end);
  };
  const leaveRow = (): void => {
    inRow = false;
    path.length = 0;
  };
  /** The file or the document ends here, within what was entered. */
  const breakOff = (): void => {
    if (inRow) table.dropRow();
    leaveRow();
    lists = 0;
  };

  const sink: ShapeSink = {
    enter: (id) => {
      switch (id) {
        case ROWS:
          lists += 1;
          log.startList(reader);
          break;
        case ROW:
          if (lists === 0) log.startList(reader);
          ordinal = log.startSpan();
          inRow = true;
          putAround();
          break;
        case AROUND:
          traceAround = NOTHING;
          break;
        case CELL:
          path.push(decodeUtf8(reader.key()));
          break;
        case REFERENCE_LIST:
          elements = 0;
          break;
        case REFERENCE:
          elements += 1;
      }
    },
    leave: (id, faulty) => {
      if (id === CELL) path.pop();
      else if (id === ROWS) lists -= 1;
      else if (id === ROW) {
        leaveRow();
        if (failure) return;
        if (faulty) {
          table.dropRow();
          log.lose('malformed-row');
        } else failure = table.endRow(ordinal);
      }
    },
    text: put,
    number: put,
    truth: (id, value) => {
      if (failure || !inRow || id < CELL) return;
      const column = columnOf(id);
      if (table.wants(column)) table.putTruth(column, value);
    },
    none: (id) => {
      if (id === ROW && lists > 0) log.loseAt('malformed-row', reader);
      // A column it is all the same, in its place among the others.
      else if (id === CELL && inRow) columnOf(id);
    },
    stray: (id) => {
      if (id === ROW) log.loseAt('malformed-row', reader);
    },
    broken: (place) => {
      log.loseRest('malformed-row', inRow, reader, place);
      breakOff();
    },
    cutOff: (place) => {
      log.loseRest('truncated-file', inRow, reader, place);
      breakOff();
    },
  };

  const reader = createShapeReader(fileName, root, sink);
  return {
    read: (chunk) => reader.push(chunk) ?? failure,
    finish: () =>
      reader.finish() ??
      failure ??
      table.finish() ??
      log.nothing(NO_ROW, 'Rows are objects, in a list or in lines.'),
    spansRead: log.spansRead,
    locate: log.locate,
  };
}

const NOTHING = new Uint8Array(0);

/** The shape of a document in which the last key leads from such an object to the rows. */
function shapeAround(keys: readonly (string | null)[], around: string, row: Shape): Shape {
  const rows = keys.at(-1) ?? null;
  const object: Shape = {
    id: AROUND,
    members: [member(around, scalar(TRACE_AROUND)), ...(rows === null ? [] : [member(rows, row)])],
  };
  return shapeAlong(keys.slice(0, -1), { ...object, asList: { id: OTHER, element: object } });
}

/** Members of an object of the row, `depth` keys below it. */
function membersOf(ways: readonly ColumnWay[], depth: number): Member[] {
  const keys = [...new Set(ways.map(({ keys: own }) => own[depth]!))];
  return keys.map((key) => {
    const below = ways.filter(({ keys: own }) => own[depth] === key);
    const own = below.find(({ keys: way }) => way.length === depth + 1);
    const deeper = below.filter(({ keys: way }) => way.length > depth + 1);
    return member(key, {
      id: own ? FIRST_COLUMN + own.column : OTHER,
      scalar: own !== undefined,
      ...(deeper.length > 0 ? { members: membersOf(deeper, depth + 1) } : {}),
    });
  });
}
