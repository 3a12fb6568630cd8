import { expect, test } from 'vitest';
import { tracesPerDay } from './traffic.ts';

const HOUR_US = 3600e6;

test('the traffic is of all traces between the first and the last test trace', () => {
  const startUs = Float64Array.from({ length: 49 }, (_, i) => i * HOUR_US);
  expect(tracesPerDay({ startUs }, Uint32Array.of(0, 24))).toBe(25);
  expect(tracesPerDay({ startUs }, Uint32Array.of(24, 30, 48))).toBe(25);
});

test('traces that do not say when have none', () => {
  const unknown = { startUs: Float64Array.of(Number.NaN, Number.NaN) };
  expect(tracesPerDay(unknown, Uint32Array.of(0, 1))).toBeNull();
  const atOnce = { startUs: Float64Array.of(5, 5) };
  expect(tracesPerDay(atOnce, Uint32Array.of(0, 1))).toBeNull();
  expect(tracesPerDay(atOnce, new Uint32Array(0))).toBeNull();
});
