/**
 * In which unit the numbers of a table's columns count, told from evidence: what the columns are
 * called, how many digits a clock has, an end beside a start, and that spans begin while their
 * parents run. A span that lasts a thousand times too long looks like any other, so where the
 * evidence disagrees or is thin, a person is asked.
 */
import type { Microseconds } from '../base/units.ts';
import {
  type ColumnMapping,
  type ColumnRole,
  TIME_UNITS,
  type TimeUnit,
} from './column-mapping.ts';

/** Rows that are enough to tell. */
export const EVIDENCE_ROWS = 200;

export interface ToldUnit {
  readonly unit: TimeUnit;
  /** What else it may well be; null where the evidence settles it. */
  readonly other: TimeUnit | null;
  /** What speaks for the unit, and what against it, for whoever is asked. */
  readonly why: string;
}

export interface ToldUnits {
  /** Of start and end. */
  readonly clock: ToldUnit;
  readonly duration: ToldUnit;
}

type Rows = readonly (readonly string[])[];
type Columns = Readonly<Record<ColumnRole, number>>;

/** Microseconds in one of the unit. */
const MICROS: Readonly<Record<TimeUnit, number>> = { s: 1e6, ms: 1e3, us: 1, ns: 1e-3 };
/** Seconds of the years 2000 and 2100: clocks of traces are between. */
const [YEAR_2000, YEAR_2100] = [946_684_800, 4_102_444_800];
const UNIT_WORD: Readonly<Record<TimeUnit, string>> = {
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
};

/** @param rows the first of the table, {@link EVIDENCE_ROWS} or fewer */
export function tellUnits(header: readonly string[], rows: Rows, columns: Columns): ToldUnits {
  const clock = tellClock(header, rows, columns);
  return { clock, duration: tellDuration(header, rows, columns, clock) };
}

/** The mapping with its units as the evidence tells them for its columns. */
export function withUnits(mapping: ColumnMapping, rows: Rows): ColumnMapping {
  const { clock, duration } = tellUnits(mapping.header, rows, mapping.columns);
  return { ...mapping, clockUnit: clock.unit, durationUnit: duration.unit };
}

/** Whether settled evidence speaks for other units than the mapping's. */
export function contradicts(mapping: ColumnMapping, rows: Rows): boolean {
  const { clock, duration } = tellUnits(mapping.header, rows, mapping.columns);
  const differs = (told: ToldUnit, unit: TimeUnit): boolean =>
    told.unit !== unit && told.other === null && told.why !== NO_NUMBERS;
  return differs(clock, mapping.clockUnit) || differs(duration, mapping.durationUnit);
}

const NO_DATES = 'its numbers are no dates in any unit, and its name tells no unit';
const NO_NUMBERS = 'no numbers that a unit could be missing from';
const settled = (unit: TimeUnit, why: string): ToldUnit => ({ unit, other: null, why });
const open = (unit: TimeUnit, other: TimeUnit, why: string): ToldUnit => ({ unit, other, why });

function tellClock(header: readonly string[], rows: Rows, { start, end }: Columns): ToldUnit {
  const cell = start >= 0 ? start : end;
  const values = numbersOf(rows, cell);
  if (values.length === 0) return settled('ms', NO_NUMBERS);
  const named = unitInName(header[cell]!);
  const largest = Math.max(...values);
  const sized = TIME_UNITS.find((unit) => {
    const seconds = largest * MICROS[unit] * 1e-6;
    return seconds > YEAR_2000 && seconds < YEAR_2100;
  });
  if (sized === undefined) {
    return named ? settled(named, 'its name says so') : open('ms', 'us', NO_DATES);
  }
  if (named === undefined || named === sized) {
    return settled(sized, `${UNIT_WORD[sized]} since 1970 have so many digits`);
  }
  const why = `its name says ${UNIT_WORD[named]}, but its numbers are dates in ${UNIT_WORD[sized]}`;
  return open(sized, named, why);
}

function tellDuration(
  header: readonly string[],
  rows: Rows,
  columns: Columns,
  clock: ToldUnit,
): ToldUnit {
  if (columns.duration < 0) return clock;
  if (numbersOf(rows, columns.duration).length === 0) return settled('ms', NO_NUMBERS);
  const named = unitInName(header[columns.duration]!);
  // Digits tell a clock's unit although its name says another; that name is then worth nothing here.
  const isMisnamed = clock.other !== null && clock.why !== NO_DATES;
  const seen = clock.why === NO_DATES ? null : fromClocks(rows, columns, clock.unit);
  if (seen && named && !seen.fits.includes(named)) {
    const why = `its name says ${UNIT_WORD[named]}, but spans then do not fit into their parents`;
    return open(seen.unit, named, why);
  }
  if (seen?.clear && named && isMisnamed && named !== seen.unit) {
    return open(
      seen.unit,
      named,
      `its name says ${UNIT_WORD[named]}, as that of the clock does wrongly`,
    );
  }
  if (named) return settled(named, 'its name says so');
  if (seen?.clear) return settled(seen.unit, seen.why);
  const asClock = clock.why === NO_NUMBERS ? 'ms' : clock.unit;
  const unit = seen && !seen.fits.includes(asClock) ? seen.unit : asClock;
  return open(unit, unit === 'us' ? 'ms' : 'us', 'its name tells no unit, nor do its numbers');
}

/** What starts tell of durations. */
interface Seen {
  readonly unit: TimeUnit;
  /** Units that the starts allow. */
  readonly fits: readonly TimeUnit[];
  /** Whether any smaller unit is out of the question, and the larger ones are unlikely. */
  readonly clear: boolean;
  readonly why: string;
}

/** Shares of spans that begin while their parents run: in a unit that is right, and too small. */
const MOST = 0.8;
const FEW = 0.5;
/** Fewer spans with a parent tell nothing. */
const FEWEST_PAIRS = 2;
/** Median roots that last less, or longer, are unlikely: 10 us, an hour. */
const [SHORT, LONG] = [10, 3.6e9];

function fromClocks(rows: Rows, columns: Columns, clockUnit: TimeUnit): Seen | null {
  const spans = rows.map((row) => ({
    start: pointInTime(row[columns.start], clockUnit),
    end: pointInTime(row[columns.end], clockUnit),
    duration: numberOf(row[columns.duration]),
    id: `${row[columns.trace]} ${row[columns.span]}`,
    parent: `${row[columns.trace]} ${row[columns.parent]}`,
  }));
  const exact = fromEnds(spans);
  if (exact) return { unit: exact, fits: [exact], clear: true, why: 'it is end minus start' };

  const known = new Map(spans.map((span) => [span.id, span]));
  // A clock that counts whole seconds cannot tell what lasts less.
  const blur = resolutionOf(spans.map(({ start }) => start));
  const pairs = spans.flatMap(({ start, parent: of }) => {
    const parent = known.get(of);
    const offset = parent === undefined ? Number.NaN : start - parent.start;
    return parent && offset > blur && parent.duration > 0 ? [{ offset, of: parent.duration }] : [];
  });
  if (pairs.length < FEWEST_PAIRS) return null;
  const inside = (micros: number): number =>
    pairs.filter(({ offset, of }) => offset <= of * micros + blur).length / pairs.length;
  // From the largest unit to the smallest, fewer and fewer spans begin while their parents run.
  const fits = TIME_UNITS.filter((unit) => inside(MICROS[unit]) >= MOST);
  const unit = fits.at(-1);
  if (unit === undefined) return null;
  const roots = spans.filter(({ parent, duration }) => !known.has(parent) && duration >= 0);
  const lasting = median(roots.map(({ duration }) => duration * MICROS[unit]));
  const clear = inside(MICROS[unit] / 1000) <= FEW && lasting >= SHORT && lasting <= LONG;
  const why = 'it is the smallest unit in which spans begin while their parents run';
  return { unit, fits, clear, why };
}

/** The unit in which nearly all durations are end minus start. */
function fromEnds(
  spans: readonly { readonly start: number; readonly end: number; readonly duration: number }[],
): TimeUnit | null {
  const timed = spans.filter(({ start, end, duration }) => end > start && duration > 0);
  if (timed.length < FEWEST_PAIRS) return null;
  const unit = TIME_UNITS.find((candidate) => {
    const equal = timed.filter(({ start, end, duration }) => {
      const ratio = (duration * MICROS[candidate]) / (end - start);
      return ratio > 0.5 && ratio < 2;
    });
    return equal.length >= timed.length * MOST;
  });
  return unit ?? null;
}

/** @returns microseconds: 1 second, 1 ms, 1 us or less, of which all are multiples */
function resolutionOf(times: readonly Microseconds[]): Microseconds {
  const known = times.filter(Number.isFinite);
  return [1e6, 1e3].find((step) => known.every((time) => time % step === 0)) ?? 0;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

const NUMBER = /^[+-]?(\d+([.,]\d+)?|[.,]\d+)([eE][+-]?\d+)?$/;
const DATE = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d+))?\s*(Z|UTC|[+-]\d\d(?::?\d\d)?)?$/;

/** NaN where the cell is none. */
const numberOf = (cell: string | undefined): number =>
  cell !== undefined && NUMBER.test(cell.trim()) ? Number(cell.replace(',', '.')) : Number.NaN;

/** Those that are there and not 0. */
const numbersOf = (rows: Rows, cell: number): number[] =>
  rows.map((row) => numberOf(row[cell])).filter((value) => value > 0);

/** NaN where the cell is neither a number nor a date. Offsets are as good as UTC: only differences count. */
function pointInTime(cell: string | undefined, unit: TimeUnit): Microseconds {
  const number = numberOf(cell);
  if (!Number.isNaN(number)) return number * MICROS[unit];
  const [, day, time, fraction = ''] = DATE.exec(cell?.trim() ?? '') ?? [];
  return day === undefined
    ? Number.NaN
    : Date.parse(`${day}T${time}Z`) * 1e3 + Number(`0.${fraction}0`) * 1e6;
}

const UNIT_NAMES: readonly (readonly [RegExp, TimeUnit])[] = [
  [/nano|[_ .([-]ns\b|(duration|latency|elapsed|took|time(stamp)?)_?ns\b/i, 'ns'],
  [/micro|[_ .([-][uµμ]s\b|(duration|latency|elapsed|took|time(stamp)?)_?[uµμ]s\b/i, 'us'],
  [/milli|[_ .([-]m(s|sec)\b|(duration|latency|elapsed|took|time(stamp)?)_?ms\b/i, 'ms'],
  [/(?<![a-z])second|[_ .([-](s|secs?)\b|(duration|latency|elapsed|took)seconds\b/i, 's'],
  [/[a-z0-9](?:Ns|NS)$/, 'ns'],
  [/[a-z0-9](?:Us|US)$/, 'us'],
  [/[a-z0-9](?:Ms|MS)$/, 'ms'],
];

/** The unit that a column's name states, whatever its case; undefined where it states none. */
export const unitInName = (name: string): TimeUnit | undefined =>
  UNIT_NAMES.find(([pattern]) => pattern.test(name))?.[1];
