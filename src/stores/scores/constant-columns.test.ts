import { expect, test } from 'vitest';
import { combinedScores } from '../../run/chosen-scores.ts';
import { correctionsOf } from '../../scoring/corrections/list.ts';
import { PAPER_RULE } from '../../scoring/threshold-rule.ts';
import { importedFixture } from '../../testing/notebook-fakes.ts';
import { fakeScores } from '../../testing/run-fakes.ts';
import { labelCode } from '../../trace/trace-set.ts';
import { constantColumns, sharedDay } from './constant-columns.ts';
import type { TraceList } from './trace-list-store.ts';

const { traces } = importedFixture();
const of = fakeScores(traces);
const corrections = correctionsOf('full');
const choice = { corrections, rule: PAPER_RULE, file: null };
const combined = combinedScores(traces, of, 'tracevae', choice);
const model = { runId: 'run-1', detector: 'tracevae', epoch: null } as const;
const listOf = (rows: readonly number[]): TraceList => ({
  of: { ...combined, of, model, ...choice },
  columns: {
    structureNumber: new Uint32Array(99),
    roots: [],
    structures: [],
    services: [],
    operations: [],
  },
  rank: null,
  late: null,
  histograms: null,
  order: Uint32Array.from(rows),
  inTheWay: [],
  kinds: null,
});
const everyRow = [...combined.rows.keys()];

test('a column is put away where no row differs in it', () => {
  const label = new Uint8Array(traces.label.length).fill(labelCode('normal'));
  const startUs = new Float64Array(label.length).fill(Number.NaN);
  const { errorCount: _, ...untold } = traces;
  const same = constantColumns({ ...untold, label, startUs }, listOf(everyRow));
  expect(same).toContain('label');
  // that no start is known, and no error told, tells no rows apart either
  expect(same).toContain('start');
  expect(same).toContain('errors');
  expect(same).not.toContain('nodes');
  label[of.test.trace[combined.rows.at(-1)!]!] = labelCode('time');
  expect(constantColumns({ ...untold, label }, listOf(everyRow))).not.toContain('label');
});

test('one row alone hides nothing', () => {
  expect(constantColumns(traces, listOf([0]))).toEqual(new Set());
  expect(constantColumns(traces, listOf([]))).toEqual(new Set());
});

test('a day is said once where all rows share it', () => {
  const noon = new Date(2026, 10, 30, 12).getTime();
  const startUs = traces.startUs.map((_, i) => 1e3 * (noon + i));
  expect(new Date(sharedDay({ ...traces, startUs }, listOf(everyRow))!).getDate()).toBe(30);
  startUs[traces.startUs.length - 1] = 1e3 * (noon + 86_400_000);
  expect(sharedDay({ ...traces, startUs }, listOf(everyRow))).toBeNull();
  expect(sharedDay({ ...traces, startUs: startUs.fill(Number.NaN) }, listOf(everyRow))).toBeNull();
});
