import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../base/bytes.ts';
import { isZero, parseDecimal, parseTimestamp } from './csv-fields.ts';

/** Reads the text as a cell in the middle of other bytes. */
const cell = <T>(text: string, read: (bytes: Uint8Array, start: number, end: number) => T): T => {
  const bytes = encodeUtf8(`9,${text},9`);
  return read(bytes, 2, bytes.length - 2);
};
const decimal = (text: string, scale?: number): number =>
  cell(text, (bytes, start, end) => parseDecimal(bytes, start, end, scale));
const timestamp = (text: string): number => cell(text, parseTimestamp);

describe('decimals', () => {
  it('are read as Number reads them', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(decimal(String(value))).toBe(Number(String(value)));
      }),
    );
  });

  it.each(['1706678909209712', '9007199254740991', '9007199254740993', '9999999999999999'])(
    'of 16 digits are read as Number reads them: %s',
    (text) => {
      expect(decimal(text)).toBe(Number(text));
      expect(decimal(text, -3)).toBe(Number(`${text}e-3`));
      expect(decimal(`0.${text}`)).toBe(Number(`0.${text}`));
    },
  );

  it('are scaled without rounding twice', () => {
    expect(decimal('300.4795', 3)).toBe(300479.5);
    expect(decimal('1.005', 3)).toBe(1005);
    expect(decimal('.5', 3)).toBe(500);
    expect(decimal('1e-05', 3)).toBe(0.01);
    expect(decimal('12345678901234567890.25', 3)).toBe(Number('12345678901234567890250'));
    expect(decimal(' 7 ', 3)).toBe(7000);
    expect(decimal('-2', 3)).toBe(-2000);
  });

  it.each(['', '-', '.', 'nan', 'inf', '1e999', '1,5', '0x10', '1.2.3', '--1', 'e5', '5 5', '١'])(
    'are not: %s',
    (text) => {
      expect(decimal(text)).toBeNaN();
    },
  );

  it('are zero where a flag is off', () => {
    expect(['', '0', '0.0', '-0', '0e3'].map((text) => cell(text, isZero))).not.toContain(false);
    expect(['1', 'x', '-1', '0.1'].map((text) => cell(text, isZero))).not.toContain(true);
  });
});

describe('times', () => {
  it('are UTC, to the second or below', () => {
    const whole = Date.UTC(2022, 7, 22, 7, 53, 20) * 1000;
    expect(timestamp('2022-08-22 07:53:20')).toBe(whole);
    expect(timestamp('2022-08-22T07:53:20Z')).toBe(whole);
    expect(timestamp('2022-08-22 07:53:20.5957')).toBe(whole + 595_700);
  });

  it.each(['', 'now', '2022-13-22 07:53:20', '2022-08-22 25:53:20', '2022-08-22 07:53:20+02:00'])(
    'are unknown: %s',
    (text) => {
      expect(timestamp(text)).toBeNaN();
    },
  );
});
