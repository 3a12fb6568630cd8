import { describe, expect, it } from 'vitest';
import { importedFixture } from '../testing/notebook-fakes.ts';
import { fakeDetectorRun, fakePlainScores, fakeScores } from '../testing/run-fakes.ts';
import { equationsCellState, labCellState } from './cell-states.ts';

const { traces } = importedFixture();

describe('the cell that corrects scores', () => {
  const withTerms = { ...fakeDetectorRun(), scores: fakeScores(traces) };
  const without = { ...fakeDetectorRun(), scores: fakePlainScores(traces) };

  it('is not available for a detector without terms', () => {
    expect(labCellState('done', without)).toBe('unavailable');
    expect(labCellState('stale', without)).toBe('unavailable');
  });

  it('otherwise is as the scores are', () => {
    expect(labCellState('done', withTerms)).toBe('done');
    expect(labCellState('running', without)).toBe('running');
    expect(labCellState('not-run', null)).toBe('not-run');
  });
});

it('the equations have values while a trace is open', () => {
  expect(equationsCellState({ phase: 'none' })).toBe('not-run');
  expect(equationsCellState({ phase: 'running' })).toBe('running');
});
