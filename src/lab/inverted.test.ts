import { describe, expect, it } from 'vitest';
import { perVariant, type Variant } from '../scoring/corrections/list.ts';
import { SCORE_PARTS, type ScorePart } from '../scoring/score-parts.ts';
import type { ScoreTerms } from '../scoring/score-terms.ts';
import { randomTerms } from '../testing/random-terms.ts';
import { type Cause, type InvertedTrace, invertedTraces } from './inverted.ts';

/** Three normal traces of 4 nodes at 40 nats, 20 of them for latencies, and one anomaly. */
interface Anomaly {
  readonly nodes: number;
  readonly logStd: number;
  readonly parts: Partial<Record<ScorePart, number>>;
  readonly corrected?: Partial<Record<Variant, number>>;
}

const NORMAL: Partial<Record<ScorePart, number>> = { latency: 20, edges: 10, operations: 10 };

function find({ nodes, logStd, parts, corrected = {} }: Anomaly): InvertedTrace[] {
  const base = randomTerms(1, { traces: 4, structures: 4, samples: 1, operations: 1 });
  const nodeCount = Uint16Array.of(4, 4, 4, nodes);
  const terms: ScoreTerms = {
    ...base,
    nodeCount,
    latencyNodes: nodeCount,
    detail: {
      ...base.detail!,
      nodes: {
        ...base.detail!.nodes,
        logStd: Float32Array.from({ length: 12 + nodes }, (_, i) => (i < 12 ? 0 : logStd)),
      },
    },
  };
  const rowsOfParts = [NORMAL, NORMAL, NORMAL, parts].map((own) =>
    SCORE_PARTS.map((part) => own[part] ?? 0),
  );
  const nll = Float64Array.from(rowsOfParts, (row) => row.reduce((sum, part) => sum + part, 0));
  const scoresOf = (variant: Variant): Float64Array =>
    nll.map((score, r) => (r === 3 ? (corrected[variant] ?? score) : score));
  return invertedTraces({
    terms,
    rows: Uint32Array.of(0, 1, 2, 3),
    groups: { labelled: true, group: Uint8Array.of(0, 0, 0, 2), mismatched: new Uint8Array(4) },
    parts: Float64Array.from(rowsOfParts.flat()),
    scores: { ...perVariant(scoresOf), nll },
  });
}

describe('the inversion detective', () => {
  it.each<readonly [Cause, Anomaly]>([
    // 5 nats a node: with 4 nodes instead of 1 it would have 15 more than its 28
    ['nodes', { nodes: 1, logStd: 0, parts: { latency: 8, edges: 10, operations: 10 } }],
    // 4 nodes, each 5 nats narrower: 20 more than its 25
    ['stds', { nodes: 4, logStd: -5, parts: { latency: 5, edges: 10, operations: 10 } }],
    ['outweighed', { nodes: 4, logStd: 0, parts: { latency: 2, edges: 25, operations: 5 } }],
    ['ordinary', { nodes: 4, logStd: 0, parts: { latency: 10, edges: 9, operations: 9 } }],
  ])('says %s', (cause, anomaly) => {
    const [found] = find(anomaly);
    expect(found?.cause).toBe(cause);
  });

  it('names the term that stands out, and how far', () => {
    const parts = { latency: 2, edges: 25, operations: 5 };
    const [found] = find({ nodes: 4, logStd: 0, parts });
    expect(found).toMatchObject({ row: 3, outstanding: 'edges', excess: 15, deficit: 8 });
  });

  it('names the corrections that lift it to the normal median, or none', () => {
    const parts = { latency: 2, edges: 10, operations: 5 };
    const lifted = find({ nodes: 4, logStd: 0, parts, corrected: { ncnorm: 40, full: 90 } });
    expect(lifted[0]!.liftedBy).toEqual(['ncnorm', 'full']);
    expect(find({ nodes: 4, logStd: 0, parts })[0]!.liftedBy).toEqual([]);
  });

  it('passes over anomalies at or above the median', () => {
    expect(find({ nodes: 4, logStd: 0, parts: NORMAL })).toEqual([]);
  });
});
