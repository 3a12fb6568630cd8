import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../base/bytes.ts';
import { failureOf, importedFrom, sourceFile } from '../testing/files.ts';
import { latenciesOf, treesOf } from '../testing/imports.ts';
import { ALIBABA, NEZHA, OTEL_TRACES, SKYWALKING } from '../testing/table-fixtures.ts';
import { parseLocalDecimal } from './csv-fields.ts';
import { parseSpanOfTime, parseTime } from './csv-times.ts';
import type { ImportedTraces } from './import.ts';
import { parseWrittenDuration } from './written-durations.ts';

/** The table with another separator between its cells; what has one in it is quoted. */
const separatedBy = (separator: string, text: string): string =>
  text
    .split('\n')
    .map((line) =>
      (line.match(/"[^"]*"|[^,]+|(?<=^|,)(?=,|$)/g) ?? [])
        .map((cell) => (cell.includes(separator) && !cell.startsWith('"') ? `"${cell}"` : cell))
        .join(separator),
    )
    .join('\n');
const smallHeader = (text: string): string => {
  const end = text.indexOf('\n');
  return text.slice(0, end).toLowerCase() + text.slice(end);
};

const WRITINGS: readonly (readonly [string, (text: string) => string])[] = [
  ['semicolons', (text) => separatedBy(';', text)],
  ['tabs', (text) => separatedBy('\t', text)],
  ['pipes', (text) => separatedBy('|', text)],
  ['a byte order mark and CRLF', (text) => `\uFEFF${text.replaceAll('\n', '\r\n')}`],
  ['a sep= line', (text) => `sep=;\r\n${separatedBy(';', text)}`],
  ['a quoted sep= line', (text) => `"sep=,"\n${text}`],
  ['two carriage returns', (text) => text.replaceAll('\n', '\r\r\n')],
  ['the line ends of old Macs', (text) => text.replaceAll('\n', '\r')],
  ['a small header', smallHeader],
  ['an empty first line', (text) => `\r\n${text}`],
];
const countsOf = ({ ledger }: ImportedTraces): unknown[] =>
  ledger.map(({ reason, count }) => [reason, count]);
const TABLES = { SKYWALKING, NEZHA, ALIBABA, OTEL_TRACES };

describe.each(Object.entries(TABLES))('the table %s', (_, text) => {
  it.each(WRITINGS)('is the same with %s', async (__, write) => {
    const plain = await importedFrom(sourceFile('a.csv', text));
    for (const chunkBytes of [7, 64 * 1024]) {
      const imported = await importedFrom(sourceFile('a.csv', write(text), chunkBytes));
      expect(treesOf(imported)).toEqual(treesOf(plain));
      expect(latenciesOf(imported)).toEqual(latenciesOf(plain));
      expect(imported.files[0]?.format).toBe(plain.files[0]?.format);
      expect(countsOf(imported)).toEqual(countsOf(plain));
    }
  });
});

describe('text', () => {
  it.each(['Mon; 12:00 it began\nand went on\n', 'a|b|c\nno more\n', 'no table at all\n'])(
    'with separators here and there is no table: %s',
    async (text) => {
      expect((await failureOf(sourceFile('a.txt', text))).what).toBe(
        'plain text, neither CSV nor JSON',
      );
    },
  );

  it('of rows without a header is asked about, with its first row', async () => {
    const text = OTEL_TRACES.slice(OTEL_TRACES.indexOf('\n') + 1).replaceAll('t1', 'a'.repeat(32));
    const failure = await failureOf(sourceFile('a.csv', text));
    expect(failure.what).toBe('a table without a header, so nobody knows its columns');
    const table = failure.kind === 'unmapped' ? failure.table : null;
    expect(table?.header).toEqual(Array.from({ length: 8 }, () => ''));
    expect(table?.rows[0]?.[4]).toBe('/home');
  });
});

describe('numbers of spreadsheets', () => {
  it.each<[string, boolean, number]>([
    ['1714979289123,456', true, 1714979289123.456],
    ['80,5', true, 80.5],
    ['80,5', false, 80.5],
    ['1,234', true, 1.234],
    ['1,234', false, 1234],
    ['0,234', false, 0.234],
    ['1,234.5', false, 1234.5],
    ['1,234.5', true, 1234.5],
    ['1.234,5', true, 1234.5],
    ['1.234,5', false, 1234.5],
    ['1\u00a0234,5', true, 1234.5],
    ["1'234.5", false, 1234.5],
    ['-1,5', true, -1.5],
    ['1,5e3', true, 1500],
  ])('%s (decimal comma: %s)', (text, decimalComma, value) => {
    expect(parseLocalDecimal(text, decimalComma)).toBe(value);
  });

  it.each(['', ',', '1,2,3', '1.2.3', 'a,b', '1,23.4'])('are not: %s', (text) => {
    expect(parseLocalDecimal(text, true)).toBeNaN();
    expect(parseLocalDecimal(text, false)).toBeNaN();
  });
});

describe('lengths of time that name their unit', () => {
  it.each<[string, number]>([
    ['120 ms', 120_000],
    ['80.5ms', 80_500],
    ['12.25 µs', 12.25],
    ['12.25 μs', 12.25],
    ['7us', 7],
    ['1500 ns', 1.5],
    ['1.2 s', 1_200_000],
    ['2 mins', 120_000_000],
    ['1m30.5s', 90_500_000],
    ['1 h 2 min', 3_720_000_000],
    ['PT0.12S', 120_000],
    ['P1DT1S', 86_401_000_000],
    ['0 days 00:00:00.120500', 120_500],
    ['0:00:01,5', 1_500_000],
    ['1,5 ms', 1500],
  ])('%s', (text, us) => {
    expect(parseWrittenDuration(text, false)).toBe(us);
    const bytes = encodeUtf8(text);
    expect(parseSpanOfTime(bytes, 0, bytes.length, 'ns')).toBe(us);
  });

  it.each(['', 'ms', '5 apples', '5 ms and more', '1:2', 'P', '5 ms 7'])('are not: %s', (text) => {
    expect(parseWrittenDuration(text, false)).toBeNaN();
  });
});

describe('points in time', () => {
  const at = (text: string, decimalComma = false): number => {
    const bytes = encodeUtf8(text);
    return parseTime(bytes, 0, bytes.length, 'ms', decimalComma);
  };
  const whole = Date.UTC(2024, 4, 6, 7, 8, 9) * 1000;

  it.each([
    '2024-05-06 07:08:09,123456',
    '2024-05-06T07:08:09.123456Z',
    '2024-05-06 09:08:09,123456+02:00',
    '2024-05-06 09:08:09.123456+0200',
    '2024-05-06 07:08:09.123456+00',
    '2024-05-06 07:08:09,123456 UTC',
  ])('%s', (text) => {
    expect(at(text)).toBe(whole + 123_456);
  });

  it('count with a decimal comma', () => {
    expect(at('1714979289123,5', true)).toBe(1_714_979_289_123_500);
  });

  it.each(['2024-05-06 07:08:09,-5', '2024-05-06 07:08:09.1.5', '2024-05-06 07:08:09;5'])(
    'are not: %s',
    (text) => {
      expect(at(text)).toBeNaN();
    },
  );
});
