/**
 * Tables of JSON that are written column by column: an object whose keys are the columns, each a list
 * of values or an object of them by row (pandas), and data frames (Grafana), whose columns are named
 * apart from their values. The cells are held until all columns are there.
 */
import { decodeUtf8 } from '../base/bytes.ts';
import type { Failure } from '../base/result.ts';
import { ByteInterner } from './byte-interner.ts';
import { createShapeReader, type Shape, type ShapeSink } from './json-shapes.ts';
import { createJsonTable, type JsonTable } from './json-table.ts';
import { spanColumns } from './json-table-place.ts';
import type { KnownTable } from './known-table.ts';
import { createSpanLog } from './span-log.ts';
import type { ContentContext, SpanReader } from './span-reader.ts';

/** What the shapes of such documents are known by; any other id is passed over. */
export const COLUMN_IDS = {
  other: 0,
  /** Holds the columns of one table; tables within one are tables of their own. */
  table: 1,
  /** Under the name of a column: its values. */
  column: 2,
  /** A value of it. */
  cell: 3,
  /** Names a column. */
  field: 4,
  fieldName: 5,
  /** The values of the field that was last begun. */
  fieldValues: 6,
  /** Lists of values, in the order of the fields, and one of them. */
  lists: 7,
  list: 8,
  /** A value of {@link fieldValues} or {@link list}. */
  value: 9,
} as const;
const ID = COLUMN_IDS;

export interface ColumnsFormat {
  readonly shape: Shape;
  readonly known: readonly KnownTable[];
  /** Said where there is no table of spans. */
  readonly nothing: Omit<Failure, 'where'>;
}

export function readJsonColumns(
  context: ContentContext,
  { shape, known, nothing }: ColumnsFormat,
): SpanReader {
  const { fileName, ledger } = context;
  const log = createSpanLog(fileName, ledger);
  let failure: Failure | null = null;
  let table: JsonTable | null = null;
  let names: string[] = [];
  /** Rows of the table by their labels, where it has such. */
  let labels = new ByteInterner();
  let column = -1;
  let row = 0;

  const startTable = (): void => {
    table = createJsonTable(context, log, { known, isNamedApart: true });
    names = [];
    labels = new ByteInterner();
    column = -1;
    log.startList(reader);
  };
  const endTable = (): void => {
    const ended = table;
    table = null;
    if (ended === null || names.length === 0 || failure) return;
    if (spanColumns(names) === null) {
      ledger.add('left-out-table', 1, () => ({ file: fileName }));
      return;
    }
    ended.nameColumns(names);
    failure = ended.finish(log.startSpan);
  };
  const startColumn = (at: number): void => {
    column = at;
    row = 0;
  };

  const put: ShapeSink['text'] = (id, bytes, start, end) => {
    if (failure || table === null) return;
    if (id === ID.fieldName) names[names.length - 1] = decodeUtf8(bytes.subarray(start, end));
    else if (id === ID.value || id === ID.cell) {
      const at = rowOf(id);
      if (table.wants(column)) failure = table.putAt(column, at, bytes, start, end);
    }
  };
  /** Of the value that is being read, in a list by its place, in an object by its key. */
  const rowOf = (id: number): number => {
    row += 1;
    if (id !== ID.cell || !isLabelled) return row - 1;
    const label = reader.key();
    return labels.intern(label, 0, label.length);
  };
  let isLabelled = false;
  const pass = (id: number): void => {
    if (id === ID.value || id === ID.cell) rowOf(id);
  };

  const sink: ShapeSink = {
    enter: (id) => {
      switch (id) {
        case ID.table:
          startTable();
          break;
        case ID.column:
          names.push(decodeUtf8(reader.key()));
          startColumn(names.length - 1);
          isLabelled = !reader.isList();
          break;
        case ID.field:
          names.push('');
          break;
        case ID.fieldValues:
          startColumn(names.length - 1);
          break;
        case ID.lists:
          column = -1;
          break;
        case ID.list:
          startColumn(column + 1);
      }
    },
    leave: (id) => {
      if (id === ID.table) endTable();
    },
    text: put,
    number: put,
    truth: (id, value) => {
      if (failure || table === null || (id !== ID.value && id !== ID.cell)) return;
      const at = rowOf(id);
      if (table.wants(column)) failure = table.putTruthAt(column, at, value);
    },
    none: pass,
    stray: pass,
    broken: (place) => {
      log.loseRest('malformed-row', false, reader, place);
      endTable();
    },
    cutOff: (place) => {
      log.loseRest('truncated-file', false, reader, place);
      endTable();
    },
  };

  const reader = createShapeReader(fileName, shape, sink);
  return {
    read: (chunk) => reader.push(chunk) ?? failure,
    finish: () => {
      const ended = reader.finish() ?? failure;
      return ended ?? log.nothing(nothing.what, nothing.advice);
    },
    spansRead: log.spansRead,
    locate: log.locate,
  };
}
