/** Few ticks, at round numbers, with labels as short as the axis allows. */
import { ticks as linearTicks, scaleLinear } from 'd3';
import { formatNumber } from '../widgets/format.ts';

/** The part of d3's continuous scales that charts use. */
export interface PositionScale {
  (value: number): number;
  domain(): number[];
  range(): number[];
  invert(position: number): number;
}

/** Room for a label along the axis, pixels. */
const PER_TICK = { x: 56, y: 36 } as const;

export function tickCount(length: number, axis: 'x' | 'y'): number {
  return Math.max(2, Math.min(8, Math.floor(length / PER_TICK[axis])));
}

/** Leaves out ticks whose labels would touch the one before; the first and zero stay. */
export function spacedTicks(
  ticks: readonly number[],
  scale: (value: number) => number,
  gap: number,
): number[] {
  const kept: number[] = [];
  for (const tick of ticks) {
    const last = kept.at(-1);
    if (last === undefined || Math.abs(scale(tick) - scale(last)) >= gap) kept.push(tick);
    else if (tick === 0) kept[kept.length - 1] = 0;
  }
  return kept;
}

/** Whole numbers only, for epochs and counts. */
export function wholeTicks(low: number, high: number, count: number): number[] {
  return linearTicks(low, high, count).filter(Number.isInteger);
}

/** Powers of ten in [low, high], thinned to at most `count`; 1, 2 and 5 where only one is there. */
export function logTicks(low: number, high: number, count: number): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const powers = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => 10 ** (first + i));
  if (powers.length >= 2) {
    const step = Math.ceil(powers.length / Math.max(2, count));
    return powers.filter((_, i) => i % step === 0);
  }
  const between = [-1, 0, 1].flatMap((d) => [1, 2, 5].map((m) => m * 10 ** (first + d)));
  const round = between.filter((tick) => tick >= low * 0.999 && tick <= high * 1.001);
  return round.length >= 2 ? round : linearTicks(low, high, count);
}

/**
 * Zero and powers of ten, for axes that are logarithmic but hold zero (and perhaps negatives);
 * evenly spaced where the whole axis is below the powers.
 */
export function symlogTicks(
  low: number,
  high: number,
  linearBelow: number,
  count: number,
): number[] {
  if (Math.max(-low, high) <= linearBelow) return linearTicks(low, high, Math.min(5, count));
  const start = Math.max(linearBelow, low);
  const upTo = (end: number) =>
    end <= linearBelow ? [] : logTicks(start, end, Math.max(2, count - 1));
  const positive = upTo(high).filter((tick) => tick >= linearBelow * 0.999);
  const negative = upTo(-low).map((tick) => -tick);
  const ticks = [...negative.reverse(), ...(low <= 0 && high >= 0 ? [0] : []), ...positive];
  return distinctTicks(ticks);
}

/** Of ticks that would read the same the roundest: an axis may be narrower than its labels tell. */
function distinctTicks(ticks: readonly number[]): number[] {
  const digits = (tick: number): number => String(tick).replace(/0+$/, '').length;
  const byLabel = new Map<string, number>();
  for (const tick of ticks) {
    const label = tickLabel(tick);
    const kept = byLabel.get(label);
    if (kept === undefined || digits(tick) < digits(kept)) byLabel.set(label, tick);
  }
  return [...byLabel.values()];
}

/** "0", "50", "1,000", "20k" and "3M" where labels would get long. */
export function tickLabel(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e15) return formatNumber(value);
  if (size >= 1e6) return `${trimZeros(formatNumber(value / 1e6))}M`;
  if (size >= 1e4) return `${trimZeros(formatNumber(value / 1e3))}k`;
  return trimZeros(formatNumber(value));
}

const trimZeros = (text: string): string =>
  text.includes('.') && !text.includes('e') ? text.replace(/\.?0+$/, '') : text;

/** A domain that ends at ticks; a single value gets some room around it. */
export function niceDomain(low: number, high: number, count: number): [number, number] {
  if (!(Number.isFinite(low) && Number.isFinite(high))) return [0, 1];
  if (low === high)
    return low === 0 ? [0, 1] : [low - Math.abs(low) / 10, high + Math.abs(high) / 10];
  const [a, b] = scaleLinear().domain([low, high]).nice(count).domain() as [number, number];
  return [a, b];
}

/** Moves labels apart along a line, keeping their order and as near to their places as can be. */
export function spreadLabels(
  places: readonly number[],
  gap: number,
  low: number,
  high: number,
): number[] {
  const order = places.map((_, i) => i).sort((a, b) => places[a]! - places[b]!);
  const spread = [...places];
  let floor = low;
  for (const i of order) {
    spread[i] = Math.max(spread[i]!, floor);
    floor = spread[i] + gap;
  }
  let ceiling = high;
  for (const i of order.reverse()) {
    spread[i] = Math.min(spread[i]!, ceiling);
    ceiling = spread[i] - gap;
  }
  return spread;
}
