/**
 * Data frames of Grafana with a trace in them: the answer that the query inspector shows
 * (`results.A.frames[]`), and the panel's data as JSON. A frame names its fields in `schema.fields`
 * and has their values in `data.values`, a list each; before version 9 each field had its own
 * `values`. Whatever the data source, a trace's times are milliseconds there.
 */
import { COLUMN_IDS, readJsonColumns } from '../json-columns.ts';
import { member, type Shape, scalar } from '../json-shapes.ts';
import type { KnownTable } from '../known-table.ts';
import { CERTAIN, type TraceFormat } from '../trace-format.ts';

export const grafanaFrames: TraceFormat = {
  id: 'grafana-frames',
  label: 'Grafana data frames',
  writer: 'Grafana',
  gives: 'spans',
  recognise: ({ json, text }) => {
    const isFrame = [...json.ways].some((way) => FIELDS.test(way));
    const isTrace = isFrame && TRACE_FIELDS.every((name) => text.includes(`"${name}"`));
    return isTrace
      ? { sure: CERTAIN, why: `it has a data frame with the fields ${TRACE_FIELDS.join(', ')}` }
      : null;
  },
  open: (context) =>
    readJsonColumns(context, {
      shape: tableShape(MOST_WRAPPERS),
      known: [TRACE],
      nothing: {
        what: 'data frames of Grafana, but no trace in them',
        advice: 'Open one trace in Explore, and save what its query inspector shows.',
      },
    }),
};

const FIELDS = /(^|\.)(schema\.fields|fields\[\]\.name)$/;
const TRACE_FIELDS = ['traceID', 'spanID', 'operationName', 'duration'] as const;

const TRACE: KnownTable = {
  columns: {
    trace: 'traceID',
    span: 'spanID',
    parent: 'parentSpanID',
    service: 'serviceName',
    operation: 'operationName',
    start: 'startTime',
    duration: 'duration',
  },
  clockUnit: 'ms',
  durationUnit: 'ms',
  options: { roots: [] },
};

/** Objects around a frame, one in the other: response, results, A, frames. */
const MOST_WRAPPERS = 4;
const values: Shape = {
  id: COLUMN_IDS.fieldValues,
  element: scalar(COLUMN_IDS.value),
};
const lists: Shape = {
  id: COLUMN_IDS.lists,
  element: { id: COLUMN_IDS.list, element: scalar(COLUMN_IDS.value) },
};
const fields: Shape = {
  id: COLUMN_IDS.other,
  element: {
    id: COLUMN_IDS.field,
    members: [
      member('name', scalar(COLUMN_IDS.fieldName)),
      member('values', {
        id: COLUMN_IDS.other,
        members: [member('buffer', values)],
        asList: values,
      }),
    ],
  },
};

/** A frame, or what has frames in it. @param wrappers how many objects may stand around one */
function tableShape(wrappers: number): Shape {
  const schema: Shape = { id: COLUMN_IDS.other, members: [member('fields', fields)] };
  const own = [member('schema', schema), member('fields', fields)];
  if (wrappers === 0) {
    const data: Shape = { id: COLUMN_IDS.other, members: [member('values', lists)] };
    return listedOrNot({ id: COLUMN_IDS.table, members: [...own, member('data', data)] });
  }
  const within = tableShape(wrappers - 1);
  const data: Shape = {
    ...within,
    id: COLUMN_IDS.other,
    members: [member('values', lists), ...(within.members ?? [])],
  };
  return listedOrNot({
    id: COLUMN_IDS.table,
    members: [
      ...own,
      member('data', data),
      ...['response', 'frames', 'series'].map((key) => member(key, within)),
      member('results', { id: COLUMN_IDS.other, anyMember: within }),
    ],
  });
}

const listedOrNot = (shape: Shape): Shape => ({
  ...shape,
  asList: { id: COLUMN_IDS.other, element: shape },
});
