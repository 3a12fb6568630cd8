/**
 * SkyWalking CSV, as exported for published data sets: StartTime,EndTime,URL,…,ParentSpan in
 * milliseconds, the parent of a root is -1; the operation is the URL.
 */
import { hasColumns } from '../head.ts';
import { type KnownTable, readKnownTable } from '../known-table.ts';
import { CERTAIN, type TraceFormat } from '../trace-format.ts';

const COLUMNS = ['SpanId', 'TraceId', 'ParentSpan', 'Service', 'URL'] as const;

export const skywalkingCsv: TraceFormat = {
  id: 'skywalking-csv',
  label: 'SkyWalking CSV',
  writer: 'SkyWalking',
  gives: 'spans',
  recognise: (head) =>
    hasColumns(head, ...COLUMNS)
      ? { sure: CERTAIN, why: `it has the columns ${COLUMNS.join(', ')}` }
      : null,
  open: (context) => readKnownTable(TABLE, context),
};

const TABLE: KnownTable = {
  columns: {
    trace: 'TraceId',
    span: 'SpanId',
    parent: 'ParentSpan',
    service: 'Service',
    operation: 'URL',
    start: 'StartTime',
    end: 'EndTime',
  },
  clockUnit: 'ms',
  durationUnit: 'ms',
  options: { roots: ['-1'] },
};
