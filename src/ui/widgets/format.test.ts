import { describe, expect, it } from 'vitest';
import {
  ellipsisMiddle,
  formatBytes,
  formatCount,
  formatDuration,
  formatMs,
  formatNats,
  formatNumber,
  formatPercent,
  formatPoints,
  formatRate,
  formatScore,
  formatZ,
} from './format.ts';

describe('numbers for people', () => {
  it.each([
    [0, '0'],
    [0.0012345, '0.00123'],
    [1.2345, '1.23'],
    [9.996, '10.0'],
    [99.96, '100'],
    [182.44, '182'],
    [1234.5, '1,235'],
    [1234567, '1,234,567'],
    [-4.5678, '−4.57'],
    [1.5e-7, '1.50e−7'],
    [Number.NaN, '–'],
    [Number.NEGATIVE_INFINITY, '−∞'],
    [null, '–'],
  ])('formatNumber(%s) is %s', (value, text) => expect(formatNumber(value)).toBe(text));

  it('signs z-scores, but not those that are zero', () => {
    expect([0.5, -2.25, 1e-19, -1e-4, 213.4, Number.NaN].map(formatZ)).toEqual([
      '+0.5',
      '−2.3',
      '0.0',
      '0.0',
      '+213',
      '–',
    ]);
  });

  it('says differences of shares in points', () => {
    expect([0.0133, -0.2].map(formatPoints)).toEqual(['+1.33 points', '−20.0 points']);
  });

  it('keeps all digits of counts', () => {
    expect(formatCount(132485)).toBe('132,485');
    expect(formatCount(1, 'trace')).toBe('1 trace');
    expect(formatCount(999, 'trace')).toBe('999 traces');
  });

  it.each([
    [0, '0 ms'],
    [0.0421, '42.1 µs'],
    [0.9996, '1.00 ms'],
    [12.345, '12.3 ms'],
    [999.6, '1.00 s'],
    [61_000, '61.0 s'],
    [180_000, '3.00 min'],
  ])('formatMs(%s) is %s', (value, text) => expect(formatMs(value)).toBe(text));

  it.each([
    [0.42, '0.420 s'],
    [59.96, '1 min 00 s'],
    [245, '4 min 05 s'],
    [7620, '2 h 07 min'],
  ])('formatDuration(%s) is %s', (value, text) => expect(formatDuration(value)).toBe(text));

  it('names the unit', () => {
    expect(formatNats(182.44)).toBe('182 nats');
    expect(formatBytes(999)).toBe('999 B');
    expect(formatBytes(1_250_000)).toBe('1.25 MB');
    expect(formatPercent(0.08321)).toBe('8.32\u00a0%');
    expect(formatRate(1234, 'traces')).toBe('1,234 traces/s');
    expect(formatScore(0.9)).toBe('0.900');
    expect(formatNats(undefined)).toBe('–');
  });

  it('shortens in the middle, by whole characters', () => {
    expect(ellipsisMiddle('POST /api/v1/orders/checkout', 12)).toBe('POST /…ckout');
    expect(ellipsisMiddle('short', 12)).toBe('short');
    expect(Array.from(ellipsisMiddle('😀'.repeat(30), 10))).toHaveLength(10);
  });
});
