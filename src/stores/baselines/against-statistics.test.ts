import { expect, test } from 'vitest';
import type { DetectorId } from '../../detectors/catalog.ts';
import type { Compared } from '../../judge/compare.ts';
import { againstStatistics, againstWords } from './against-statistics.ts';
import { type MatrixRow, matrixRows } from './matrix-view.ts';

/** Rows with these average precisions, and none of the others. */
const rowsWith = (measured: Partial<Record<DetectorId, number>>): MatrixRow[] =>
  matrixRows({ phase: 'idle' }).map((row) => {
    const mean = measured[row.detector];
    return mean === undefined
      ? row
      : {
          ...row,
          cells: { ...row.cells, 'averagePrecision.total': { mean, low: mean, high: mean } },
        };
  });

test('whatever is not ahead of the best statistic is named, ties too', () => {
  const rows = rowsWith({
    tracevae: 0.5,
    fsa: 0.76,
    vgae: 0.9,
    duration: 0.76,
    'oddest-node': 0.6,
  });
  expect(againstStatistics(rows)).toEqual({
    best: 'duration',
    averagePrecision: 0.76,
    others: [
      { detector: 'tracevae', averagePrecision: 0.5, lead: null },
      { detector: 'fsa', averagePrecision: 0.76, lead: null },
      { detector: 'vgae', averagePrecision: 0.9, lead: null },
    ],
  });
  expect(againstWords(againstStatistics(rows)!, String)).toBe(
    'TraceVAE (0.5) and FSA (0.76) do not beat Duration, a statistic that needs no training (average precision 0.76); VGAE (0.9) is ahead.',
  );
});

test('what is shown first is held against the other statistics, too', () => {
  const rows = rowsWith({ history: 0.7, duration: 0.76 });
  expect(againstWords(againstStatistics(rows)!, String)).toMatch(
    /^History \(0.7\) does not beat Du/,
  );
  expect(againstStatistics(rowsWith({ history: 0.8, duration: 0.76 }))).toBeNull();
  const ahead = againstStatistics(rowsWith({ tracevae: 0.9, history: 0.8, duration: 0.76 }))!;
  expect(againstWords(ahead, String)).toMatch(/^TraceVAE \(0.9\) is ahead of History, a stat/);
});

test('intervals say how sure it is, where they are of differences from the best statistic', () => {
  const rows = rowsWith({ tracevae: 0.5, fsa: 0.75, vgae: 0.9, duration: 0.76 });
  const of = (detector: DetectorId, interval: [number, number] | null): Compared<DetectorId> => ({
    detector,
    averagePrecision: { mean: 0, interval: null },
    difference: interval === null ? null : { mean: 0, interval },
  });
  const differences = [
    of('tracevae', [-0.3, -0.2]),
    of('fsa', [-0.1, 0.1]),
    of('vgae', [0.1, 0.2]),
  ];
  const words = (baseline: DetectorId): string =>
    againstWords(againstStatistics(rows, [...differences, of(baseline, null)])!, String);
  expect(words('duration')).toMatch(
    /^TraceVAE \(0.5, 0.2 to 0.3 lower\) and FSA \(0.75, not told apart\) do not beat .*; VGAE \(0.9, 0.1 to 0.2 higher\) is ahead\.$/,
  );
  expect(words('oddest-node')).not.toMatch(/lower|higher/);
});

test('nothing is said without labels, without statistics, or of statistics alone', () => {
  expect(againstStatistics(rowsWith({}))).toBeNull();
  expect(againstStatistics(rowsWith({ tracevae: 0.5 }))).toBeNull();
  expect(againstStatistics(rowsWith({ duration: 0.5 }))).toBeNull();
});
