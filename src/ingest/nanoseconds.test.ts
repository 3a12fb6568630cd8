import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeUtf8 } from '../base/bytes.ts';
import {
  epochMicros,
  fixedNanos,
  isZeroTime,
  microsBetween,
  type Nanoseconds,
  nanoseconds,
  parseNanos,
} from './nanoseconds.ts';

const parsed = (text: string): Nanoseconds => {
  const time = nanoseconds();
  const bytes = encodeUtf8(`x${text}x`);
  parseNanos(bytes, 1, bytes.length - 1, time);
  return time;
};
const fixed = (value: bigint): Nanoseconds => {
  const time = nanoseconds();
  fixedNanos(Number(value & 0xffffffffn), Number(value >> 32n), time);
  return time;
};
const any64Bits = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

describe('nanoseconds', () => {
  it('of 64 bits are exact, as text and as two halves', () => {
    fc.assert(
      fc.property(any64Bits, (value) => {
        const exact = { seconds: Number(value / 10n ** 9n), nanos: Number(value % 10n ** 9n) };
        expect(parsed(`${value}`)).toEqual(exact);
        expect(fixed(value)).toEqual(exact);
      }),
    );
  });

  it('give differences that are exact for 104 days', () => {
    const days = 2n ** 53n - 1n;
    fc.assert(
      fc.property(any64Bits, fc.bigInt({ min: -days, max: days }), (from, difference) => {
        const to = from + difference;
        fc.pre(to >= 0n && to < 2n ** 64n);
        const exact = Number(difference) / 1e3;
        const between = microsBetween(fixed(from), fixed(to));
        expect(Math.abs(between - exact)).toBeLessThanOrEqual(Math.abs(exact) * 2 ** -52);
        if (difference !== 0n) expect(Math.sign(between)).toBe(Math.sign(exact));
      }),
    );
  });

  it('are microseconds to the quarter that a double holds', () => {
    expect(epochMicros(parsed('1706678909209712250'))).toBe(1706678909209712 + 0.25);
    expect(isZeroTime(parsed('0'))).toBe(true);
    expect(isZeroTime(parsed('1'))).toBe(false);
  });

  it('may be written with an exponent, and are nothing else', () => {
    expect(parsed('1.5e9')).toEqual({ seconds: 1, nanos: 5e8 });
    for (const text of ['', '-1', 'x', '1x', '1e20', '184467440737095516150', 'NaN']) {
      expect([text, parsed(text).seconds]).toEqual([text, Number.NaN]);
    }
  });
});
