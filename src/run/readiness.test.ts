import { expect, test } from 'vitest';
import { READY_SHARE, readinessOf } from './readiness.ts';

const differing = (differs: number, of: number) => ({
  mismatch: Uint8Array.from({ length: of }, (_, i) => (i < differs ? 1 : 0)),
});

test('a model is ready once it reconstructs most validation traces without a difference', () => {
  expect(readinessOf(differing(39, 100))).toEqual({ exact: 61, of: 100, ready: false });
  expect(readinessOf(differing(4, 100))).toEqual({ exact: 96, of: 100, ready: true });
  const just = Math.round(100 * (1 - READY_SHARE));
  expect(readinessOf(differing(just, 100))?.ready).toBe(true);
  expect(readinessOf(differing(just + 1, 100))?.ready).toBe(false);
});

test('without validation traces nobody can tell', () => {
  expect(readinessOf(differing(0, 0))).toBeNull();
});
