import { describe, expect, it } from 'vitest';
import { combineScores, SCORE_CEILING } from './combine.ts';
import { correctionsOf, VARIANTS, variantOf } from './corrections/list.ts';
import type { ScoreTerms, StdLimitSource } from './score-terms.ts';

const column = (...values: number[]): Float32Array => Float32Array.from(values);

/** One trace of 2 nodes, N_max = 4, with a likely node count in one sample and not in the other. */
function twoSamples(logPLatency: readonly [number, number] = [-3, -5]): ScoreTerms {
  return {
    samples: 2,
    maxNodes: 4,
    stdLimits: { global: 1, byOperation: Float64Array.of(1) },
    trace: Uint32Array.of(9),
    structureRow: Uint32Array.of(0),
    nodeCount: Uint16Array.of(2),
    latencyNodes: Uint16Array.of(2),
    mismatch: Uint8Array.of(0),
    structure: {
      logQz: column(-1, -2),
      logPz: column(-2, -2.5),
      logPNodeCount: column(-0.5, -0.75),
      logPAdjacency: column(-2, -3),
      logPAdjacencyUnlikely: column(0, -2),
      logPNodeType: column(-0.25, -0.5),
    },
    latency: {
      logQz2: column(-1, -1),
      logPz2: column(-1.5, -1.5),
      logPLatency: column(...logPLatency),
      logPLatencyLimited: column(-4, -6),
      logPLatencyLimitedByOperation: column(-4.5, -7),
    },
  };
}

const minusLogMean = (a: number, b: number): number => -Math.log((Math.exp(a) + Math.exp(b)) / 2);

describe('combineScores', () => {
  // log p(z) - log q(z) + log p(z2) - log q(z2) + log p(types)
  const rest = [-1 - 0.5 - 0.25, -0.5 - 0.5 - 0.5] as const;

  it.each([
    ['nll', -0.5 - 2 - 3, -0.75 - 3 - 5],
    ['bcscale', -0.5 - 2 - 3, -0.75 * 16 - (3 + 3 * 2) - 5],
    ['ncnorm', -0.5 - 2 - 3 * 2, -0.75 - 3 - 5 * 2],
    ['stdlimit', -0.5 - 2 - 4, -0.75 - 3 - 6],
    ['full', -0.5 - 2 - 4 * 2, -0.75 * 16 - (3 + 3 * 2) - 6 * 2],
  ] as const)('%s corrects each sample before the mean', (variant, first, second) => {
    const [score] = combineScores(twoSamples(), correctionsOf(variant));
    expect(score).toBeCloseTo(minusLogMean(rest[0] + first, rest[1] + second), 10);
  });

  it('puts what is too high, or no number, at the ceiling', () => {
    const nll = correctionsOf('nll');
    expect(combineScores(twoSamples([-2e5, -3e5]), nll)[0]).toBe(SCORE_CEILING);
    expect(combineScores(twoSamples([Number.NaN, -1]), nll)[0]).toBe(SCORE_CEILING);
    const never = Number.NEGATIVE_INFINITY;
    expect(combineScores(twoSamples([never, never]), nll)[0]).toBe(SCORE_CEILING);
    expect(combineScores(twoSamples([never, -1]), nll)[0]).toBeLessThan(100);
  });

  it('limits stds by the number of all nodes or by that of each operation', () => {
    const terms = twoSamples();
    const score = (source: StdLimitSource | null): number =>
      combineScores(terms, source === null ? {} : { stdlimit: { source } })[0]!;
    const { logPLatencyLimited, logPLatencyLimitedByOperation } = terms.latency;
    const limitedTo = (logPLatency: Float32Array): number =>
      combineScores(
        { ...terms, latency: { ...terms.latency, logPLatency } },
        correctionsOf('nll'),
      )[0]!;
    expect(score('global')).toBe(limitedTo(logPLatencyLimited));
    expect(score('operation')).toBe(limitedTo(logPLatencyLimitedByOperation));
    expect(score(null)).toBeLessThan(score('global'));
    expect(score('global')).toBeLessThan(score('operation'));
  });

  it('normalises by the nodes that the latencies are summed over, dummies included', () => {
    const terms = twoSamples();
    const filled = { ...terms, latencyNodes: Uint16Array.of(4) };
    expect(combineScores(filled, correctionsOf('ncnorm'))).toEqual(
      combineScores(terms, correctionsOf('nll')),
    );
  });

  it('knows the named variants among all choices of corrections', () => {
    for (const source of ['global', 'operation'] as const) {
      for (const variant of VARIANTS) {
        expect(variantOf(correctionsOf(variant, source), source)).toBe(variant);
      }
    }
    expect(variantOf(correctionsOf('full', 'operation'), 'global')).toBeNull();
    expect(variantOf({ ...correctionsOf('full'), bcscale: undefined }, 'global')).toBeNull();
    const moved = { ...correctionsOf('full'), ncnorm: { nodeCountExponent: 0.5 } };
    expect(variantOf(moved, 'global')).toBeNull();
  });
});
