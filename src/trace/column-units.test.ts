import { describe, expect, it, test } from 'vitest';
import { type ColumnMapping, TIME_UNITS, type TimeUnit } from './column-mapping.ts';
import { contradicts, tellUnits, unitInName } from './column-units.ts';

const COLUMNS = {
  trace: 0,
  span: 1,
  parent: 2,
  service: -1,
  operation: 3,
  start: 4,
  end: -1,
  duration: 5,
  label: -1,
};
const header = (start: string, duration: string): string[] => [
  'trace',
  'span',
  'parent',
  'name',
  start,
  duration,
];

/** Microseconds of two traces, as from their starts: span, parent, start, duration. */
const SPANS = [
  ['a', '', 0, 120_000],
  ['b', 'a', 10_000, 80_500],
  ['c', 'b', 20_000, 12_250],
  ['d', 'a', 95_000, 7000],
  ['e', '', 1_000_000, 200_000],
  ['f', 'e', 1_020_000, 150_000],
] as const;
const PER_UNIT: Readonly<Record<TimeUnit, bigint>> = {
  s: 1_000_000_000n,
  ms: 1_000_000n,
  us: 1000n,
  ns: 1n,
};
const EPOCH = 1_714_979_289_000_000n;

/** The rows with their times in two units; `stretch` moves the starts apart. */
const rowsIn = (clock: TimeUnit, duration: TimeUnit, stretch = 1): string[][] =>
  SPANS.map(([span, parent, start, us]) => {
    const nanos = (EPOCH + BigInt(start * stretch)) * 1000n;
    const whole = nanos / PER_UNIT[clock];
    const rest = String(nanos % PER_UNIT[clock]).padStart(String(PER_UNIT[clock]).length - 1, '0');
    const clockText = /^0*$/.test(rest) ? `${whole}` : `${whole}.${rest}`;
    return ['t', span, parent, 'op', clockText, String((us * 1000) / Number(PER_UNIT[duration]))];
  });

describe('units are told', () => {
  const pairs = TIME_UNITS.flatMap((clock) =>
    TIME_UNITS.map((duration): [TimeUnit, TimeUnit] => [clock, duration]),
  );
  it.each(pairs)('from digits and from parents: clock %s, duration %s', (clock, duration) => {
    const told = tellUnits(header('start', 'duration'), rowsIn(clock, duration), COLUMNS);
    expect(told.clock).toMatchObject({ unit: clock, other: null });
    expect(told.duration).toMatchObject({ unit: duration, other: null });
  });

  it.each(TIME_UNITS)('from an end beside a start, though spans have no parents: %s', (unit) => {
    const rows = rowsIn('us', unit).map((row, i) => [
      ...row.with(2, ''),
      String(EPOCH + BigInt(SPANS[i]![2] + SPANS[i]![3])),
    ]);
    const columns = { ...COLUMNS, end: 6 };
    const told = tellUnits([...header('start', 'duration'), 'end'], rows, columns);
    expect(told.duration).toMatchObject({ unit, other: null });
  });

  it.each<[string, TimeUnit | undefined]>([
    ['took_us', 'us'],
    ['TOOK_US', 'us'],
    ['duration_ms', 'ms'],
    ['durationMs', 'ms'],
    ['Duration (ns)', 'ns'],
    ['duration_nano', 'ns'],
    ['StartTimeUnixNano', 'ns'],
    ['startTimeMillis', 'ms'],
    ['elapsed.s', 's'],
    ['duration_seconds', 's'],
    ['latency_microseconds', 'us'],
    ['duration', undefined],
    ['status', undefined],
    ['columns', undefined],
    ['items', undefined],
  ])('from the name %s', (name, unit) => {
    expect(unitInName(name)).toBe(unit);
  });
});

describe('a person is asked', () => {
  test('where the name contradicts the parents', () => {
    const told = tellUnits(header('start', 'took_us'), rowsIn('us', 'ms'), COLUMNS);
    expect(told.duration).toMatchObject({ unit: 'ms', other: 'us' });
  });

  test('where the name contradicts the digits', () => {
    const told = tellUnits(header('start_ms', 'took_us'), rowsIn('us', 'us'), COLUMNS);
    expect(told.clock).toMatchObject({ unit: 'us', other: 'ms' });
  });

  test('where nothing tells: no parents, no names', () => {
    const rows = rowsIn('ms', 'us').map((row) => row.with(2, ''));
    const { duration } = tellUnits(header('start', 'duration'), rows, COLUMNS);
    expect(duration.other).not.toBeNull();
  });

  test('where a clock of whole seconds is too coarse', () => {
    const rows = rowsIn('s', 'ms').map((row) => row.with(4, row[4]!.split('.')[0]!));
    expect(tellUnits(header('start', 'duration'), rows, COLUMNS).duration.other).not.toBeNull();
  });

  test('where spans begin outside of their parents in every unit', () => {
    const rows = rowsIn('ns', 'ns', 1e10);
    expect(tellUnits(header('start', 'duration'), rows, COLUMNS).duration.other).not.toBeNull();
  });
});

test('cells that say their unit, and dates, need none', () => {
  const rows = rowsIn('ms', 'ms').map((row) => [
    ...row.slice(0, 4),
    '2024-05-06 07:08:09',
    `${row[5]} ms`,
  ]);
  const told = tellUnits(header('start', 'duration'), rows, COLUMNS);
  expect([told.clock.other, told.duration.other]).toEqual([null, null]);
});

test('a mapping is contradicted by settled evidence alone', () => {
  const names = header('start', 'duration');
  const mapping: ColumnMapping = {
    header: names,
    columns: COLUMNS,
    clockUnit: 'us',
    durationUnit: 'us',
  };
  expect(contradicts(mapping, rowsIn('us', 'us'))).toBe(false);
  expect(contradicts(mapping, rowsIn('us', 'ms'))).toBe(true);
  expect(contradicts(mapping, rowsIn('ms', 'us'))).toBe(true);
  const thin = rowsIn('us', 'ms').map((row) => row.with(2, ''));
  expect(contradicts(mapping, thin)).toBe(false);
});
