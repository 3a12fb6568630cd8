import { describe, expect, it } from 'vitest';
import { randomTerms } from '../testing/random-terms.ts';
import { gatherEvidence } from './evidence.ts';

const SIZES = { traces: 12, structures: 5, samples: 3, operations: 4 };
const terms = randomTerms(7, SIZES);
const groups = {
  labelled: true,
  group: Uint8Array.from({ length: SIZES.traces }, (_, t) => t % 3),
  mismatched: new Uint8Array(SIZES.traces),
};
const evidence = gatherEvidence(terms, terms.trace, groups);
const total = (counts: ArrayLike<number>): number =>
  Array.from(counts).reduce((sum, count) => sum + count, 0);

describe('the evidence', () => {
  it('counts every sample’s p(N | z), every entry’s p(A_ij | z) and every node’s std once', () => {
    const entries = (terms.maxNodes * (terms.maxNodes - 1)) / 2;
    const nodes = [0, 1, 2].map((g) =>
      total(terms.nodeCount.filter((_count, t) => groups.group[t] === g)),
    );
    for (const g of [0, 1, 2]) {
      expect(total(evidence.nodeCountProbability.counts[g]!)).toBe(4 * SIZES.samples);
      expect(total(evidence.kept!.edgeProbability.counts[g]!)).toBe(4 * SIZES.samples * entries);
      expect(total(evidence.kept!.stds.counts[g]!)).toBe(nodes[g]);
      expect(total(evidence.nodes.counts[g]!)).toBe(4);
    }
  });

  it('puts an entry into the bin of its probability', () => {
    const one = randomTerms(1, { traces: 1, structures: 1, samples: 1, operations: 1 });
    const single = gatherEvidence(
      {
        ...one,
        detail: {
          ...one.detail!,
          edges: {
            filled: Uint8Array.of(2),
            bin: Uint8Array.of(0, 9),
            count: Uint16Array.of(2, 1),
            sum: Float32Array.of(-8, -0.75),
          },
        },
      },
      one.trace,
      { labelled: false, group: Uint8Array.of(0), mismatched: Uint8Array.of(0) },
    );
    const [counts] = single.kept!.edgeProbability.counts;
    expect([counts![0], counts![9], counts!.at(-1)]).toEqual([2, 1, 28 - 3]);
  });

  it('measures the share of nodes that the std limit cuts', () => {
    const { logStd } = terms.detail!.nodes;
    let node = 0;
    const above = [0, 0, 0];
    const all = [0, 0, 0];
    terms.nodeCount.forEach((count, t) => {
      for (let i = 0; i < count; i++, node++) {
        all[t % 3]!++;
        if (Math.exp(logStd[node]!) > terms.stdLimits.global) above[t % 3]!++;
      }
    });
    evidence.kept!.aboveLimit.forEach((share, g) => {
      expect(share).toBeCloseTo(above[g]! / all[g]!, 12);
    });
  });

  it('has only what older runs kept', () => {
    const { detail: _, ...older } = terms;
    expect(gatherEvidence(older, terms.trace, groups).kept).toBeNull();
  });
});
