import { describe, expect, it } from 'vitest';
import { band, isFar, type LatencyRow, latencyAxis } from './latency-scale-axis.ts';

const row = (observedMs: number, expectedMs: number, stdMs: number): LatencyRow => ({
  service: 's',
  operation: 'o',
  observedMs,
  expectedMs,
  stdMs,
  zScore: (observedMs - expectedMs) / stdMs,
});

describe('latencyAxis', () => {
  it('holds zero, every mark and every band', () => {
    const rows = [row(0, 0.5, 0.1), row(1200, 80, 10)];
    const { x, ticks } = latencyAxis(rows, 300);
    expect(x(0)).toBe(4);
    expect(x(1200)).toBeLessThanOrEqual(294);
    expect(ticks[0]).toBe(0);
    const places = ticks.map((tick) => x(tick));
    expect(places.every((place, i) => i === 0 || place - places[i - 1]! > 12)).toBe(true);
  });

  it('cuts off bands far wider than any latency', () => {
    const { x, ticks } = latencyAxis([row(1200, 80, 1e48), row(5, 4, 1)], 300);
    expect(ticks.at(-1)).toBeLessThanOrEqual(12_000);
    expect(x(1e48)).toBe(294);
  });

  it('copes with nothing and with zeros only', () => {
    expect(latencyAxis([], 300).ticks).toContain(0);
    expect(latencyAxis([row(0, 0, 0)], 300).x(0)).toBe(4);
  });
});

it('cuts bands off at zero and calls out far latencies', () => {
  expect(band(row(1, 2, 1), 3)).toEqual([0, 5]);
  expect(isFar(row(9, 2, 1))).toBe(true);
  expect(isFar(row(4, 2, 1))).toBe(false);
});
