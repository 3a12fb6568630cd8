/** Axes of a scatter plot: linear across, linear or nearly logarithmic upwards. */
import { scaleLinear, scaleSymlog } from 'd3';
import type { Margin } from './chart-parts.tsx';
import { textWidth } from './text-width.ts';
import { type PositionScale, spacedTicks, symlogTicks, tickCount, tickLabel } from './ticks.ts';

export interface PlotAxes {
  readonly xDomain: readonly [number, number];
  readonly yDomain: readonly [number, number];
  /** The y axis is logarithmic above this and nearly linear below; linear without it. */
  readonly yLinearBelow?: number | undefined;
  /** x values are whole numbers: no tick between two. */
  readonly xWhole?: boolean | undefined;
}

export interface PlotLayout {
  readonly margin: Margin;
  readonly x: PositionScale;
  readonly y: PositionScale;
  readonly xTicks: readonly number[];
  readonly yTicks: readonly number[];
  readonly width: number;
  readonly height: number;
}

const EDGES = { top: 26, right: 10, bottom: 36 } as const;

/** @returns null where there is no room for a plot */
export function layoutPlot(
  { xDomain, yDomain, yLinearBelow, xWhole = false }: PlotAxes,
  size: { readonly width: number; readonly height: number },
): PlotLayout | null {
  if (size.width < 120) return null;
  const yRange: [number, number] = [size.height - EDGES.bottom, EDGES.top];
  const yCount = tickCount(yRange[0] - yRange[1], 'y');
  const y: PositionScale =
    yLinearBelow === undefined
      ? scaleLinear(yDomain, yRange)
      : scaleSymlog(yDomain, yRange).constant(yLinearBelow);
  const yTicks =
    yLinearBelow === undefined
      ? scaleLinear(yDomain, yRange).ticks(yCount)
      : spacedTicks(
          symlogTicks(...yDomain, yLinearBelow, yCount + 2).filter((tick) => tick >= yDomain[0]),
          y,
          18,
        );
  const tickWidth = Math.max(0, ...yTicks.map((tick) => textWidth(tickLabel(tick), 12)));
  const margin: Margin = { ...EDGES, left: Math.ceil(tickWidth) + 8 };
  const xRange: [number, number] = [margin.left, size.width - margin.right];
  const x = scaleLinear(xDomain, xRange);
  return {
    margin,
    x,
    y,
    xTicks: x
      .ticks(tickCount(xRange[1] - xRange[0], 'x'))
      .filter((tick) => !xWhole || Number.isInteger(tick)),
    yTicks,
    width: xRange[1] - xRange[0],
    height: yRange[0] - yRange[1],
  };
}
