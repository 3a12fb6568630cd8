/**
 * Numbers as people read them: 3 significant digits, thousands separated, always with a unit.
 * Numbers that are not there (null, NaN) are an en dash; infinities say so.
 */
import {
  formatDuration,
  formatMs,
  formatNumber,
  groupThousands,
  MINUS,
  MISSING,
} from '../../base/number-words.ts';

export { formatDuration, formatMs, formatNumber };

/** A whole number, all digits: "12,345", or "12,345 traces" with a noun (its plural by -s). */
export function formatCount(value: number | null | undefined, noun?: string): string {
  if (value === null || value === undefined || Number.isNaN(value)) return MISSING;
  const text = (value < 0 ? MINUS : '') + groupThousands(Math.abs(Math.round(value)).toString());
  return noun === undefined ? text : `${text} ${noun}${Math.abs(value) === 1 ? '' : 's'}`;
}

/** A z-score, signed: one decimal, and no more digits than mean anything. */
export function formatZ(z: number): string {
  if (Number.isNaN(z)) return MISSING;
  if (Math.abs(z) < 0.05) return '0.0';
  const size = Math.abs(z) < 99.95 ? Math.abs(z).toFixed(1) : formatNumber(Math.abs(z));
  return `${z < 0 ? MINUS : '+'}${size}`;
}

/** @param unit empty for a pure number */
export function formatWithUnit(value: number | null | undefined, unit: string): string {
  const text = formatNumber(value);
  return text === MISSING || unit === '' ? text : `${text} ${unit}`;
}

export const formatNats = (nats: number | null | undefined): string => formatWithUnit(nats, 'nats');

const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Decimal units: 1 kB is 1,000 bytes. */
export function formatBytes(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined || Number.isNaN(bytes)) return MISSING;
  let unit = 0;
  let value = bytes;
  while (Math.abs(value) >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1e3;
    unit++;
  }
  return `${unit === 0 ? formatCount(value) : formatNumber(value)} ${BYTE_UNITS[unit]}`;
}

/** A share of 1: 0.0832 as "8.32 %". */
export function formatPercent(share: number | null | undefined): string {
  const text = formatNumber(share === null || share === undefined ? share : share * 100);
  return text === MISSING ? text : `${text}\u00a0%`;
}

/** A difference of two shares, signed: 0.0133 as "+1.33 points". */
export function formatPoints(difference: number): string {
  return `${difference > 0 ? '+' : ''}${formatNumber(difference * 100)} points`;
}

/** A probability or F-score between 0 and 1: three decimals, so that columns line up. */
export function formatScore(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return MISSING;
  return value.toFixed(3).replace('-', MINUS);
}

/** "1,230 traces/s" */
export function formatRate(perSecond: number | null | undefined, noun: string): string {
  const text = formatNumber(perSecond);
  return text === MISSING ? text : `${text} ${noun}/s`;
}

/** Keeps both ends, where names of operations differ, and at most `length` characters. */
export function ellipsisMiddle(text: string, length: number): string {
  const characters = Array.from(text);
  if (characters.length <= length) return text;
  const kept = Math.max(2, length - 1);
  const head = Math.ceil(kept / 2);
  return `${characters.slice(0, head).join('')}…${characters.slice(characters.length - (kept - head)).join('')}`;
}

const DATE = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** @param ms milliseconds since the epoch */
export const formatDate = (ms: number): string => DATE.format(ms);

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const twoDigits = (value: number): string => String(value).padStart(2, '0');

/**
 * The reader's local time to the millisecond: "Nov 30 17:33:39.123".
 *
 * @param ms milliseconds since the epoch
 */
export function formatTime(ms: number | null | undefined): string {
  const date = new Date(ms ?? Number.NaN);
  if (Number.isNaN(date.getTime())) return MISSING;
  return `${dayOf(date)} ${formatClock(ms)}`;
}

/** The same of rows that share a day: "17:33:39.123". */
export function formatClock(ms: number | null | undefined): string {
  const date = new Date(ms ?? Number.NaN);
  if (Number.isNaN(date.getTime())) return MISSING;
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join(':');
  return `${clock}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** "Nov 30" */
export const formatDay = (ms: number): string => dayOf(new Date(ms));

const dayOf = (date: Date): string => `${MONTHS[date.getMonth()]} ${twoDigits(date.getDate())}`;

/** The same with year and zone, for a tooltip; empty where no calendar has it. */
export function formatInstant(ms: number | null | undefined): string {
  const date = new Date(ms ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}
