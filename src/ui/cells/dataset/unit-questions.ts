/** What the mapping dialog still has to ask about units, and the spans that it shows with it. */
import type {
  ColumnMapping,
  ColumnRole,
  TimeUnit,
  ToldUnits,
  UnmappedTable,
} from '../../../stores/dataset/mapping-memory.ts';

export type UnitKey = 'clockUnit' | 'durationUnit';

export const UNIT_WORDS: Readonly<Record<TimeUnit, string>> = {
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
};

/** Milliseconds in one of the unit. */
const MILLIS: Readonly<Record<TimeUnit, number>> = { s: 1e3, ms: 1, us: 1e-3, ns: 1e-6 };
const EXAMPLES = 3;

export interface OpenQuestion {
  readonly key: UnitKey;
  /** The likelier first. */
  readonly units: readonly [TimeUnit, TimeUnit];
  readonly why: string;
}

/** The roles whose columns units are told from. */
export const isTime = (role: ColumnRole): boolean =>
  role === 'start' || role === 'end' || role === 'duration';

/** Units that the evidence leaves open, or that it contradicts an earlier answer in. */
export function openQuestions(
  { doubted }: UnmappedTable,
  { columns }: ColumnMapping,
  { clock, duration }: ToldUnits,
): OpenQuestion[] {
  const hasClock = columns.start >= 0 || columns.end >= 0;
  const hasDuration = columns.duration >= 0;
  const ask = (key: UnitKey, { unit, other, why }: ToldUnits['clock']): OpenQuestion[] => {
    const before = doubted?.[key];
    const against = other ?? (before !== undefined && before !== unit ? before : null);
    if (against === null) return [];
    const contradicted = other === null ? `it was ${UNIT_WORDS[against]} before, but ` : '';
    return [{ key, units: [unit, against], why: `${contradicted}${why}` }];
  };
  return [
    // A clock's unit counts where durations are taken from it, or where spans are placed by it.
    ...(hasClock && !hasDuration ? ask('clockUnit', clock) : []),
    ...(hasDuration ? ask('durationUnit', duration) : []),
  ];
}

export interface ExampleSpan {
  readonly name: string;
  readonly raw: string;
  /** Milliseconds in each of two units. */
  readonly ms: readonly number[];
}

/** The first spans with a number to show, and how long they are in each unit. */
export function exampleSpans(
  { rows }: UnmappedTable,
  { columns }: ColumnMapping,
  { key, units }: OpenQuestion,
): ExampleSpan[] {
  const numberAt = (row: readonly string[], cell: number): number =>
    Number((row[cell] ?? '').trim().replace(',', '.') || Number.NaN);
  const lengthOf = (row: readonly string[]): number =>
    key === 'durationUnit'
      ? numberAt(row, columns.duration)
      : numberAt(row, columns.end) - numberAt(row, columns.start);
  return rows
    .filter((row) => lengthOf(row) > 0)
    .slice(0, EXAMPLES)
    .map((row) => ({
      name: row[columns.operation] || row[columns.span] || 'a span',
      raw: String(lengthOf(row)),
      ms: units.map((unit) => lengthOf(row) * MILLIS[unit]),
    }));
}
