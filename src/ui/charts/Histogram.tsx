/**
 * Score distributions: overlaid steps with a fill, an outline and a hatch of their own, the
 * threshold as a dashed line and the inverted region hatched. A drag selects a range of bins.
 */
import { type ReactNode, useId, useState } from 'react';
import { formatCount, formatNumber } from '../widgets/format.ts';
import { AxisBottom, AxisLeft, ChartFigure } from './chart-parts.tsx';
import { type CursorProps, HistogramCursor } from './HistogramCursor.tsx';
import { HatchDefs, hatch, Swatch } from './hatch.tsx';
import { type HistogramGroup, type HistogramLayout, layoutHistogram } from './histogram-layout.ts';
import { ThresholdHandle, type ThresholdMoves } from './ThresholdHandle.tsx';
import { textWidth } from './text-width.ts';
import { toneInk } from './tones.ts';
import { useWidth } from './use-size.ts';
import './histogram.css';

export type { HistogramGroup } from './histogram-layout.ts';

export interface HistogramProps extends CursorProps {
  readonly title?: ReactNode;
  readonly groups: readonly HistogramGroup[];
  /** What is counted; "traces" unless told. */
  readonly countLabel?: string;
  readonly countScale?: 'linear' | 'log';
  readonly countMax?: number;
  /** The x axis is logarithmic above this value and nearly linear below; linear without it. */
  readonly xLinearBelow?: number | undefined;
  /** Values are whole numbers: no tick between two. */
  readonly xWhole?: boolean;
  /** Values are moments, in microseconds since the epoch. */
  readonly xTime?: boolean;
  readonly threshold?: {
    readonly value: number;
    readonly label: string;
    /** Where the line can be moved. */
    readonly moves?: ThresholdMoves;
  } | null;
  /** [from, to] on the x axis: anomalies that score below normal traces. */
  readonly inverted?: { readonly range: readonly [number, number]; readonly label: string } | null;
  /** [from, to] on the x axis. */
  readonly selection?: readonly [number, number] | null;
  readonly height?: number;
  readonly formatX?: (value: number) => string;
  /** Names of the groups above the plot; shown unless told. */
  readonly legend?: boolean;
  readonly empty?: string;
}

/** "10:40", or the day where a day begins. */
const momentLabel = (us: number): string => {
  const at = new Date(us / 1e3);
  return at.getHours() === 0 && at.getMinutes() === 0 && at.getSeconds() === 0
    ? at.toLocaleDateString(undefined, { day: 'numeric', month: 'short' })
    : at.toLocaleTimeString(undefined, {
        hour: '2-digit',
        minute: '2-digit',
        ...(at.getSeconds() === 0 ? {} : { second: '2-digit' }),
      });
};

const sum = (counts: ArrayLike<number>): number => {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i]!;
  return total;
};

const groupTotal = ({ counts, under = 0, over = 0 }: HistogramGroup): number =>
  sum(counts) + under + over;

export function Histogram(props: HistogramProps) {
  const { title, label, edges, groups, xLabel, countLabel = 'traces', height = 240 } = props;
  const {
    countScale = 'linear',
    countMax,
    xLinearBelow,
    xWhole,
    xTime = false,
    threshold = null,
    inverted = null,
  } = props;
  const { formatX = formatNumber, legend = true, empty = 'No scores yet.' } = props;
  const [box, width] = useWidth<HTMLDivElement>();
  const [bin, setBin] = useState<number | null>(null);
  const id = useId();
  const yLabel = countScale === 'log' ? `${countLabel}, log` : countLabel;
  const layout = layoutHistogram(edges, groups, {
    width,
    height,
    countScale,
    countMax,
    xLinearBelow,
    xWhole,
    xTime,
  });
  const shown = groups.filter((group) => groupTotal(group) > 0);
  const totals = shown
    .map((group) => `${formatCount(groupTotal(group))} ${group.label}`)
    .join(', ');
  const summary = [
    `${label}: ${totals || empty}`,
    ...(threshold ? [`${threshold.label} at ${formatX(threshold.value)}`] : []),
    ...(inverted?.label ? [inverted.label] : []),
  ].join('; ');
  return (
    <ChartFigure
      title={title}
      aside={legend ? <Legend groups={shown} /> : undefined}
      summary={summary}
      className="histogram"
      ref={box}
    >
      {layout === null || shown.length === 0 ? (
        <div className="chart__empty" style={{ height }}>
          {empty}
        </div>
      ) : (
        <>
          <svg width={width} height={height} role="img" aria-label={summary}>
            <HatchDefs id={id} />
            <AxisLeft
              scale={layout.y}
              ticks={layout.yTicks}
              label={yLabel}
              x={layout.margin.left}
              width={width - layout.margin.left - layout.margin.right}
            />
            <Regions {...props} {...{ layout, height, id }} />
            {groups.map((group, i) => (
              <g key={group.id} style={{ color: toneInk(group.tone) }}>
                <path
                  className={`histogram__area histogram__area--${group.tone}`}
                  d={layout.areas[i]}
                  style={{ fill: group.outline ? 'none' : hatch(id, group.tone) }}
                />
              </g>
            ))}
            {bin !== null && <BinMark layout={layout} edges={edges} bin={bin} height={height} />}
            <AxisBottom
              scale={layout.x}
              ticks={layout.xTicks}
              label={xLabel}
              {...(xTime ? { format: momentLabel } : {})}
              labelAt="middle"
              y={height - layout.margin.bottom}
            />
            <Outside layout={layout} height={height} width={width} />
            {inverted !== null && (
              <text
                className="histogram__inverted chart__over-marks"
                x={span(layout, inverted.range).x + 4}
                y={layout.margin.top + 11}
              >
                {inverted.label}
              </text>
            )}
            {threshold !== null && (
              <Threshold {...{ ...threshold, layout, height, width, quantity: yLabel }} />
            )}
          </svg>
          <HistogramCursor
            {...props}
            {...{ layout, bin, setBin, width, height, formatX }}
            shown={shown}
          />
          {threshold?.moves !== undefined && (
            <ThresholdHandle {...threshold.moves} {...{ value: threshold.value, layout, height }} />
          )}
        </>
      )}
    </ChartFigure>
  );
}

function Legend({ groups }: { readonly groups: readonly HistogramGroup[] }) {
  return (
    <ul className="histogram__legend">
      {groups.map((group) => (
        <li key={group.id}>
          <Swatch tone={group.tone} />
          {group.label} <span className="histogram__total">{formatCount(groupTotal(group))}</span>
        </li>
      ))}
    </ul>
  );
}

interface PartProps {
  readonly layout: HistogramLayout;
  readonly height: number;
}

function span(layout: HistogramLayout, [from, to]: readonly [number, number]) {
  const [low = 0, high = 0] = layout.x.range();
  const clamp = (value: number) => Math.min(high, Math.max(low, layout.x(value)));
  return { x: clamp(from), width: Math.max(0, clamp(to) - clamp(from)) };
}

function Regions(props: PartProps & HistogramProps & { readonly id: string }) {
  const { layout, inverted, selection, id } = props;
  const { top, bottom } = layout.margin;
  const tall = { y: top, height: (props.height ?? 0) - top - bottom };
  return (
    <>
      {selection && (
        <rect className="histogram__selection" {...span(layout, selection)} {...tall} />
      )}
      {inverted && (
        <rect
          {...span(layout, inverted.range)}
          {...tall}
          style={{ fill: `url(#${id}-inverted)` }}
        />
      )}
    </>
  );
}

function BinMark(props: PartProps & { edges: ArrayLike<number>; bin: number }) {
  const { layout, edges, bin, height } = props;
  const { top, bottom } = layout.margin;
  const place = span(layout, [edges[bin]!, edges[bin + 1]!]);
  return <rect className="histogram__bin" {...place} y={top} height={height - top - bottom} />;
}

interface ThresholdProps extends PartProps {
  readonly value: number;
  readonly label: string;
  readonly width: number;
  /** Words at the left above the plot, which the label leaves alone. */
  readonly quantity: string;
}

function Threshold({ layout, height, value, label, width, quantity }: ThresholdProps) {
  const [low = 0, high = 0] = layout.x.range();
  const x = layout.x(value);
  if (x < low || x > high) return null;
  const atEnd = x + textWidth(label, 12) + 8 > width;
  return (
    <g className="histogram__threshold">
      <line x1={x} x2={x} y1={layout.margin.top - 12} y2={height - layout.margin.bottom} />
      <text
        className="chart__over-marks"
        x={atEnd ? x - 5 : x + 5}
        y={layout.margin.top + (x < textWidth(quantity, 12) ? 11 : -4)}
        textAnchor={atEnd ? 'end' : 'start'}
      >
        {label}
      </text>
    </g>
  );
}

function Outside({ layout, height, width }: PartProps & { width: number }) {
  const y = height - layout.margin.bottom + 31;
  return (
    <>
      {layout.under > 0 && (
        <text x={layout.margin.left} y={y}>
          ◂ {formatCount(layout.under)} below
        </text>
      )}
      {layout.over > 0 && (
        <text x={width - layout.margin.right} y={y} textAnchor="end">
          {formatCount(layout.over)} above ▸
        </text>
      )}
    </>
  );
}
