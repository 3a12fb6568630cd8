import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  checked,
  defaultRule,
  formatThreshold,
  parseThreshold,
  type ThresholdRule,
} from './threshold-rule.ts';

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const rules: fc.Arbitrary<ThresholdRule> = fc.oneof(
  fc.constant<ThresholdRule>({ kind: 'robust' }),
  number(0, 100).map((percentile) => ({
    kind: 'percentile' as const,
    percentile: percentile || 0,
  })),
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .map((value) => ({ kind: 'value' as const, value: value || 0 })),
  fc.integer({ min: 1, max: 1e9 }).map((traces) => ({ kind: 'top' as const, traces })),
  number(1e-9, 1).map((share) => ({ kind: 'share' as const, share })),
  number(1e-9, 1e9).map((alarms) => ({ kind: 'perDay' as const, alarms })),
  fc
    .tuple(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 100, max: 1e9 }))
    .map(([alarms, traces]) => ({ kind: 'budget' as const, alarms, traces })),
);

describe('a threshold as text', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(rules, (rule) => {
        expect(parseThreshold(formatThreshold(rule))).toEqual({ ok: true, value: rule });
      }),
    );
  });

  test.each<[string, ThresholdRule]>([
    ['p99', { kind: 'percentile', percentile: 99 }],
    ['p97.5', { kind: 'percentile', percentile: 97.5 }],
    ['percentile=99', { kind: 'percentile', percentile: 99 }],
    ['robust', { kind: 'robust' }],
    ['top:50', { kind: 'top', traces: 50 }],
    ['top=2%', { kind: 'share', share: 0.02 }],
    ['share:0.02', { kind: 'share', share: 0.02 }],
    ['share:7%', { kind: 'share', share: 0.07 }],
    ['budget:1/1000', { kind: 'budget', alarms: 1, traces: 1000 }],
    ['perday:20', { kind: 'perDay', alarms: 20 }],
    ['value:-12.3', { kind: 'value', value: -12.3 }],
    [' value:1e3 ', { kind: 'value', value: 1000 }],
  ])('%s', (text, rule) => {
    expect(parseThreshold(text)).toEqual({ ok: true, value: rule });
  });

  test.each([
    '',
    'p',
    '99',
    'p101',
    'p-1',
    'top:0',
    'top:1.5',
    'top:',
    'share:0',
    'share:1.1',
    'share:200%',
    'budget:1',
    'budget:0/100',
    'budget:2/1',
    'budget:1/1/1',
    'budget:1/2%',
    'perday:0',
    'perday:x',
    'value:',
    'value:Infinity',
    'value:NaN',
    'value:1/2',
    'p50%',
    'top:1e12',
    'median',
    'robust:1',
  ])('%s is none, and the advice names the forms', (text) => {
    expect(parseThreshold(text, 'the option --threshold')).toMatchObject({
      ok: false,
      error: { where: 'the option --threshold', advice: expect.stringContaining('budget:1/1000') },
    });
  });
});

test('any text gives a rule within its bounds, or none', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const read = parseThreshold(text);
      if (read.ok) expect(checked(read.value)).toEqual(read.value);
    }),
  );
});

test('without labels validation is not trusted', () => {
  expect(defaultRule(true)).toEqual({ kind: 'percentile', percentile: 99 });
  expect(defaultRule(false)).toEqual({ kind: 'robust' });
});
