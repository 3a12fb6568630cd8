/** Training curves as geometry: scales, thinned paths, end labels. */
import { bisectCenter, line, scaleLinear, scaleLog, scaleSymlog } from 'd3';
import type { Margin } from './chart-parts.tsx';
import { largestTriangle } from './lttb.ts';
import { textWidth } from './text-width.ts';
import {
  logTicks,
  niceDomain,
  type PositionScale,
  spacedTicks,
  spreadLabels,
  symlogTicks,
  tickCount,
  tickLabel,
  wholeTicks,
} from './ticks.ts';
import type { Tone } from './tones.ts';

export interface LinePoint {
  readonly x: number;
  readonly y: number;
}

export interface LineSeries {
  readonly id: string;
  readonly label: string;
  /** x rising; points that are not finite are left out. All are kept, few are drawn. */
  readonly points: readonly LinePoint[];
  readonly tone?: Tone;
  readonly dashed?: boolean;
}

export interface LineLayoutOptions {
  readonly width: number;
  readonly height: number;
  readonly yScale: 'linear' | 'log';
  /** Keeps the x axis still while a run goes on, or one for several charts. */
  readonly xDomain?: readonly [number, number] | undefined;
  /** The x axis is logarithmic above this value and nearly linear below; linear without it. */
  readonly xLinearBelow?: number | undefined;
  /** Widest label at the ends of several charts, so that their plots are equally wide. */
  readonly labelWidth?: number | undefined;
}

export interface DrawnSeries {
  readonly series: LineSeries;
  readonly path: string;
  readonly end: { readonly x: number; readonly y: number; readonly labelY: number };
}

export interface LineLayout {
  readonly margin: Margin;
  readonly x: PositionScale;
  readonly y: PositionScale;
  readonly xTicks: readonly number[];
  readonly yTicks: readonly number[];
  readonly drawn: readonly DrawnSeries[];
  /** All x that some series has, rising: the places of the cursor. */
  readonly places: readonly number[];
}

/** Of dashed curves, as of stroke-dasharray. */
export const DASH = '5 3';

const LABEL_GAP = 14;
const TOP = 26;
const BOTTOM = 36;

function yAxis(low: number, high: number, kind: 'linear' | 'log', range: [number, number]) {
  const count = tickCount(range[0] - range[1], 'y');
  if (kind === 'linear') {
    const domain = niceDomain(low, high, count);
    const scale = scaleLinear(domain, range);
    return { scale, ticks: scale.ticks(count) };
  }
  if (low > 0) {
    // A curve that hardly moves would fill the chart with noise: show at least a third of a decade.
    const [from, to] = high / low < 2 ? [low / 1.5, high * 1.5] : [low * 0.95, high * 1.05];
    return { scale: scaleLog([from, to], range), ticks: logTicks(from, to, count) };
  }
  // Likelihoods of latency may be negative, and logarithms of them not; near zero it is linear.
  const domain = low === high ? [low - 1, high + 1] : [low, high];
  const scale = scaleSymlog(domain, range).constant(1);
  return { scale, ticks: symlogTicks(domain[0]!, domain[1]!, 1, count) };
}

export function layoutLines(
  all: readonly LineSeries[],
  options: LineLayoutOptions,
): LineLayout | null {
  const series = all
    .map((one) => ({
      ...one,
      points: one.points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)),
    }))
    .filter(({ points }) => points.length > 0);
  if (series.length === 0 || options.width < 80) return null;
  const widest = Math.max(...series.map(({ label }) => textWidth(label, 12)));
  const points = series.flatMap((one) => one.points);
  let low = Infinity;
  let high = -Infinity;
  for (const { y } of points) {
    low = Math.min(low, y);
    high = Math.max(high, y);
  }
  const places = [...new Set(points.map(({ x }) => x))].sort((a, b) => a - b);
  const [first, last] = options.xDomain ?? [places[0]!, places.at(-1)!];
  const yRange: [number, number] = [options.height - BOTTOM, TOP];
  const { scale: y, ticks: yTicks } = yAxis(low, high, options.yScale, yRange);

  const tickWidth = Math.max(...yTicks.map((tick) => textWidth(tickLabel(tick), 12)));
  const margin: Margin = {
    top: TOP,
    bottom: BOTTOM,
    left: Math.ceil(tickWidth) + 8,
    right: 12 + Math.ceil(options.labelWidth ?? widest),
  };
  const xRange: [number, number] = [margin.left, options.width - margin.right];
  const xDomain: [number, number] = [first, last > first ? last : first + 1];
  const { xLinearBelow } = options;
  const x: PositionScale =
    xLinearBelow === undefined
      ? scaleLinear(xDomain, xRange)
      : scaleSymlog(xDomain, xRange).constant(xLinearBelow);
  const limit = Math.max(50, 2 * Math.floor(xRange[1] - xRange[0]));
  const path = line<LinePoint>(
    (point) => x(point.x),
    (point) => y(point.y),
  ).digits(1);
  const ends = series.map((one) => one.points.at(-1)!);
  const labelY = spreadLabels(
    ends.map((end) => y(end.y)),
    LABEL_GAP,
    TOP,
    yRange[0] - LABEL_GAP / 2,
  );
  const drawn = series.map((one, i): DrawnSeries => {
    const kept = largestTriangle(
      one.points.map((point) => point.x),
      one.points.map((point) => y(point.y)),
      limit,
    );
    return {
      series: one,
      path: path(kept.map((index) => one.points[index]!)) ?? '',
      end: { x: x(ends[i]!.x), y: y(ends[i]!.y), labelY: labelY[i]! },
    };
  });
  const xCount = tickCount(xRange[1] - xRange[0], 'x');
  const xTicks =
    xLinearBelow === undefined
      ? wholeTicks(...xDomain, xCount)
      : spacedTicks(
          symlogTicks(...xDomain, xLinearBelow, xCount).filter((tick) => tick >= first),
          x,
          40,
        );
  return { margin, x, y, xTicks, yTicks, drawn, places };
}

/** The place nearest to x, as an index. */
export const nearestPlace = (layout: LineLayout, x: number): number =>
  bisectCenter(layout.places, layout.x.invert(x));

export function valueAt(series: LineSeries, x: number): number | null {
  return series.points.find((point) => point.x === x)?.y ?? null;
}
