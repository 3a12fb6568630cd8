/** The traces of the highest scores, to be read: what is odd about each, as the list says it. */
import type { Dataset } from '../../stores/dataset/dataset-store.ts';
import { syntheticFrom } from '../../stores/prepare/synthetic.ts';
import type { ToldOddities } from '../../stores/scores/oddities-store.ts';
import type { TraceList } from '../../stores/scores/trace-list-store.ts';
import {
  completed,
  oddWords,
  type TraceRow,
  topOf,
  traceRow,
} from '../../stores/scores/trace-list-view.ts';
import { REASON_WORDS } from '../cells/scores/trace-columns.tsx';
import { formatCount, formatMs, formatNumber } from '../widgets/format.ts';
import type { ReportTable } from './report-table.ts';

const TOP_TRACES = 50;

/** What of a score is farthest above its median is left out of a detector without terms. */
export async function topTraces(
  dataset: Dataset,
  list: TraceList,
  unit: string,
  tellAll: (traces: Uint32Array) => Promise<ToldOddities>,
): Promise<ReportTable> {
  const { traces } = dataset.imported;
  const from = syntheticFrom(dataset);
  const top = completed(topOf(list, TOP_TRACES));
  const terms = list.late !== null;
  const { of } = top;
  const told = await tellAll(top.order.map((at) => of.of.test.trace[of.rows[at]!]!));
  const rows = Array.from(top.order, (at, i) => {
    const row = traceRow(traces, top, at, told);
    return [
      formatCount(i + 1),
      row.trace >= from ? `${row.traceId} (synthetic)` : row.traceId,
      formatNumber(row.score),
      row.flagged ? 'yes' : 'no',
      row.label,
      row.oddities === null ? '' : oddWords(row, row.oddities),
      ...(terms ? reasonWords(row) : []),
      `${row.service}/${row.operation}`,
      formatCount(row.nodes),
      formatMs(row.durationMs),
    ];
  });
  const header = [
    ...['', 'trace', unit === '' ? 'score' : `score, ${unit}`, 'flagged', 'label'],
    'what is odd',
    ...(terms ? ['top part of the score', 'above its median, nats'] : []),
    ...['root call', 'nodes', 'duration'],
  ];
  const last = header.length - 1;
  return {
    title: `The ${rows.length} test traces with the highest scores`,
    rows: [header, ...rows],
    numbers: [0, 2, ...(terms ? [7] : []), last - 1, last],
  };
}

/** The part that is farthest above its median, and by how much; neither where none is above. */
const reasonWords = ({ reason }: TraceRow): readonly [string, string] =>
  reason === null || reason.excess <= 0
    ? ['', '']
    : [REASON_WORDS[reason.part], formatNumber(reason.excess)];
