/**
 * Parity with scikit-learn's precision_recall_curve, roc_auc_score and average_precision_score on
 * stored cases: ties, one class only, scores that are not finite.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rankingMetrics } from '../testing/ranking.ts';
import { combineScores, SCORE_CEILING } from './combine.ts';
import { correctionsOf } from './corrections/list.ts';
import type { ScoreTerms } from './score-terms.ts';

/** Relative: the two sum in a different order. */
const TOLERANCE = 1e-12;

/** A value, or the class of what scikit-learn raised or warned with; then the value is no metric. */
interface Outcome<T> {
  readonly value: T | null;
  readonly raised: string | null;
  readonly warned: string | null;
}

interface Expected {
  readonly averagePrecision: Outcome<number>;
  readonly auroc: Outcome<number>;
  readonly bestF: Outcome<{
    readonly f: number;
    readonly precision: number;
    readonly recall: number;
    /** The lowest score that is flagged. */
    readonly threshold: number;
  }>;
}

interface Case {
  readonly name: string;
  readonly scores: readonly (number | 'Infinity' | '-Infinity')[];
  readonly labels: readonly number[];
  readonly expected: Expected;
  /** Only with infinite scores: as the notebook ranks them. */
  readonly clipped?: { readonly scores: readonly number[]; readonly expected: Expected };
  /** Only with infinite scores: each replaced by its rank, which keeps order and ties. */
  readonly ranked?: Expected;
}

const golden: { readonly ceiling: number; readonly cases: readonly Case[] } = JSON.parse(
  readFileSync(new URL('../testing/golden/sklearn-metrics.json', import.meta.url), 'utf8'),
);

const cases = golden.cases.map((one) => ({ ...one, scores: one.scores.map(Number) }));
const finite = cases.filter(({ ranked }) => ranked === undefined);
const infinite = cases.flatMap(({ clipped, ranked, ...one }) =>
  clipped && ranked ? [{ ...one, clipped, ranked }] : [],
);

const defined = <T>({ value, raised, warned }: Outcome<T>): T | null =>
  raised === null && warned === null ? value : null;

function expectNear(found: number | null, wanted: number | null): void {
  if (found === null || wanted === null) expect(found).toBe(wanted);
  else expect(Math.abs(found - wanted)).toBeLessThanOrEqual(TOLERANCE * Math.abs(wanted));
}

/** Everything but the threshold, which has a place of its own. */
function expectMetrics(
  scores: readonly number[],
  labels: readonly number[],
  expected: Expected,
): void {
  const found = rankingMetrics(scores, labels);
  const best = defined(expected.bestF);
  expectNear(found.averagePrecision, defined(expected.averagePrecision));
  expectNear(found.auroc, defined(expected.auroc));
  expectNear(found.bestF, best?.f ?? null);
  expectNear(found.precision, best?.precision ?? null);
  expectNear(found.recall, best?.recall ?? null);
  expect(found.anomalies).toBe(labels.filter((label) => label === 1).length);
  expect(found.normal).toBe(labels.length - found.anomalies);
  if (best === null) expect(found.threshold).toBeNull();
}

/** Precision and recall of a set of flagged traces, counted anew. */
function expectFlagged(
  flagged: readonly boolean[],
  labels: readonly number[],
  { precision, recall }: { readonly precision: number | null; readonly recall: number | null },
): void {
  const hits = flagged.filter((flag, i) => flag && labels[i] === 1).length;
  expectNear(hits / flagged.filter(Boolean).length, precision);
  expectNear(hits / labels.filter((label) => label === 1).length, recall);
}

/** Traces of one sample whose only term is the latency's, -score; float32, as every term. */
function termsOf(scores: readonly number[]): ScoreTerms {
  const zeros = new Float32Array(scores.length);
  const logPLatency = Float32Array.from(scores, (score) => -score);
  return {
    samples: 1,
    maxNodes: 1,
    stdLimits: { global: 1, byOperation: Float64Array.of(1) },
    trace: Uint32Array.from(scores.keys()),
    structureRow: Uint32Array.from(scores.keys()),
    nodeCount: new Uint16Array(scores.length).fill(1),
    latencyNodes: new Uint16Array(scores.length).fill(1),
    mismatch: new Uint8Array(scores.length),
    structure: {
      logQz: zeros,
      logPz: zeros,
      logPNodeCount: zeros,
      logPAdjacency: zeros,
      logPAdjacencyUnlikely: zeros,
      logPNodeType: zeros,
    },
    latency: {
      logQz2: zeros,
      logPz2: zeros,
      logPLatency,
      logPLatencyLimited: logPLatency,
      logPLatencyLimitedByOperation: logPLatency,
    },
  };
}

describe("scikit-learn's metrics", () => {
  it.each(finite)('$name', ({ scores, labels, expected }) => {
    expectMetrics(scores, labels, expected);
  });

  it.each(finite.filter(({ expected }) => defined(expected.bestF)))(
    'the threshold flags the same traces: $name',
    ({ scores, labels, expected }) => {
      const found = rankingMetrics(scores, labels);
      const threshold = found.threshold!;
      const lowest = expected.bestF.value!.threshold;
      const above = scores.map((score) => score > threshold);
      expect(above).toEqual(scores.map((score) => score >= lowest));
      expectFlagged(above, labels, found);

      if (scores.includes(threshold)) {
        // nothing lies between neighbouring doubles
        const middle = threshold + (lowest - threshold) / 2;
        expect([threshold, lowest]).toContain(middle);
      } else {
        const atLeast = scores.map((score) => score >= threshold);
        expectFlagged(atLeast, labels, found);
      }
    },
  );

  it.each(infinite)('clipped as scores are: $name', ({ scores, labels, clipped }) => {
    const ranked = [...combineScores(termsOf(scores), correctionsOf('nll'))];
    expect(ranked).toEqual(clipped.scores);
    expectMetrics(ranked, labels, clipped.expected);
  });

  it.each(infinite)('refused, but ranked here: $name', ({ scores, labels, expected, ranked }) => {
    expect(expected.bestF.raised).toBe('ValueError');
    expectMetrics(scores, labels, ranked);
    const found = rankingMetrics(scores, labels);
    if (found.threshold === null) return;
    expect(found.threshold).toSatisfy(Number.isFinite);
    for (const flag of [
      (score: number) => score > found.threshold!,
      (score: number) => score >= found.threshold!,
    ]) {
      expectFlagged(scores.map(flag), labels, found);
    }
  });
});

describe('the stored cases', () => {
  it('clip at the ceiling of the scores', () => {
    expect(golden.ceiling).toBe(SCORE_CEILING);
  });

  it('hold every kind of outcome', () => {
    const outcomes = cases.flatMap(({ expected }) =>
      Object.values<Outcome<unknown>>({ ...expected }),
    );
    const kinds = outcomes.map(({ raised, warned }) => raised ?? warned ?? 'value');
    expect(new Set(kinds)).toEqual(new Set(['value', 'ValueError', 'UserWarning']));
    expect(infinite.length).toBeGreaterThan(0);
  });
});
