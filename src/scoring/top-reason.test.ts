import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runThrough } from '../base/slices.ts';
import { combineScores } from './combine.ts';
import { correctTerms } from './corrected-terms.ts';
import { correctionsOf, VARIANTS } from './corrections/list.ts';
import { termSplitter } from './score-parts.ts';
import type { ScoreTerms } from './score-terms.ts';
import { TERM_PARTS } from './score-terms.ts';
import { topReasons, usualParts } from './top-reason.ts';

const column = (...values: number[]): Float32Array => Float32Array.from(values);

/** Traces of one sample each, with the same terms but for those that are given. */
function terms(latency: readonly number[], nodeCount: readonly number[]): ScoreTerms {
  const zeros = column(...latency.map(() => 0));
  return {
    samples: 1,
    maxNodes: 4,
    stdLimits: { global: 1, byOperation: Float64Array.of(1) },
    trace: Uint32Array.from(latency.keys()),
    structureRow: Uint32Array.from(latency.keys()),
    nodeCount: Uint16Array.from(latency, () => 2),
    latencyNodes: Uint16Array.from(latency, () => 2),
    mismatch: new Uint8Array(latency.length),
    structure: {
      logQz: zeros,
      logPz: zeros,
      logPNodeCount: column(...nodeCount),
      logPAdjacency: zeros,
      logPAdjacencyUnlikely: zeros,
      logPNodeType: zeros,
    },
    latency: {
      logQz2: zeros,
      logPz2: zeros,
      logPLatency: column(...latency),
      logPLatencyLimited: column(...latency),
      logPLatencyLimitedByOperation: column(...latency),
    },
  };
}

test('the top reason is the part that is farthest above its usual size', () => {
  const normal = terms([-10, -11, -12], [-0.1, -0.1, -0.1]);
  const odd = terms([-40, -11, -12], [-0.1, -5, -0.1]);
  const usual = runThrough(usualParts(normal, correctionsOf('nll')));
  const { part, excess } = runThrough(
    topReasons(usual, odd, Uint32Array.of(1, 0), correctionsOf('nll')),
  );
  expect([...part].map((p) => TERM_PARTS[p])).toEqual(['nodeCount', 'latency']);
  expect(excess[0]).toBeCloseTo(4.9, 5);
  expect(excess[1]).toBeCloseTo(29, 5);
});

test('the parts of one sample sum to the score, under every variant', () => {
  const nats = fc.double({ min: -30, max: 0, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.tuple(nats, nats), { minLength: 1 }), (values) => {
      const made = terms(
        values.map(([latency]) => latency),
        values.map(([, count]) => count),
      );
      for (const variant of VARIANTS) {
        const scores = combineScores(made, correctionsOf(variant));
        const split = termSplitter(correctTerms(made, correctionsOf(variant)));
        const parts = new Float64Array(TERM_PARTS.length);
        scores.forEach((score, t) => {
          split(t, parts);
          expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(score, 4);
        });
      }
    }),
  );
});
