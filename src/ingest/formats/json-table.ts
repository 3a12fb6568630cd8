/**
 * JSON with a span in each row of a table, whoever wrote it: ClickHouse (JSONEachRow, JSON,
 * JSONCompact, JSONColumns and their like), SigNoz, BigQuery, pandas, or a list of flat objects. A
 * table in JSON is one as in CSV: known layouts are read, of others the columns are asked for.
 */
import { foreignJson, foreignKind } from '../foreign-json.ts';
import type { Head } from '../head.ts';
import { COLUMN_IDS, readJsonColumns } from '../json-columns.ts';
import { readJsonLists } from '../json-lists.ts';
import { readJsonRecords } from '../json-records.ts';
import { type Shape, scalar } from '../json-shapes.ts';
import { shapeAlong, tablePlace } from '../json-table-place.ts';
import type { ContentContext, SpanReader } from '../span-reader.ts';
import { FALLBACK, PLAUSIBLE, type TraceFormat } from '../trace-format.ts';

export const jsonTable: TraceFormat = {
  id: 'json-table',
  label: 'JSON',
  writer: null,
  gives: 'spans',
  recognise: (head) => {
    const place = tablePlace(head);
    if (place === null) return null;
    // What is known to be something else may have a column or two of spans as well.
    if (place.isComplete ? foreignKind(head)?.isNoTable : foreignJson(head) !== null) return null;
    return {
      sure: place.isComplete ? PLAUSIBLE : FALLBACK,
      why: `it has a table with the columns ${place.columns.join(', ')}`,
    };
  },
  open: readJsonTable,
};

function readJsonTable(context: ContentContext, head: Head): SpanReader {
  const place = tablePlace(head);
  const keys = place?.keys ?? [];
  switch (place?.kind) {
    case 'lists':
      return readJsonLists(context, keys, { names: place.names, rows: place.rows });
    case 'named-lists':
      return readJsonLists(context, keys, place);
    case 'columns':
      return readJsonColumns(context, {
        shape: columnsShape(keys),
        known: [],
        nothing: {
          what: 'JSON, but no table of spans in it',
          advice: 'Its keys should be the columns, each with a list of values.',
        },
      });
    default:
      return readJsonRecords(context, keys, place?.around ?? null);
  }
}

/** @param keys from the document to the object whose keys are the columns */
function columnsShape(keys: readonly (string | null)[]): Shape {
  const cell = scalar(COLUMN_IDS.cell);
  const column: Shape = {
    id: COLUMN_IDS.column,
    anyMember: cell,
    asList: { id: COLUMN_IDS.column, element: cell },
  };
  const table: Shape = { id: COLUMN_IDS.table, anyMember: column };
  return shapeAlong(keys, { ...table, asList: { id: COLUMN_IDS.other, element: table } });
}
