import { describe, expect, it } from 'vitest';
import {
  createFakeClient,
  createFakePreferences,
  createFakeStorage,
  importedFixture,
} from '../../testing/notebook-fakes.ts';
import { fakeDetectorRun, fakePlainScores, fakeScores } from '../../testing/run-fakes.ts';
import { createAttributeMemory } from '../dataset/attribute-memory.ts';
import { createDatasetStore } from '../dataset/dataset-store.ts';
import { createMappingMemory } from '../dataset/mapping-memory.ts';
import { createRunStore } from '../run/run-store.ts';
import {
  baselinesCellState,
  cellStates,
  dataCellState,
  equationsCellState,
  labCellState,
} from './cell-states.ts';

const { traces } = importedFixture();

describe('the cell that corrects scores', () => {
  const withTerms = { ...fakeDetectorRun(), scores: fakeScores(traces) };
  const without = { ...fakeDetectorRun(), scores: fakePlainScores(traces) };

  it('is not available where no detector has terms', () => {
    expect(labCellState('done', [without])).toBe('unavailable');
    expect(labCellState('stale', [without])).toBe('unavailable');
  });

  it('otherwise is as the scores are', () => {
    expect(labCellState('done', [withTerms])).toBe('done');
    expect(labCellState('done', [without, withTerms])).toBe('done');
    expect(labCellState('running', [without])).toBe('running');
    expect(labCellState('not-run', [])).toBe('not-run');
  });
});

it('the equations have values while a trace is open', () => {
  expect(equationsCellState({ phase: 'none' })).toBe('not-run');
  expect(equationsCellState({ phase: 'running' })).toBe('running');
});

describe('the cell of the data', () => {
  const setUp = () => {
    const { client, last } = createFakeClient();
    const { storage } = createFakeStorage();
    const deps = { client, storage, now: () => 1, newId: () => 'id' };
    const mappings = createMappingMemory(createFakePreferences());
    const attributes = createAttributeMemory(createFakePreferences());
    const dataset = createDatasetStore({ ...deps, mappings, attributes, onOpened: () => {} });
    const runs = createRunStore({ ...deps, dataset, heapBytes: () => null });
    const state = () => cellStates(dataset.getState(), runs.getState()).data;
    const dropBadFile = async () => {
      const dropped = dataset.getState().importFiles([new File(['hello'], 'notes.txt')]);
      expect(state()).toBe('running');
      const failure = { kind: 'unreadable', what: 'not traces', where: 'notes.txt' } as const;
      await last('import').fail({ ...failure, advice: 'drop traces' });
      await dropped;
    };
    return { dataset, last, state, dropBadFile };
  };

  it('failed where a file could not be read and there is no dataset', async () => {
    const { state, dropBadFile } = setUp();
    await dropBadFile();
    expect(state()).toBe('failed');
  });

  it('is done where a dataset is at hand, though another file could not be read', async () => {
    const { dataset, last, state, dropBadFile } = setUp();
    const loaded = dataset.getState().loadDemo();
    await last('demo').finish(importedFixture());
    await loaded;
    await dropBadFile();
    expect(state()).toBe('done');
  });

  it('runs while a notebook file is packed or unpacked', () => {
    expect(dataCellState('done', { busy: 'saving' })).toBe('running');
    expect(dataCellState('not-run', { busy: 'opening' })).toBe('running');
    expect(dataCellState('done', { busy: null })).toBe('done');
  });
});

it('the comparison runs while further seeds train, though the run itself is done', () => {
  const seed = { detector: 'fsa', seed: 2, share: 0.5, curve: [], left: 3 } as const;
  expect(baselinesCellState('done', { repeats: { phase: 'running', ...seed } })).toBe('running');
  const failure = { what: 'no worker', where: 'the page', advice: 'try again' };
  expect(baselinesCellState('done', { repeats: { phase: 'failed', failure } })).toBe('failed');
  expect(baselinesCellState('stale', { repeats: { phase: 'idle' } })).toBe('stale');
});
