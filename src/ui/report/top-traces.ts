/** The traces of the highest scores, to be read: why each stands there, 3 significant digits. */
import type { TraceList } from '../../stores/scores/trace-list-store.ts';
import {
  completed,
  namesTerms,
  type TraceRow,
  topOf,
  traceRow,
} from '../../stores/scores/trace-list-view.ts';
import type { TraceSet } from '../../trace/trace-set.ts';
import { REASON_WORDS } from '../cells/scores/trace-columns.tsx';
import { formatCount, formatMs, formatNumber } from '../widgets/format.ts';
import type { ReportTable } from './report-table.ts';

const TOP_TRACES = 50;

/** What a trace has of a reason is left out of a detector without terms. */
export function topTraces(traces: TraceSet, list: TraceList, unit: string): ReportTable {
  const top = completed(topOf(list, TOP_TRACES));
  const terms = list.late !== null;
  const says = namesTerms(list);
  const rows = Array.from(top.order, (at, i) => {
    const row = traceRow(traces, top, at);
    return [
      formatCount(i + 1),
      row.traceId,
      formatNumber(row.score),
      row.flagged ? 'yes' : 'no',
      row.label,
      ...(terms ? reasonWords(row) : []),
      ...(says ? [row.says ?? ''] : []),
      `${row.service}/${row.operation}`,
      formatCount(row.nodes),
      formatMs(row.durationMs),
    ];
  });
  const header = [
    ...['', 'trace', unit === '' ? 'score' : `score, ${unit}`, 'flagged', 'label'],
    ...(terms ? ['top reason', 'above its median, nats'] : []),
    ...(says ? ['reason'] : []),
    ...['root call', 'nodes', 'duration'],
  ];
  const last = header.length - 1;
  return {
    title: `The ${rows.length} test traces with the highest scores`,
    rows: [header, ...rows],
    numbers: [0, 2, ...(terms ? [6] : []), last - 1, last],
  };
}

/** The part that is farthest above its median, and by how much; neither where none is above. */
const reasonWords = ({ reason }: TraceRow): readonly [string, string] =>
  reason === null || reason.excess <= 0
    ? ['', '']
    : [REASON_WORDS[reason.part], formatNumber(reason.excess)];
