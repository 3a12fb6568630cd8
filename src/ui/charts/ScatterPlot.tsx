/**
 * One mark a trace, on a canvas between axes. The mark under the pointer, or the one that the arrow
 * keys have come to, tells its values; a click or Enter opens its trace.
 */
import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react';
import { AxisBottom, AxisLeft, ChartFigure, ChartTip } from './chart-parts.tsx';
import { MarkCanvas, type MarkCanvasProps } from './MarkCanvas.tsx';
import { nearestMark } from './mark-raster.ts';
import { layoutPlot, type PlotAxes, type PlotLayout } from './scatter-layout.ts';
import { useWidth } from './use-size.ts';
import './score-lanes.css';

export interface ScatterPlotProps
  extends PlotAxes,
    Pick<MarkCanvasProps, 'places' | 'kind' | 'kinds' | 'inks'> {
  readonly title: string;
  readonly summary: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly height?: number;
  /** Exact values of a mark, a line each; the first is its name. */
  readonly describe: (mark: number) => readonly string[];
  readonly onOpen: (mark: number) => void;
}

export function ScatterPlot(props: ScatterPlotProps) {
  const { title, summary, height = 320, places, describe } = props;
  const [box, width] = useWidth<HTMLDivElement>();
  const [mark, setMark] = useState<number | null>(null);
  const layout = layoutPlot(props, { width, height });
  return (
    <ChartFigure title={title} summary={summary} className="scatter" ref={box}>
      {layout === null ? (
        <div className="chart__empty" style={{ height }} />
      ) : (
        <>
          <svg width={width} height={height} role="img" aria-label={summary}>
            <AxisLeft
              scale={layout.y}
              ticks={layout.yTicks}
              label={props.yLabel}
              x={layout.margin.left}
              width={layout.width}
            />
            <AxisBottom
              scale={layout.x}
              ticks={layout.xTicks}
              label={props.xLabel}
              y={height - layout.margin.bottom}
            />
          </svg>
          <MarkCanvas
            width={layout.width}
            height={layout.height}
            left={layout.margin.left}
            top={layout.margin.top}
            places={places}
            kind={props.kind}
            kinds={props.kinds}
            inks={props.inks}
          />
          {mark !== null && mark < places.x.length && (
            <Ring layout={layout} x={places.x[mark]!} y={places.y[mark]!} />
          )}
          <ScatterCursor {...props} layout={layout} mark={mark} setMark={setMark} />
          {mark !== null && mark < places.x.length && (
            <ChartTip
              x={layout.margin.left + places.x[mark]! * layout.width}
              y={layout.margin.top + places.y[mark]! * layout.height}
              boxWidth={width}
            >
              {describe(mark).map((line) => (
                <div key={line}>{line}</div>
              ))}
            </ChartTip>
          )}
        </>
      )}
    </ChartFigure>
  );
}

function Ring({ layout, x, y }: { layout: PlotLayout; x: number; y: number }) {
  const { left, top } = layout.margin;
  return (
    <span
      className="scatter__ring"
      style={{ left: left + x * layout.width - 7, top: top + y * layout.height - 7 }}
    />
  );
}

interface CursorProps extends ScatterPlotProps {
  readonly layout: PlotLayout;
  readonly mark: number | null;
  readonly setMark: (mark: number | null) => void;
}

/** Pixels from the pointer within which a mark is meant. */
const REACH = 12;

function ScatterCursor(props: CursorProps) {
  const { title, layout, places, mark, setMark, describe, onOpen } = props;
  /** Marks from left to right, sorted when a key first asks. */
  const order = useRef<{ readonly of: Float32Array; readonly marks: Uint32Array } | null>(null);
  const fromLeft = (): Uint32Array => {
    if (order.current?.of !== places.x) {
      const marks = Uint32Array.from(places.x.keys()).sort((a, b) => places.x[a]! - places.x[b]!);
      order.current = { of: places.x, marks };
    }
    return order.current.marks;
  };
  const at = (event: PointerEvent<HTMLElement>): number | null => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    const pointer = { x: event.clientX - left, y: event.clientY - top };
    const found = nearestMark(places, layout, pointer, REACH);
    return found === -1 ? null : found;
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.key === 'Enter' && mark !== null) onOpen(mark);
    const marks = fromLeft();
    const last = marks.length - 1;
    const here = mark === null ? -1 : marks.indexOf(mark);
    const goal = goalOf(event.key, here, last);
    if (goal === null || last < 0) return;
    event.preventDefault();
    setMark(marks[Math.max(0, Math.min(last, goal))]!);
  };
  return (
    <div
      className="chart__cursor"
      role="slider"
      tabIndex={0}
      aria-label={`${title}, traces from left to right`}
      aria-valuemin={0}
      aria-valuemax={Math.max(0, places.x.length - 1)}
      aria-valuenow={mark ?? 0}
      aria-valuetext={
        mark === null ? 'use the arrow keys to read values' : describe(mark).join(', ')
      }
      style={{
        left: layout.margin.left,
        top: layout.margin.top,
        width: layout.width,
        height: layout.height,
      }}
      onKeyDown={onKeyDown}
      onPointerMove={(event) => setMark(at(event))}
      onPointerUp={(event) => {
        const found = at(event);
        if (found !== null) onOpen(found);
      }}
      onPointerLeave={() => setMark(null)}
      onBlur={() => setMark(null)}
    />
  );
}

/** Where a key leads from a place in the order; null for keys that move nothing. */
function goalOf(key: string, here: number, last: number): number | null {
  const page = Math.ceil(last / 10);
  switch (key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return here + 1;
    case 'ArrowLeft':
    case 'ArrowDown':
      return here - 1;
    case 'PageUp':
      return here + page;
    case 'PageDown':
      return here - page;
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}
