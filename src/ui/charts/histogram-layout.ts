/** Overlaid histograms on shared bins as geometry: steps per group, ticks, labels of the threshold. */
import { scaleLinear, scaleSymlog, scaleTime } from 'd3';
import type { Margin } from './chart-parts.tsx';
import { textWidth } from './text-width.ts';
import { type PositionScale, spacedTicks, symlogTicks, tickCount, tickLabel } from './ticks.ts';
import type { Tone } from './tones.ts';

export interface HistogramGroup {
  readonly id: string;
  readonly label: string;
  readonly tone: Tone;
  /** One per bin. */
  readonly counts: ArrayLike<number>;
  /** Drawn as a line without a fill: its values are in another group too. */
  readonly outline?: boolean;
  /** Values below the first and above the last edge. */
  readonly under?: number;
  readonly over?: number;
}

export interface HistogramLayoutOptions {
  readonly width: number;
  readonly height: number;
  readonly countScale: 'linear' | 'log';
  /** Highest count of the axis, for several charts on one scale. */
  readonly countMax?: number | undefined;
  /** The x axis is logarithmic above this value and nearly linear below; linear without it. */
  readonly xLinearBelow?: number | undefined;
  /** Values are whole numbers: no tick between two. */
  readonly xWhole?: boolean | undefined;
  /** Values are moments: ticks at whole minutes, hours and days. */
  readonly xTime?: boolean | undefined;
}

export interface HistogramLayout {
  readonly margin: Margin;
  readonly x: PositionScale;
  readonly y: PositionScale;
  readonly xTicks: readonly number[];
  readonly yTicks: readonly number[];
  /** Closed outline per group, "" where it has no counts. */
  readonly areas: readonly string[];
  readonly under: number;
  readonly over: number;
}

/** Between ticks of a logarithmic axis, pixels. */
const MIN_GAP = 40;
/** Between ticks of a logarithmic count axis, pixels. */
const COUNT_GAP = 14;
/** Thinned by the gap between them. */
const MOST_TICKS = 12;

const EDGES = { top: 26, right: 10, bottom: 36 } as const;

/** Steps from the zero line up, over and down again; runs of empty bins are left out. */
export function stepArea(
  edges: ArrayLike<number>,
  counts: ArrayLike<number>,
  x: (value: number) => number,
  y: (value: number) => number,
): string {
  const point = (value: number, count: number) => `${x(value).toFixed(1)},${y(count).toFixed(1)}`;
  let path = '';
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i]!;
    if (count === 0) continue;
    if (i === 0 || counts[i - 1] === 0) path += `M${point(edges[i]!, 0)}`;
    path += `L${point(edges[i]!, count)}L${point(edges[i + 1]!, count)}`;
    if (i === counts.length - 1 || counts[i + 1] === 0) path += `L${point(edges[i + 1]!, 0)}Z`;
  }
  return path;
}

export function layoutHistogram(
  edges: ArrayLike<number>,
  groups: readonly HistogramGroup[],
  {
    width,
    height,
    countScale,
    countMax,
    xLinearBelow,
    xWhole = false,
    xTime = false,
  }: HistogramLayoutOptions,
): HistogramLayout | null {
  if (edges.length < 2 || width < 100) return null;
  let highest = countMax ?? 1;
  for (const { counts } of groups) {
    for (let i = 0; i < counts.length; i++) highest = Math.max(highest, counts[i]!);
  }
  const range: [number, number] = [height - EDGES.bottom, EDGES.top];
  const yCount = tickCount(range[0] - range[1], 'y');
  // log(1 + n): a bin of one trace stays visible and an empty one is zero.
  const y =
    countScale === 'log'
      ? scaleSymlog([0, highest], range).constant(1)
      : scaleLinear([0, highest], range).nice(yCount);
  const yTicks =
    countScale === 'linear'
      ? y.ticks(yCount).filter(Number.isInteger)
      : spacedTicks(symlogTicks(0, highest, 1, MOST_TICKS).filter(Number.isInteger), y, COUNT_GAP);
  const tickWidth = Math.max(...yTicks.map((tick) => textWidth(tickLabel(tick), 12)));
  const margin: Margin = { ...EDGES, left: Math.ceil(tickWidth) + 8 };
  const xRange: [number, number] = [margin.left, width - margin.right];
  const domain: [number, number] = [edges[0]!, edges[edges.length - 1]!];
  const x =
    xLinearBelow === undefined
      ? scaleLinear(domain, xRange)
      : scaleSymlog(domain, xRange).constant(xLinearBelow);
  const xCount = tickCount(xRange[1] - xRange[0], 'x');
  return {
    margin,
    x,
    y,
    xTicks: xTime
      ? timeTicks(domain, Math.max(2, Math.floor(xCount / 2)))
      : xLinearBelow === undefined
        ? x.ticks(xCount).filter((tick) => !xWhole || Number.isInteger(tick))
        : spacedTicks(
            symlogTicks(...domain, xLinearBelow, MOST_TICKS).filter((tick) => tick >= domain[0]),
            x,
            MIN_GAP,
          ),
    yTicks,
    areas: groups.map(({ counts }) => stepArea(edges, counts, x, y)),
    under: groups.reduce((sum, group) => sum + (group.under ?? 0), 0),
    over: groups.reduce((sum, group) => sum + (group.over ?? 0), 0),
  };
}

/** @param domain microseconds since the epoch */
const timeTicks = (domain: readonly [number, number], count: number): number[] =>
  scaleTime()
    .domain(domain.map((us) => us / 1e3))
    .ticks(count)
    .map((at) => at.getTime() * 1e3);

/** The bin that holds a value; edges rising, the last bin closed. Null outside. */
export function binOf(edges: ArrayLike<number>, value: number): number | null {
  const bins = edges.length - 1;
  if (bins < 1 || !(value >= edges[0]!) || value > edges[bins]!) return null;
  let low = 0;
  let high = bins;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (edges[middle]! <= value) low = middle;
    else high = middle;
  }
  return low;
}
