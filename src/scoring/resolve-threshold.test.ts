import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countAbove, percentile } from '../base/statistics.ts';
import { resolveThreshold, type ThresholdGround } from './resolve-threshold.ts';
import type { ThresholdRule } from './threshold-rule.ts';

const ascending = (...values: number[]) => Float64Array.from(values).sort();
const count = (from: number, to: number) =>
  Float64Array.from({ length: to - from + 1 }, (_, i) => from + i);

const GROUND: ThresholdGround = { val: count(1, 200), test: count(1, 1000), tracesPerDay: 5000 };
const flagged = (rule: ThresholdRule, ground = GROUND): number =>
  countAbove(ground.test, resolveThreshold(rule, ground)!);

describe('each rule', () => {
  test('a percentile is of the validation scores', () => {
    const rule = { kind: 'percentile', percentile: 99 } as const;
    expect(resolveThreshold(rule, GROUND)).toBe(percentile(GROUND.val, 99));
  });
  test('a value is itself', () => {
    expect(resolveThreshold({ kind: 'value', value: 12.3 }, GROUND)).toBe(12.3);
  });
  test('top and share count test traces', () => {
    expect(flagged({ kind: 'top', traces: 50 })).toBe(50);
    expect(flagged({ kind: 'share', share: 0.02 })).toBe(20);
    expect(flagged({ kind: 'share', share: 1 })).toBe(1000);
    expect(flagged({ kind: 'top', traces: 5000 })).toBe(1000);
  });
  test('alarms per day follow the traffic', () => {
    // 20 of 5,000 per day are 4 of these 1,000
    expect(flagged({ kind: 'perDay', alarms: 20 })).toBe(4);
    expect(flagged({ kind: 'perDay', alarms: 1 })).toBe(0);
  });
  test('a budget is a share of normal traces', () => {
    const rule = { kind: 'budget', alarms: 1, traces: 20 } as const;
    expect(resolveThreshold(rule, GROUND)).toBe(percentile(GROUND.val, 95));
  });
  test('a share of false alarms is by -ln p, or by ranks among the validation scores', () => {
    const rule = { kind: 'fdr', share: 0.1 } as const;
    const surprise = { val: count(1, 200), test: ascending(0.1, 0.5, 9, 10), tracesPerDay: null };
    expect(flagged(rule, { ...surprise, areSurprise: true })).toBe(2);
    // 31 of 400 above all of 99 validation traces: p of .01, and .01 is above .1 * 31 / 400
    const few = { val: count(1, 99), test: count(-269, 130), tracesPerDay: null };
    const of400 = few.test.map((x) => (x > 99 ? x : 0.5));
    expect(flagged(rule, { ...few, test: of400 })).toBe(0);
    // 31 of 300: .01 <= .1 * 31 / 300
    const more = { ...few, test: count(-169, 130).map((x) => (x > 99 ? x : 0.5)) };
    expect(flagged(rule, more)).toBe(31);
    expect(resolveThreshold(rule, { ...more, val: ascending() })).toBeNull();
  });
  test('the robust cut is the percentile of clean scores', () => {
    expect(resolveThreshold({ kind: 'robust' }, GROUND)).toBe(percentile(GROUND.val, 99));
  });
});

test('equal scores are flagged together, and never more than was asked for', () => {
  const ground = { ...GROUND, test: ascending(1, 2, 5, 5, 5, 9) };
  expect([1, 2, 3, 4, 5].map((traces) => flagged({ kind: 'top', traces }, ground))).toEqual([
    1, 1, 1, 4, 5,
  ]);
});

test('top flags as many as it can without more, whatever the scores', () => {
  const scores = fc.array(fc.double({ min: -1e300, max: 1e300, noNaN: true }), { minLength: 1 });
  fc.assert(
    fc.property(scores, fc.integer({ min: 1, max: 200 }), (list, traces) => {
      const ground = { ...GROUND, test: ascending(...list) };
      const threshold = resolveThreshold({ kind: 'top', traces }, ground)!;
      expect(Number.isFinite(threshold)).toBe(true);
      expect(countAbove(ground.test, threshold)).toBeLessThanOrEqual(traces);
      if (traces >= list.length && new Set(list).size === list.length) {
        expect(countAbove(ground.test, threshold)).toBe(list.length);
      }
    }),
  );
});

test('a rule without its ground has no threshold', () => {
  const none = { val: new Float64Array(0), test: new Float64Array(0), tracesPerDay: null };
  const rules: ThresholdRule[] = [
    { kind: 'percentile', percentile: 99 },
    { kind: 'robust' },
    { kind: 'budget', alarms: 1, traces: 1000 },
    { kind: 'top', traces: 5 },
    { kind: 'share', share: 0.1 },
    { kind: 'perDay', alarms: 3 },
  ];
  expect(rules.map((rule) => resolveThreshold(rule, none))).toEqual(rules.map(() => null));
});
