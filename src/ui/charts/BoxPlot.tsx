/** Box plots side by side: for each range on the x axis one box a group, on one y axis. */
import { useId, useState } from 'react';
import { formatCount } from '../widgets/format.ts';
import { ChartCursor } from './ChartCursor.tsx';
import { AxisLeft, ChartFigure, ChartTip } from './chart-parts.tsx';
import { HatchDefs, hatch } from './hatch.tsx';
import { layoutPlot } from './scatter-layout.ts';
import { type Tone, toneInk } from './tones.ts';
import { useWidth } from './use-size.ts';
import './box-plot.css';

export interface PlottedBox {
  readonly id: string;
  /** Index of the range on the x axis. */
  readonly range: number;
  readonly tone: Tone;
  /** Of the group. */
  readonly label: string;
  readonly count: number;
  readonly low: number;
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
  readonly high: number;
}

export interface BoxPlotProps {
  readonly title: string;
  readonly summary: string;
  readonly ranges: readonly string[];
  readonly boxes: readonly PlottedBox[];
  readonly xLabel: string;
  readonly yLabel: string;
  readonly yDomain: readonly [number, number];
  readonly yLinearBelow?: number;
  readonly height?: number;
  readonly formatY: (value: number) => string;
}

/** Pixels of a box at most, and between boxes of a range. */
const WIDEST = 18;

export function BoxPlot(props: BoxPlotProps) {
  const { title, summary, ranges, boxes, yDomain, yLinearBelow, height = 320, formatY } = props;
  const [box, width] = useWidth<HTMLDivElement>();
  const [at, setAt] = useState<number | null>(null);
  const id = useId();
  const xDomain = [0, Math.max(1, ranges.length)] as const;
  const layout = layoutPlot({ xDomain, yDomain, yLinearBelow }, { width, height });
  if (layout === null || boxes.length === 0) {
    return (
      <ChartFigure title={title} summary={summary} ref={box}>
        <div className="chart__empty" style={{ height }}>
          {boxes.length === 0 && 'No traces.'}
        </div>
      </ChartFigure>
    );
  }
  const most = Math.max(...ranges.map((_, r) => boxes.filter(({ range }) => range === r).length));
  const band = layout.width / ranges.length;
  const wide = Math.min(WIDEST, (0.8 * band) / Math.max(1, most));
  const place = (index: number): number => {
    const { range } = boxes[index]!;
    const siblings = boxes.flatMap((other, i) => (other.range === range ? [i] : []));
    const offset = siblings.indexOf(index) - (siblings.length - 1) / 2;
    return layout.x(range + 0.5) + offset * wide;
  };
  const words = (index: number): string => {
    const one = boxes[index]!;
    return `${ranges[one.range]} ${props.xLabel}, ${one.label}: median ${formatY(one.median)}, middle half ${formatY(one.q1)} to ${formatY(one.q3)}, ${formatCount(one.count, 'trace')}`;
  };
  const chosen = at === null ? undefined : boxes[at];
  return (
    <ChartFigure title={title} summary={summary} className="box-plot" ref={box}>
      <svg width={width} height={height} role="img" aria-label={summary}>
        <HatchDefs id={id} />
        <AxisLeft
          scale={layout.y}
          ticks={layout.yTicks}
          label={props.yLabel}
          x={layout.margin.left}
          width={layout.width}
        />
        <g className="chart__axis" transform={`translate(0 ${height - layout.margin.bottom})`}>
          {ranges.map((range, r) => (
            <text key={range} x={layout.x(r + 0.5)} y={16} textAnchor="middle">
              {range}
            </text>
          ))}
          <text x={layout.margin.left + layout.width} y={31} textAnchor="end">
            {props.xLabel}
          </text>
        </g>
        {boxes.map((one, i) => {
          const x = place(i);
          const half = Math.max(1.5, wide / 2 - 1);
          return (
            <g
              key={one.id}
              className={`box-plot__box box-plot__box--${one.tone}`}
              style={{ color: toneInk(one.tone) }}
            >
              <line x1={x} x2={x} y1={layout.y(one.low)} y2={layout.y(one.q1)} />
              <line x1={x} x2={x} y1={layout.y(one.q3)} y2={layout.y(one.high)} />
              <rect
                x={x - half}
                width={2 * half}
                y={layout.y(one.q3)}
                height={Math.max(1, layout.y(one.q1) - layout.y(one.q3))}
                style={{ fill: hatch(id, one.tone) }}
              />
              <line
                className="box-plot__median"
                x1={x - half}
                x2={x + half}
                y1={layout.y(one.median)}
                y2={layout.y(one.median)}
              />
            </g>
          );
        })}
      </svg>
      <ChartCursor
        label={`${title}, box by box`}
        index={at}
        count={boxes.length}
        valueText={at === null ? '' : words(at)}
        box={{
          left: layout.margin.left,
          top: layout.margin.top,
          width: layout.width,
          height: layout.height,
        }}
        onIndex={setAt}
        indexAt={(x) =>
          nearest(
            boxes.map((_, i) => place(i) - layout.margin.left),
            x,
          )
        }
      />
      {chosen !== undefined && at !== null && (
        <ChartTip x={place(at)} y={layout.margin.top} boxWidth={width}>
          {words(at)}
        </ChartTip>
      )}
    </ChartFigure>
  );
}

function nearest(places: readonly number[], x: number): number | null {
  let best: number | null = null;
  places.forEach((place, i) => {
    if (best === null || Math.abs(place - x) < Math.abs(places[best]! - x)) best = i;
  });
  return best;
}
