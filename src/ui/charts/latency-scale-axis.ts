/** One axis for the latencies of a trace: logarithmic, but with zero on it. */
import { scaleSymlog } from 'd3';
import { type PositionScale, spacedTicks, symlogTicks } from './ticks.ts';

export interface LatencyRow {
  readonly service: string;
  readonly operation: string;
  /** Of the node in its tree, for the indent. */
  readonly depth?: number;
  readonly observedMs: number;
  readonly expectedMs: number;
  readonly stdMs: number;
  readonly zScore: number;
}

export interface LatencyAxis {
  readonly x: PositionScale;
  readonly ticks: readonly number[];
}

/** Decades shown below the largest latency; what is smaller is drawn near zero. */
const DECADES = 4;
/** How far bands may lead the axis beyond the largest latency; what is wider is cut off. */
const REACH = 10;
/** Pixels between ticks at least, so that their labels stay apart. */
const LABEL_WIDTH = 40;

export function latencyAxis(rows: readonly LatencyRow[], width: number): LatencyAxis {
  let highest = 0;
  let least = Infinity;
  let widest = 0;
  for (const row of rows) {
    for (const value of [row.observedMs, row.expectedMs]) {
      if (Number.isFinite(value)) highest = Math.max(highest, value);
      if (value > 0) least = Math.min(least, value);
    }
    const [, end] = band(row, 3);
    if (!Number.isNaN(end)) widest = Math.max(widest, end);
  }
  highest = Math.max(highest, Math.min(widest, REACH * highest));
  if (highest === 0) highest = 1;
  const floor = Math.max(Math.min(least, highest), highest / 10 ** DECADES);
  const linearBelow = 10 ** Math.floor(Math.log10(floor));
  const x = scaleSymlog([0, highest * 1.05], [4, Math.max(5, width - 6)])
    .constant(linearBelow)
    .clamp(true);
  const all = symlogTicks(0, highest, linearBelow, DECADES + 2);
  return { x, ticks: spacedTicks(all, x, LABEL_WIDTH) };
}

/** From mean - k std to mean + k std, cut off at zero: a latency is never less. */
export function band(row: LatencyRow, stds: number): readonly [number, number] {
  const reach = stds * row.stdMs;
  return [Math.max(0, row.expectedMs - reach), Math.max(0, row.expectedMs + reach)];
}

/** Beyond 3 standard deviations a latency is called out. */
export const isFar = ({ zScore }: LatencyRow): boolean => Math.abs(zScore) > 3;
