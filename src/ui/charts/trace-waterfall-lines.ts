/** Lines of a trace's waterfall, and what they say: a node or a missing call, or one span of a node. */
import type { Waterfall, WaterfallBar, WaterfallRow } from '../../stores/trace/trace-waterfall.ts';
import { formatCount, formatMs } from '../widgets/format.ts';

/** Merged spans listed at most below their node. */
const LISTED = 200;

/** A node or a missing call, or one span of an opened node. */
export interface WaterfallLine {
  readonly key: string;
  readonly row: WaterfallRow;
  readonly bars: readonly WaterfallBar[];
  readonly depth: number;
  readonly span: WaterfallBar | null;
}

export function linesOf(row: WaterfallRow, opened: ReadonlySet<string>): WaterfallLine[] {
  const { key, bars, depth } = row;
  const own: WaterfallLine = { key, row, bars, depth, span: null };
  if (!opened.has(key)) return [own];
  const spans = bars.slice(0, LISTED).map(
    (span, i): WaterfallLine => ({
      ...{ key: `${key} span ${i}`, row, bars: [span], depth: depth + 1, span },
    }),
  );
  return [own, ...spans];
}

export function summaryOf({ rows, lengthMs, spans, errors }: Waterfall): string {
  const count = (verdict: string): number => rows.filter((row) => row.verdict === verdict).length;
  const parts = [
    `${formatCount(spans, 'span')} over ${formatMs(lengthMs)}`,
    `${formatCount(count('slow'), 'call')} slower than usual`,
    `${formatCount(count('new'))} new`,
    `${formatCount(count('missing'))} missing`,
    formatCount(errors, 'error'),
  ];
  return `${parts.join(', ')}.`;
}

export function wordsOf({ row, span, bars }: WaterfallLine): string {
  const name = `${row.service} ${row.operation}`;
  if (span !== null) {
    return [name, formatMs(span.durationMs), span.isError ? 'error' : '', span.spanId]
      .filter((word) => word !== '')
      .join(', ');
  }
  const kinds = [...new Set(bars.map(({ kind }) => kind))].filter((kind) => kind !== '');
  return [
    name,
    bars.length > 1 ? `${formatCount(bars.length)} spans` : '',
    kinds.join(' and '),
    row.verdict === 'slow' ? 'slow' : '',
    row.says,
    row.isCritical ? 'on the critical path' : '',
    ...skewWords(bars),
  ]
    .filter((word) => word !== '')
    .join(', ');
}

function skewWords(bars: readonly WaterfallBar[]): string[] {
  const early = Math.max(0, ...bars.map(({ earlyMs }) => earlyMs));
  const late = Math.max(0, ...bars.map(({ lateMs }) => lateMs));
  return [
    early > 0 ? `starts ${formatMs(early)} before its caller` : '',
    late > 0 ? `ends ${formatMs(late)} after its caller` : '',
    bars.some(({ isOrphan }) => isOrphan) ? 'caller not recorded' : '',
  ].filter((word) => word !== '');
}

const MARKS = { usual: '', slow: '▲ ', new: '+ ', missing: '' } as const;

export function durationWords({ row, span }: WaterfallLine): string {
  if (span !== null) return formatMs(span.durationMs);
  if (row.tookMs === null) return '− missing';
  return `${MARKS[row.verdict]}${formatMs(row.tookMs)}`;
}
