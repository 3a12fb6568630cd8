/**
 * Numbers as people read them, on the page and in a line of progress: 3 significant digits,
 * thousands separated. Numbers that are not there (null, NaN) are an en dash; infinities say so.
 */
export const MISSING = '–';
export const MINUS = '−';

/** Groups of three, by comma; from 1,000 on. */
export function groupThousands(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** 3 significant digits (or more, before the point), without an exponent between 1e-4 and 1e15. */
export function formatNumber(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined || Number.isNaN(value)) return MISSING;
  const sign = value < 0 ? MINUS : '';
  const size = Math.abs(value);
  if (size === Number.POSITIVE_INFINITY) return `${sign}∞`;
  if (size === 0) return '0';
  if (size < 1e-4 || size >= 1e15) {
    const [mantissa, exponent] = size.toExponential(digits - 1).split('e') as [string, string];
    return `${sign}${mantissa}e${exponent.replace('+', '').replace('-', MINUS)}`;
  }
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  // Rounding may reach the next power of ten (9.996 to 10.00): then one decimal is too many.
  const rounded = Number(size.toFixed(decimals));
  const kept = Math.max(0, digits - 1 - Math.floor(Math.log10(rounded || size)));
  const [whole, fraction] = rounded.toFixed(kept).split('.') as [string, string?];
  return sign + groupThousands(whole) + (fraction === undefined ? '' : `.${fraction}`);
}

/** Seconds as "0.42 s", "12.3 s", "4 min 05 s" or "2 h 07 min". */
export function formatDuration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || Number.isNaN(seconds)) return MISSING;
  if (seconds < 59.95) return `${formatNumber(seconds)} s`;
  const pad = (value: number) => value.toString().padStart(2, '0');
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${groupThousands(Math.floor(minutes / 60).toString())} h ${pad(minutes % 60)} min`;
}

/** Milliseconds as µs, ms, s or min, whichever reads best. */
export function formatMs(ms: number | null | undefined, digits = 3): string {
  if (ms === null || ms === undefined || Number.isNaN(ms)) return MISSING;
  const size = Math.abs(ms);
  if (size === 0) return '0 ms';
  if (size < 0.9995) return `${formatNumber(ms * 1e3, digits)} µs`;
  if (size < 999.5) return `${formatNumber(ms, digits)} ms`;
  if (size < 119_950) return `${formatNumber(ms / 1e3, digits)} s`;
  return `${formatNumber(ms / 60e3, digits)} min`;
}

/** A range with its unit once where both ends share it: "40 to 210 ms", "860 µs to 1.2 s". */
export function formatMsRange(lowMs: number, highMs: number): string {
  const [low, high] = [formatMs(lowMs, 2), formatMs(highMs, 2)];
  const [number, unit] = low.split(' ');
  if (low === high) return high;
  return unit !== undefined && high.endsWith(` ${unit}`)
    ? `${number} to ${high}`
    : `${low} to ${high}`;
}
