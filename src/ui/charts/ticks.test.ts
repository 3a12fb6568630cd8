import { describe, expect, it } from 'vitest';
import {
  logTicks,
  niceDomain,
  spacedTicks,
  spreadLabels,
  symlogTicks,
  tickLabel,
  wholeTicks,
} from './ticks.ts';

describe('ticks', () => {
  it('are powers of ten on log axes, few of them', () => {
    expect(logTicks(1, 1e4, 8)).toEqual([1, 10, 100, 1000, 10_000]);
    expect(logTicks(1, 1e8, 4)).toEqual([1, 1e3, 1e6]);
  });

  it('are 1, 2, 5 where less than two powers are in range', () => {
    expect(logTicks(15, 80, 5)).toEqual([20, 50]);
    expect(logTicks(1.1, 1.4, 3).length).toBeGreaterThanOrEqual(2);
  });

  it('hold zero on symlog axes', () => {
    expect(symlogTicks(0, 1500, 1, 6)).toEqual([0, 1, 10, 100, 1000]);
    expect(symlogTicks(-100, 100, 10, 6)).toEqual([-100, -10, 0, 10, 100]);
    expect(symlogTicks(2100, 14_000, 10, 12)).toEqual([5000, 10_000]);
  });

  it('never read the same twice', () => {
    expect(symlogTicks(99_995, 100_005, 10, 12)).toEqual([100_000]);
  });

  it('are even where all of a symlog axis is nearly linear', () => {
    expect(symlogTicks(0, 1, 10, 6)).toEqual([0, 0.2, 0.4, 0.6, 0.8, 1]);
    expect(symlogTicks(0, 1, 1, 2)).toEqual([0, 0.5, 1]);
  });

  it('keep their distance', () => {
    expect(spacedTicks([0, 1, 10, 100], Math.sqrt, 2)).toEqual([0, 10, 100]);
    expect(spacedTicks([-1, 0, 10], (value) => value, 5)).toEqual([0, 10]);
  });

  it('are whole for epochs', () => {
    expect(wholeTicks(1, 3, 8)).toEqual([1, 2, 3]);
  });

  it('have short labels', () => {
    expect([0, 2.5, 50, 1000, 20_000, 1_500_000, -4, 1e49].map(tickLabel)).toEqual([
      '0',
      '2.5',
      '50',
      '1,000',
      '20k',
      '1.5M',
      '−4',
      '1.00e49',
    ]);
  });
});

describe('niceDomain', () => {
  it('ends at round numbers and never is empty', () => {
    expect(niceDomain(3, 97, 5)).toEqual([0, 100]);
    expect(niceDomain(0, 0, 5)).toEqual([0, 1]);
    expect(niceDomain(10, 10, 5)).toEqual([9, 11]);
    expect(niceDomain(Number.NaN, 1, 5)).toEqual([0, 1]);
  });
});

describe('spreadLabels', () => {
  it('keeps order, gap and bounds', () => {
    const spread = spreadLabels([50, 49, 98, 99], 14, 0, 100);
    const sorted = [...spread].sort((a, b) => a - b);
    expect(spread.map((y) => sorted.indexOf(y))).toEqual([1, 0, 2, 3]);
    for (let i = 1; i < sorted.length; i++) {
      expect(sorted[i]! - sorted[i - 1]!).toBeGreaterThanOrEqual(14);
    }
    expect(Math.max(...spread)).toBeLessThanOrEqual(100);
  });

  it('leaves labels that are apart', () => {
    expect(spreadLabels([10, 60], 14, 0, 100)).toEqual([10, 60]);
  });
});
