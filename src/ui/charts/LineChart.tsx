/** Curves over epochs: solid and dashed, labelled at their ends, with exact values on hover. */
import { useState } from 'react';
import { formatNats } from '../widgets/format.ts';
import { AxisBottom, AxisLeft, ChartFigure } from './chart-parts.tsx';
import { LineCursor } from './LineCursor.tsx';
import {
  DASH,
  type LineLayout,
  type LinePoint,
  type LineSeries,
  layoutLines,
  valueAt,
} from './line-layout.ts';
import { textWidth } from './text-width.ts';
import { toneInk } from './tones.ts';
import { useWidth } from './use-size.ts';
import './line-chart.css';

export type { LinePoint, LineSeries } from './line-layout.ts';

export interface LineMarker {
  readonly x: number;
  readonly label: string;
}

export interface LineChartProps {
  readonly title: string;
  readonly series: readonly LineSeries[];
  /** Quantity of the y axis; "nats" unless told. */
  readonly yLabel?: string;
  /** Quantity of the x axis; "epoch" unless told. */
  readonly xLabel?: string;
  readonly yScale?: 'linear' | 'log';
  readonly xDomain?: readonly [number, number];
  /** The x axis is logarithmic above this value and nearly linear below; linear without it. */
  readonly xLinearBelow?: number;
  /** x as it is said; as it is unless told. */
  readonly formatX?: (value: number) => string;
  readonly height?: number;
  /** Vertical lines: where a phase begins, where the learning rate falls. */
  readonly markers?: readonly LineMarker[];
  /** Points of the curves to ring: epochs that were chosen. */
  readonly rings?: readonly LinePoint[];
  readonly formatY?: (value: number) => string;
  /** Width kept for end labels, pixels, so that charts side by side line up. */
  readonly labelWidth?: number;
  /** x under the cursor, shared by charts side by side; the chart keeps its own unless given. */
  readonly cursor?: number | null;
  readonly onCursor?: (x: number | null) => void;
  readonly empty?: string;
}

export function LineChart(props: LineChartProps) {
  const { title, series, xLabel = 'epoch', yScale = 'linear', height = 200 } = props;
  const {
    xDomain,
    xLinearBelow,
    formatX = String,
    labelWidth,
    markers = [],
    rings = [],
    formatY = formatNats,
    empty = 'No epochs yet.',
  } = props;
  const yLabel = props.yLabel ?? 'nats';
  const shownY = yScale === 'log' ? `${yLabel}, log` : yLabel;
  const [box, width] = useWidth<HTMLDivElement>();
  const [ownCursor, setOwnCursor] = useState<number | null>(null);
  const cursor = props.cursor === undefined ? ownCursor : props.cursor;
  const setCursor = props.onCursor ?? setOwnCursor;
  const layout = layoutLines(series, {
    width,
    height,
    yScale,
    xDomain,
    xLinearBelow,
    labelWidth,
  });

  const latest = series.flatMap(({ label, points }) => {
    const last = points.at(-1);
    return last === undefined
      ? []
      : [`${label} ${formatY(last.y)} at ${xLabel} ${formatX(last.x)}`];
  });
  const summary = `${title}, ${yLabel} by ${xLabel}: ${latest.join(', ') || empty}`;

  return (
    <ChartFigure title={title} summary={summary} className="line-chart" ref={box}>
      {layout === null ? (
        <div className="chart__empty" style={{ height }}>
          {empty}
        </div>
      ) : (
        <>
          <svg width={width} height={height} role="img" aria-label={summary}>
            <AxisLeft
              scale={layout.y}
              ticks={layout.yTicks}
              label={shownY}
              x={layout.margin.left}
              width={width - layout.margin.left - layout.margin.right}
            />
            <AxisBottom
              scale={layout.x}
              ticks={layout.xTicks}
              label={xLabel}
              y={height - layout.margin.bottom}
            />
            <Markers {...{ layout, markers, height, width }} quantity={shownY} />
            <Lines layout={layout} />
            {rings.map(({ x, y }) => (
              <circle
                key={x}
                className="line-chart__ring"
                cx={layout.x(x)}
                cy={layout.y(y)}
                r={5.5}
              />
            ))}
            {cursor !== null && <Hair layout={layout} at={cursor} height={height} />}
          </svg>
          <LineCursor
            {...{
              title,
              layout,
              series,
              cursor,
              setCursor,
              xLabel,
              formatX,
              formatY,
              height,
              width,
            }}
          />
        </>
      )}
    </ChartFigure>
  );
}

interface PartProps {
  readonly layout: LineLayout;
}

function Lines({ layout }: PartProps) {
  return layout.drawn.map(({ series, path, end }) => (
    <g key={series.id} style={{ color: toneInk(series.tone ?? 'plain') }}>
      <path
        className="line-chart__line"
        d={path}
        strokeDasharray={series.dashed ? DASH : undefined}
      />
      <circle
        className={series.dashed ? 'line-chart__end line-chart__end--open' : 'line-chart__end'}
        cx={end.x}
        cy={end.y}
        r={2.5}
      />
      <text className="line-chart__label" x={end.x + 7} y={end.labelY} dy="0.32em">
        {series.label}
      </text>
    </g>
  ));
}

interface MarkersProps extends PartProps {
  readonly markers: readonly LineMarker[];
  readonly height: number;
  readonly width: number;
  /** Of the y axis, at the left above the plot: labels stand beside it. */
  readonly quantity: string;
}

function Markers({ layout, markers, height, width, quantity }: MarkersProps) {
  const [low = 0, high = 0] = layout.x.domain();
  const { top } = layout.margin;
  return markers
    .filter(({ x }) => x > low && x < high)
    .map(({ x, label }) => ({ x, label, at: layout.x(x), wide: textWidth(label, 12) + 4 }))
    .map(({ x, label, at, wide }) => (
      <g key={`${x} ${label}`} transform={`translate(${at} 0)`}>
        <line className="line-chart__marker" y1={top - 10} y2={height - layout.margin.bottom} />
        <text
          className="line-chart__marker-label chart__over-marks"
          x={at + wide > width ? -4 : 4}
          y={at < textWidth(quantity, 12) ? top + 9 : top - 13}
          textAnchor={at + wide > width ? 'end' : 'start'}
        >
          {label}
        </text>
      </g>
    ));
}

function Hair({ layout, at, height }: PartProps & { at: number; height: number }) {
  const x = layout.x(at);
  return (
    <g>
      <line
        className="chart__hair"
        x1={x}
        x2={x}
        y1={layout.margin.top}
        y2={height - layout.margin.bottom}
      />
      {layout.drawn.map(({ series }) => {
        const value = valueAt(series, at);
        if (value === null) return null;
        const colour = toneInk(series.tone ?? 'plain');
        return (
          <circle key={series.id} cx={x} cy={layout.y(value)} r={3.5} style={{ fill: colour }} />
        );
      })}
    </g>
  );
}
