import { expect, test } from 'vitest';
import type { DetectorId } from '../../detectors/catalog.ts';
import { againstStatistics } from './against-statistics.ts';
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
    behind: [
      { detector: 'tracevae', averagePrecision: 0.5 },
      { detector: 'fsa', averagePrecision: 0.76 },
    ],
  });
});

test('nothing is said without labels, without statistics, or of statistics alone', () => {
  expect(againstStatistics(rowsWith({}))).toBeNull();
  expect(againstStatistics(rowsWith({ tracevae: 0.5 }))).toBeNull();
  expect(againstStatistics(rowsWith({ duration: 0.5 }))).toBeNull();
});
