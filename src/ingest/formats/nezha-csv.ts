/**
 * Nezha CSV: times in nanoseconds, the parent of a root is "root", the service is in the pod's name.
 * Its Duration counts microseconds and is the difference of the two times, which is taken instead.
 */
import { hasColumns } from '../head.ts';
import { type KnownTable, readKnownTable } from '../known-table.ts';
import { CERTAIN, type TraceFormat } from '../trace-format.ts';

const COLUMNS = ['TraceID', 'SpanID', 'ParentID', 'PodName', 'OperationName'] as const;

export const nezhaCsv: TraceFormat = {
  id: 'nezha-csv',
  label: 'Nezha CSV',
  writer: 'Nezha',
  gives: 'spans',
  recognise: (head) =>
    hasColumns(head, ...COLUMNS)
      ? { sure: CERTAIN, why: `it has the columns ${COLUMNS.join(', ')}` }
      : null,
  open: (context) => readKnownTable(TABLE, context),
};

const TABLE: KnownTable = {
  columns: {
    trace: 'TraceID',
    span: 'SpanID',
    parent: 'ParentID',
    service: 'PodName',
    operation: 'OperationName',
    start: 'StartTimeUnixNano',
    end: 'EndTimeUnixNano',
  },
  clockUnit: 'ns',
  durationUnit: 'us',
  options: { roots: ['root'], serviceOfPod: true },
};
