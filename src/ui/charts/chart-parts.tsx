/** What all charts are made of: the figure with its words, axes, and the tip at the pointer. */
import type { CSSProperties, ReactNode, Ref } from 'react';
import { SaveFigure } from './SaveFigure.tsx';
import { type PositionScale, tickLabel } from './ticks.ts';
import './chart.css';

export interface Margin {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

export interface ChartFigureProps {
  readonly title?: ReactNode;
  /** Right of the title: a legend or a number. */
  readonly aside?: ReactNode;
  /** What a reader who cannot see the chart should know, in a sentence or two. */
  readonly summary: string;
  /** Of the file that it is saved as; the title, where that is text, unless told. */
  readonly name?: string;
  readonly className?: string;
  readonly ref?: Ref<HTMLDivElement>;
  readonly children: ReactNode;
}

export function ChartFigure(props: ChartFigureProps) {
  const { title, aside, summary, className = '', ref, children } = props;
  const name = props.name ?? (typeof title === 'string' ? title : summary.split(/[:,;]/)[0]!);
  return (
    <figure className={`chart ${className}`}>
      <figcaption className="chart__caption">
        <span className="chart__title">{title}</span>
        {aside !== undefined && <span className="chart__aside">{aside}</span>}
        <SaveFigure name={name} />
      </figcaption>
      <p className="said-only">{summary}</p>
      <div ref={ref} className="chart__box">
        {children}
      </div>
    </figure>
  );
}

interface AxisProps {
  readonly scale: PositionScale;
  readonly ticks: readonly number[];
  readonly label?: string;
  readonly format?: (value: number) => string;
}

interface AxisBottomProps extends AxisProps {
  readonly y: number;
  /** Where the quantity stands below the axis; at its end unless told. */
  readonly labelAt?: 'middle' | 'end';
}

export function AxisBottom(props: AxisBottomProps) {
  const { scale, ticks, label, format = tickLabel, y, labelAt = 'end' } = props;
  const [low = 0, high = 0] = scale.range();
  return (
    <g className="chart__axis" transform={`translate(0 ${y})`}>
      <line className="chart__axis-line" x1={low} x2={high} />
      {ticks.map((tick) => {
        const x = scale(tick);
        // Labels at the very ends stay inside the plot.
        const anchor = x - low < 8 ? 'start' : high - x < 8 ? 'end' : 'middle';
        return (
          <g key={tick} transform={`translate(${x} 0)`}>
            <line className="chart__axis-line" y2={4} />
            <text y={16} textAnchor={anchor}>
              {format(tick)}
            </text>
          </g>
        );
      })}
      {label !== undefined && (
        <text
          className="chart__axis-label"
          x={labelAt === 'end' ? high : (low + high) / 2}
          y={31}
          textAnchor={labelAt}
        >
          {label}
        </text>
      )}
    </g>
  );
}

/** Grid lines with their labels at the left; the quantity stands above them. */
export function AxisLeft(props: AxisProps & { readonly x: number; readonly width: number }) {
  const { scale, ticks, label, format = tickLabel, x, width } = props;
  const top = Math.min(...scale.range());
  return (
    <g className="chart__axis" transform={`translate(${x} 0)`}>
      {ticks.map((tick) => (
        <g key={tick} transform={`translate(0 ${scale(tick)})`}>
          <line className={tick === 0 ? 'chart__zero' : 'chart__grid'} x2={width} />
          <text x={-6} dy="0.32em" textAnchor="end">
            {format(tick)}
          </text>
        </g>
      ))}
      {label !== undefined && (
        <text className="chart__axis-label" x={-x} y={top - 13}>
          {label}
        </text>
      )}
    </g>
  );
}

export interface ChartTipProps {
  /** Pixels within the chart's box. */
  readonly x: number;
  readonly y: number;
  readonly boxWidth: number;
  readonly children: ReactNode;
}

/** Exact values beside the pointer, on the side that has room. Screen readers hear them elsewhere. */
export function ChartTip({ x, y, boxWidth, children }: ChartTipProps) {
  const style: CSSProperties =
    x < boxWidth / 2 ? { left: x + 12, top: y } : { right: boxWidth - x + 12, top: y };
  return (
    <div className="chart__tip" style={style} aria-hidden="true">
      {children}
    </div>
  );
}
