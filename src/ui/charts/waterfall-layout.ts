/**
 * A score as a sum: the largest parts one after the other, each starting where the last ended, then
 * all others together, the remainder or what a ceiling cuts off, and the total. Parts may be negative and then go back.
 */
import type { Tone } from './tones.ts';

export interface WaterfallPart {
  readonly id: string;
  readonly label: string;
  /** Quieter, after the label: the node. */
  readonly detail?: string;
  readonly value: number;
  readonly tone?: Tone;
  /** Node that the part belongs to, to light up its twins. */
  readonly node?: number;
}

export interface WaterfallBar {
  readonly part: WaterfallPart;
  readonly kind: 'part' | 'others' | 'remainder' | 'ceiling' | 'total';
  /** Where the bar starts and ends, in the unit of the values. */
  readonly from: number;
  readonly to: number;
}

export interface WaterfallLayout {
  readonly bars: readonly WaterfallBar[];
  readonly domain: readonly [number, number];
}

export interface WaterfallOptions {
  readonly total: number;
  /** How many parts have a bar of their own. */
  readonly top: number;
  readonly totalLabel: string;
  readonly remainderLabel: string;
  readonly ceiling?: Ceiling;
}

/** A total that is this high was cut to it: what is missing to the parts is no remainder. */
export interface Ceiling {
  readonly at: number;
  readonly words: string;
}

/** A remainder below this is rounding and gets no bar. */
const NEGLIGIBLE = 5e-5;

export function layoutWaterfall(
  parts: readonly WaterfallPart[],
  options: WaterfallOptions,
): WaterfallLayout {
  const finite = parts.filter(({ value }) => Number.isFinite(value) && value !== 0);
  const ranked = [...finite].sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  // A single part left over has a bar of its own rather than one that says "1 other".
  const cut = ranked.length === options.top + 1 ? ranked.length : options.top;
  const shown = ranked.slice(0, cut);
  const rest = ranked.slice(cut);
  const restValue = rest.reduce((sum, { value }) => sum + value, 0);
  const sum = finite.reduce((total, { value }) => total + value, 0);
  const remainder = options.total - sum;

  const rows: { part: WaterfallPart; kind: WaterfallBar['kind'] }[] = shown.map((part) => ({
    part,
    kind: 'part',
  }));
  if (rest.length > 0) {
    const label = `${rest.length} others`;
    rows.push({ part: { id: 'others', label, value: restValue }, kind: 'others' });
  }
  const { ceiling } = options;
  if (ceiling !== undefined && options.total >= ceiling.at) {
    const part = { id: 'ceiling', label: 'ceiling', detail: ceiling.words, value: remainder };
    rows.push({ part, kind: 'ceiling' });
  } else if (Math.abs(remainder) > NEGLIGIBLE) {
    const part = { id: 'remainder', label: options.remainderLabel, value: remainder };
    rows.push({ part, kind: 'remainder' });
  }
  let at = 0;
  const bars = rows.map(({ part, kind }): WaterfallBar => {
    const from = at;
    at += part.value;
    return { part, kind, from, to: at };
  });
  const total = { id: 'total', label: options.totalLabel, value: options.total };
  bars.push({ part: total, kind: 'total', from: 0, to: options.total });
  const ends = bars.flatMap(({ from, to }) => [from, to]);
  const [low, high] = [Math.min(0, ...ends), Math.max(0, ...ends)];
  return { bars, domain: low === high ? [0, 1] : [low, high] };
}
