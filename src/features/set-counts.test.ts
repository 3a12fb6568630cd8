import { expect, test } from 'vitest';
import { importedFixture } from '../testing/notebook-fakes.ts';
import { countSets } from './set-counts.ts';

test('sets follow the roles of the files, and the labels are those of the test traces', () => {
  const { traces } = importedFixture();
  const roles = ['train', 'val', 'test'] as const;
  const counts = countSets(traces, { roles, seed: 1, maxNodes: 32, limitTrain: 50 });
  expect(counts).toEqual({
    sets: { train: 50, val: 12, test: 38 },
    testLabels: { unlabelled: 0, normal: 30, structure: 4, time: 4 },
  });
});
