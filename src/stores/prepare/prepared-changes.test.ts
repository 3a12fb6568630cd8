import { expect, test } from 'vitest';
import { PAPER_SETTINGS } from '../../prepare/settings.ts';
import { simulate } from '../../simulator/simulate.ts';
import { prepareTraces } from '../../testing/prepare-at-once.ts';
import { assembleTraces } from '../../trace/assemble.ts';
import { labelCode, type TraceSet, traceCount } from '../../trace/trace-set.ts';
import { preparedChanges } from './prepared-changes.ts';

const traffic = assembleTraces(simulate({ seed: 5, traces: 2500 }), ['traffic']).traces;
/** Some slow traces that a file names as anomalies. */
const labelled: TraceSet = {
  ...traffic,
  label: traffic.label.map((_, trace) => (trace % 100 === 0 ? labelCode('time') : 0)),
};

test('says how many traces each step took out or put in, so that they add up', () => {
  const settings = { ...PAPER_SETTINGS, minGroupSize: 17, maxNodes: 24 };
  const { traces, report } = prepareTraces(labelled, settings);
  const changes = preparedChanges(report);
  expect(changes.map(({ reason }) => reason)).toEqual([
    'size',
    'slowest',
    'rare',
    'draw',
    'structure',
    'time',
  ]);
  const change = (wanted: string) => changes.find(({ reason }) => reason === wanted)!.traces;
  expect(change('size')).toBeLessThan(0);
  expect(change('slowest')).toBe(report.steps[2]!.after.traces - report.steps[1]!.after.traces);
  expect(change('time')).toBe(report.anomalies.time);
  const sum = changes.reduce((total, { traces: by }) => total + by, 0);
  expect(traceCount(labelled) + sum).toBe(traceCount(traces));
});

test('a step that took nothing is not named', () => {
  const settings = {
    ...PAPER_SETTINGS,
    slowestPercent: 0,
    minGroupSize: 1,
    balance: false,
    structureShare: 0,
    timeShare: 0,
  };
  expect(preparedChanges(prepareTraces(traffic, settings).report)).toEqual([]);
});
