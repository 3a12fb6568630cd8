/** Scores against the authors' code, on shared numbers that need not be there. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { combineVariants, SCORE_CEILING } from './corrections.ts';

interface GoldenSamples {
  readonly log_probs: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
  readonly nll: Readonly<Record<string, number>>;
}
interface Golden {
  readonly config: { readonly MAX_NODE_COUNT: number };
  readonly std_limit: number;
  readonly traces: readonly { readonly node_count: number; readonly n_z_4: GoldenSamples }[];
}

const GOLDEN = new URL('../../../shared/goldens/tracevae-golden.json', import.meta.url);
const present = existsSync(GOLDEN);
if (!present) console.log('skipped: golden scores need ../shared/goldens/tracevae-golden.json');

describe.skipIf(!present)("the authors' scores", () => {
  it('come out of the authors terms, every variant, rtol and atol 1e-4', () => {
    const golden = JSON.parse(readFileSync(GOLDEN, 'utf8')) as Golden;
    const { traces } = golden;
    const maxNodes = golden.config.MAX_NODE_COUNT;
    const terms = (variant: string, name: string): Float32Array =>
      Float32Array.from(traces.flatMap(({ n_z_4 }) => n_z_4.log_probs[variant]![name]!));
    const plainAdjacency = terms('nll', 'log_p_adj');

    const found = combineVariants({
      samples: 4,
      maxNodes,
      stdLimit: golden.std_limit,
      trace: Uint32Array.from(traces.keys()),
      structureRow: Uint32Array.from(traces.keys()),
      nodeCount: Uint16Array.from(traces, ({ node_count }) => node_count),
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
      },
    });

    const names = {
      nll: 'nll',
      bcscale: 'bcscale',
      ncnorm: 'ncnorm',
      stdlimit: 'stdlimit',
    } as const;
    for (const [variant, theirs] of Object.entries({ ...names, full: 'all' })) {
      traces.forEach(({ n_z_4 }, t) => {
        const expected = Math.min(n_z_4.nll[theirs]!, SCORE_CEILING);
        const score = found[variant as keyof typeof found][t]!;
        expect(Math.abs(score - expected)).toBeLessThanOrEqual(1e-4 * (1 + Math.abs(expected)));
      });
    }
  });
});
