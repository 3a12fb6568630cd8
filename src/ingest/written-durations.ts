/**
 * Lengths of time that name their own unit, as dashboards and languages write them: "120 ms",
 * "1.2 s", "1m30.5s" (Go), "PT0.12S" (Java), "0 days 00:00:00.120000" (pandas), "00:00:00.12".
 */
import type { Microseconds } from '../base/units.ts';
import { parseLocalDecimal } from './csv-fields.ts';

/** Seconds in a unit, and its power of ten. */
const UNITS: readonly (readonly [names: RegExp, seconds: number, power: number])[] = [
  [/^(ns|nanos?|nanoseconds?)$/, 1, -9],
  [/^([uµμ]s|usec|micros?|microseconds?)$/, 1, -6],
  [/^(ms|msec|millis?|milliseconds?)$/, 1, -3],
  [/^(s|secs?|seconds?)$/, 1, 0],
  [/^(m|mins?|minutes?)$/, 60, 0],
  [/^(h|hrs?|hours?)$/, 3600, 0],
  [/^(d|days?)$/, 86_400, 0],
];
const MICROS = 6;
const LONGEST = 64;
const PARTS = /\s*(\d[\d.,\u00a0\u202f']*)\s*([a-zµμ]+),?/giy;
const CLOCK = /^(?:(\d+) days? )?(\d+):(\d{2}):(\d{2}(?:[.,]\d+)?)$/;

/** @returns microseconds; NaN if the text is nothing of the kind */
export function parseWrittenDuration(text: string, decimalComma: boolean): Microseconds {
  if (text.length > LONGEST) return Number.NaN;
  const words = text.trim();
  const clock = CLOCK.exec(words);
  if (clock) {
    const [, days = '0', hours, minutes, seconds = ''] = clock;
    const whole = (Number(days) * 24 + Number(hours)) * 3600 + Number(minutes) * 60;
    return whole * 1e6 + Number(`${seconds.replace(',', '.')}e${MICROS}`);
  }
  return addParts(words.replace(/^p(\d+d)?t(?=\d)/i, '$1'), decimalComma);
}

function addParts(words: string, decimalComma: boolean): Microseconds {
  let sum = 0;
  let read = 0;
  for (const [part, number = '', name = ''] of words.matchAll(PARTS)) {
    const unit = UNITS.find(([names]) => names.test(name.toLowerCase()));
    if (unit === undefined) return Number.NaN;
    const [, seconds, power] = unit;
    sum += parseLocalDecimal(number, decimalComma, power + MICROS) * seconds;
    read += part.length;
  }
  return read === words.length && read > 0 ? sum : Number.NaN;
}
