import { expect, test } from 'vitest';
import { randomTerms } from '../testing/random-terms.ts';
import { entropyRows, NORMAL_ENTROPY, pluginEntropy } from './entropy-gap.ts';

test('entropy of frequencies is 0 for one kind and log n for n equally frequent ones', () => {
  expect(pluginEntropy([12])).toBeCloseTo(0, 12);
  expect(pluginEntropy([5, 5, 5, 5])).toBeCloseTo(Math.log(4), 12);
});

test('a row has its group’s means, and the entropy of Gaussians with the stds of its nodes', () => {
  const terms = randomTerms(4, { traces: 6, structures: 3, samples: 2, operations: 3 });
  const { nodes } = terms.detail!;
  const unit = { ...terms.detail!, nodes: { ...nodes, logStd: nodes.logStd.map(() => 0) } };
  const groups = {
    labelled: true,
    group: Uint8Array.of(0, 0, 0, 1, 1, 1),
    mismatched: new Uint8Array(6),
  };
  const nll = Float64Array.of(1, 2, 6, 10, 10, 40);
  const rows = entropyRows({ ...terms, detail: unit }, terms.trace, nll, groups);
  expect(rows.map(({ meanNll }) => meanNll)).toEqual([3, 20]);
  rows.forEach(({ meanNodes, latencyEntropy, roughLatencyEntropy }) => {
    // stds of 1: section 5.2's n H[N(0, 1)] exactly
    expect(latencyEntropy).toBeCloseTo(meanNodes * NORMAL_ENTROPY, 9);
    expect(roughLatencyEntropy).toBeCloseTo(meanNodes * NORMAL_ENTROPY, 9);
  });
});

test('runs that kept no stds have no entropy of latencies', () => {
  const { detail: _, ...terms } = randomTerms(4, {
    traces: 2,
    structures: 1,
    samples: 1,
    operations: 1,
  });
  const groups = { labelled: false, group: new Uint8Array(2), mismatched: new Uint8Array(2) };
  const [row] = entropyRows(terms, terms.trace, Float64Array.of(1, 2), groups);
  expect(row!.latencyEntropy).toBeNull();
});
