import { expect, test } from 'vitest';
import { PAPER_SETTINGS } from '../../../prepare/settings.ts';
import { simulate } from '../../../simulator/simulate.ts';
import { prepareTraces } from '../../../testing/prepare-at-once.ts';
import { assembleTraces } from '../../../trace/assemble.ts';
import { changeWords, preparedSummary } from './prepared-words.ts';

const traffic = assembleTraces(simulate({ seed: 5, traces: 2500 }), ['traffic']).traces;
const { report } = prepareTraces(traffic, { ...PAPER_SETTINGS, minGroupSize: 17, maxNodes: 24 });

test('a reason has the limit that was used', () => {
  expect(changeWords('slowest', report)).toMatch(/^the slowest 1 %: root call above [\d.,]+ m?s$/);
  expect(changeWords('rare', report)).toBe('in rare groups, of fewer than 17 traces');
  expect(changeWords('size', report)).toBe('fewer than 2 or more than 24 nodes (N_max)');
  expect(changeWords('draw', report)).toBe(
    `not drawn: every group gives ${report.perGroup} traces`,
  );
});

test('the summary says what went and what was put in', () => {
  expect(preparedSummary(report)).toMatch(
    /^Prepared: [\d,]+ of 2,500 traces set aside, \d+ injected anomalies put in, [\d,]+ traces now$/,
  );
  const whole = prepareTraces(traffic, {
    ...PAPER_SETTINGS,
    maxNodes: 64,
    slowestPercent: 0,
    minGroupSize: 1,
    balance: false,
    structureShare: 0,
    timeShare: 0,
  });
  expect(preparedSummary(whole.report)).toBe('Prepared: every trace kept, 2,500 traces now');
});
