/** Scores against the authors' code: every variant from its terms. */
import { describe, expect, it } from 'vitest';
import { GOLDEN_VARIANTS, type GoldenVariant, type LogProb } from '../parity/golden-file.ts';
import { readGolden } from '../testing/golden/tracevae-golden.ts';
import { combineScores, SCORE_CEILING } from './combine.ts';

describe("the authors' scores", () => {
  it('come out of the authors terms, every variant, rtol and atol 1e-4', () => {
    const golden = readGolden();
    const { traces } = golden;
    const maxNodes = golden.config.MAX_NODE_COUNT;
    const terms = (variant: GoldenVariant, name: LogProb): Float32Array =>
      Float32Array.from(traces.flatMap(({ n_z_4 }) => n_z_4.log_probs[variant][name]));
    const plainAdjacency = terms('nll', 'log_p_adj');

    const made = {
      samples: 4,
      maxNodes,
      stdLimits: { global: golden.std_limit, byOperation: new Float64Array(0) },
      trace: Uint32Array.from(traces.keys()),
      structureRow: Uint32Array.from(traces.keys()),
      nodeCount: Uint16Array.from(traces, ({ node_count }) => node_count),
      latencyNodes: Uint16Array.from(traces, ({ node_count }) => node_count),
      mismatch: new Uint8Array(traces.length),
      structure: {
        logQz: terms('nll', 'log_q_z'),
        logPz: terms('nll', 'log_p_z'),
        logPNodeCount: terms('nll', 'log_p_node_count'),
        logPAdjacency: plainAdjacency,
        logPAdjacencyUnlikely: terms('bcscale', 'log_p_adj').map(
          (scaled, i) => (scaled - plainAdjacency[i]!) / (maxNodes - 1),
        ),
        logPNodeType: terms('nll', 'log_p_node_type'),
      },
      latency: {
        logQz2: terms('nll', 'log_q_z2'),
        logPz2: terms('nll', 'log_p_z2'),
        logPLatency: terms('nll', 'log_p_latency'),
        logPLatencyLimited: terms('stdlimit', 'log_p_latency'),
        logPLatencyLimitedByOperation: new Float32Array(traces.length * 4),
      },
    };

    for (const variant of Object.keys(GOLDEN_VARIANTS) as GoldenVariant[]) {
      const scores = combineScores(made, GOLDEN_VARIANTS[variant]);
      traces.forEach(({ n_z_4 }, t) => {
        const expected = Math.min(n_z_4.nll[variant], SCORE_CEILING);
        const score = scores[t]!;
        expect(Math.abs(score - expected)).toBeLessThanOrEqual(1e-4 * (1 + Math.abs(expected)));
      });
    }
  });
});
