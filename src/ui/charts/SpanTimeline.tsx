/**
 * Recorded spans over time, a row for each node of the merged tree. A node of several spans shows
 * all of them on one line, and each on a line of its own on demand.
 */
import { scaleLinear } from 'd3';
import { useState } from 'react';
import type { Timeline, TimelineBar, TimelineRow } from '../../stores/trace/span-timeline.ts';
import { serviceColourCss } from '../theme/service-colour.ts';
import { formatCount, formatMs } from '../widgets/format.ts';
import { Icon } from '../widgets/Icon.tsx';
import { ChartFigure } from './chart-parts.tsx';
import { tickCount, tickLabel } from './ticks.ts';
import { useWidth } from './use-size.ts';
import './span-timeline.css';

export interface SpanTimelineProps {
  readonly timeline: Timeline;
  readonly hovered?: number | null;
  readonly onHover?: (node: number | null) => void;
}

const ROW = 22;
const DURATION_WIDTH = 64;
/** Rows drawn at most. */
const SHOWN = 1000;
/** Merged spans listed at most below their node. */
const LISTED = 200;

export function SpanTimeline({ timeline, hovered = null, onHover }: SpanTimelineProps) {
  const [box, width] = useWidth<HTMLDivElement>();
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const { rows, lengthMs, skewed, largestSkewMs } = timeline;
  const left = Math.max(132, Math.min(320, Math.round(width * 0.42)));
  const plot = Math.max(60, width - left - DURATION_WIDTH);
  const x = scaleLinear([0, Math.max(lengthMs, 1e-6)], [1, plot - 1]);
  const ticks = x.ticks(tickCount(plot, 'x'));
  const columns = { gridTemplateColumns: `${left}px ${plot}px ${DURATION_WIDTH}px` };
  const skew =
    skewed === 0
      ? 'Every span lies within its caller.'
      : `${formatCount(skewed, 'span')} outside their callers, by ${formatMs(largestSkewMs)} at most: skewed clocks, or calls that nobody waited for.`;
  const toggle = (node: number): void => {
    const next = new Set(opened);
    if (!next.delete(node)) next.add(node);
    setOpened(next);
  };
  return (
    <ChartFigure
      summary={`Spans over ${formatMs(lengthMs)}. ${skew}`}
      className="timeline"
      ref={box}
    >
      <p className="timeline__note">{skew}</p>
      <div className="timeline__row timeline__row--head" style={columns} aria-hidden="true">
        <span />
        <svg width={plot} height={18} aria-hidden="true">
          {ticks.map((tick, i) => (
            <text key={tick} x={x(tick)} y={12} textAnchor={i === 0 ? 'start' : 'middle'}>
              {tickLabel(tick)}
              {i === ticks.length - 1 ? ' ms' : ''}
            </text>
          ))}
        </svg>
        <span className="timeline__duration">duration</span>
      </div>
      <ol className="timeline__rows" aria-label="Span timeline">
        {rows.slice(0, SHOWN).map((row) => (
          <li
            key={row.node}
            onPointerEnter={() => onHover?.(row.node)}
            onPointerLeave={() => onHover?.(null)}
          >
            <div
              className={`timeline__row${row.node === hovered ? ' timeline__row--lit' : ''}`}
              style={columns}
            >
              <Name row={row} opened={opened.has(row.node)} onToggle={() => toggle(row.node)} />
              <Bars bars={row.bars} service={row.service} x={x} width={plot} ticks={ticks} />
              <span className="timeline__duration">{durationText(row.bars)}</span>
            </div>
            {row.bars.some(({ isOrphan }) => isOrphan) && (
              <p className="timeline__skew">⋯ caller not recorded</p>
            )}
            <Skew bars={row.bars} />
            {opened.has(row.node) && (
              <ol className="timeline__merged" aria-label={`Spans merged into ${row.operation}`}>
                {row.bars.slice(0, LISTED).map((bar, i) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: a file may repeat an id; order is fixed
                  <li key={i} className="timeline__row" style={columns}>
                    <span className="timeline__name mono">{bar.spanId}</span>
                    <Bars bars={[bar]} service={row.service} x={x} width={plot} ticks={ticks} />
                    <span className="timeline__duration">{formatMs(bar.durationMs)}</span>
                  </li>
                ))}
              </ol>
            )}
          </li>
        ))}
      </ol>
    </ChartFigure>
  );
}

const durationText = (bars: readonly TimelineBar[]): string =>
  formatMs(bars.reduce((sum, bar) => sum + bar.durationMs, 0) / bars.length);

interface NameProps {
  readonly row: TimelineRow;
  readonly opened: boolean;
  readonly onToggle: () => void;
}

const INDENT_PX = 8;
const DEEPEST = 12;

function Name({ row, opened, onToggle }: NameProps) {
  const { service, operation, bars, depth } = row;
  const indent = { paddingInlineStart: Math.min(depth, DEEPEST) * INDENT_PX };
  const words = (
    <>
      <i style={{ background: serviceColourCss(service) }} />
      <span>
        {service} {operation}
        {bars.length > 1 && ` ×${formatCount(bars.length)}`}
      </span>
    </>
  );
  return bars.length === 1 ? (
    <span className="timeline__name" style={indent} title={`${service} ${operation}`}>
      {words}
    </span>
  ) : (
    <button
      type="button"
      className="timeline__name timeline__name--merged"
      style={indent}
      aria-expanded={opened}
      title={`${opened ? 'Hide' : 'Show'} the ${bars.length} spans of this node`}
      onClick={onToggle}
    >
      <Icon name={opened ? 'chevron-down' : 'chevron-right'} size={12} />
      {words}
    </button>
  );
}

interface BarsProps {
  readonly bars: readonly TimelineBar[];
  readonly service: string;
  readonly x: (value: number) => number;
  readonly width: number;
  readonly ticks: readonly number[];
}

function Bars({ bars, service, x, width, ticks }: BarsProps) {
  return (
    <svg width={width} height={ROW} aria-hidden="true">
      {ticks.map((tick) => (
        <line key={tick} className="timeline__grid" x1={x(tick)} x2={x(tick)} y2={ROW} />
      ))}
      {bars.map(({ startMs, durationMs, earlyMs, lateMs }, i) =>
        startMs === null ? null : (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: order is fixed
            key={i}
            className={`timeline__bar${earlyMs > 0 || lateMs > 0 ? ' timeline__bar--skewed' : ''}`}
            x={x(startMs)}
            y={6}
            width={Math.max(1.5, x(startMs + durationMs) - x(startMs))}
            height={ROW - 12}
            style={{ fill: serviceColourCss(service) }}
          />
        ),
      )}
    </svg>
  );
}

/** How far the node's spans lie outside their callers, in words. */
function Skew({ bars }: { readonly bars: readonly TimelineBar[] }) {
  const early = Math.max(...bars.map(({ earlyMs }) => earlyMs));
  const late = Math.max(...bars.map(({ lateMs }) => lateMs));
  if (early === 0 && late === 0) return null;
  return (
    <p className="timeline__skew">
      {early > 0 && `◁ starts ${formatMs(early)} before its caller`}
      {early > 0 && late > 0 && ', '}
      {late > 0 && `▷ ends ${formatMs(late)} after its caller`}
    </p>
  );
}
