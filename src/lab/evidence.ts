/**
 * What the corrections of section 5.3 rest on, from one run: stds of nodes with sigma_p99, the
 * probabilities of figure 11, and node counts (figures 7, 9 and 10), each by label.
 */
import { stdPercentileOf } from '../scoring/corrections/stdlimit.ts';
import { countInto, type GroupedHistogram } from '../scoring/histogram.ts';
import { EDGE_BOUNDARIES, type ScoreTerms } from '../scoring/score-terms.ts';
import { LABEL_GROUPS, type TraceGroups } from '../scoring/trace-groups.ts';
import type { LabView } from './view.ts';

const STD_BINS = 44;
const PROBABILITY_BINS = EDGE_BOUNDARIES.length + 1;

/** Histograms of {@link LABEL_GROUPS}. */
export interface Evidence {
  /** Merged nodes of a trace. */
  readonly nodes: GroupedHistogram;
  /** p(N | z) of every sample. */
  readonly nodeCountProbability: GroupedHistogram;
  /** null where the run kept no detail */
  readonly kept: {
    /** log10 of the stds of nodes. */
    readonly stds: GroupedHistogram;
    /** [groups] share of nodes whose std is above sigma_p99 of all nodes; NaN where there are none */
    readonly aboveLimit: Float64Array;
    /**
     * p(A_ij | z) of every sample and entry i < j, padding included, or of every call that a node
     * could make; too many for 32 bits.
     */
    readonly edgeProbability: {
      /** Whether they are calls: the structure decoder has call paths. */
      readonly areCalls: boolean;
      readonly edges: Float64Array;
      readonly counts: readonly Float64Array[];
    };
  } | null;
}

/** The paper's evidence of this run; the limit of the stds under the setting. */
export interface PaperEvidence extends Evidence {
  readonly stdLimit: number;
}

export const evidenceView: LabView<PaperEvidence> = {
  key: (_variant, { constants }) => `${stdPercentileOf(constants.stdlimit ?? {})}`,

  compute: ({ terms, rows, groups, limits }, _variant, { constants }) => ({
    ...gatherEvidence(terms, rows, groups),
    stdLimit: limits(constants).global,
  }),
};

/**
 * @param rows [R] of the terms' T traces
 */
export function gatherEvidence(
  terms: ScoreTerms,
  rows: Uint32Array,
  groups: TraceGroups,
): Evidence {
  return {
    nodes: nodeCounts(terms, rows, groups),
    nodeCountProbability: countInto(nodeCountProbabilities(terms, rows, groups), unitEdges()),
    kept:
      terms.detail === undefined
        ? null
        : {
            ...stdsOf(terms, terms.detail.nodes.logStd, rows, groups),
            edgeProbability: edgeProbabilities(terms, rows, groups),
          },
  };
}

const unitEdges = (): Float64Array =>
  Float64Array.from({ length: PROBABILITY_BINS + 1 }, (_, i) => i / PROBABILITY_BINS);

/** One bin a number, its number in the middle. */
function nodeCounts(terms: ScoreTerms, rows: Uint32Array, { group }: TraceGroups) {
  const values = LABEL_GROUPS.map((_, g) =>
    Array.from(
      rows.filter((_row, r) => group[r] === g),
      (t) => terms.nodeCount[t]!,
    ),
  );
  const largest = rows.reduce((most, t) => Math.max(most, terms.nodeCount[t]!), 1);
  return countInto(
    values,
    Float64Array.from({ length: largest + 1 }, (_, i) => i + 0.5),
  );
}

/** Per group, of each sample of each trace. */
function nodeCountProbabilities(
  { samples, structure, structureRow }: ScoreTerms,
  rows: Uint32Array,
  { group }: TraceGroups,
): number[][] {
  const values = LABEL_GROUPS.map((): number[] => []);
  rows.forEach((t, r) => {
    const first = structureRow[t]! * samples;
    for (let l = 0; l < samples; l++) {
      // float32 of a log of 1 may be a little above 0
      values[group[r]!]!.push(Math.min(1, Math.exp(structure.logPNodeCount[first + l]!)));
    }
  });
  return values;
}

/** Counts are kept by bin; the last bin is what the others leave. */
function edgeProbabilities(
  { samples, structureRow, maxNodes, detail, structure }: ScoreTerms,
  rows: Uint32Array,
  { group }: TraceGroups,
) {
  const { filled, bin, count, entries } = detail!.edges;
  const traces = LABEL_GROUPS.map(() => new Float64Array(structure.logPz.length / samples));
  rows.forEach((t, r) => {
    traces[group[r]!]![structureRow[t]!]!++;
  });
  const ofPaper = (maxNodes * (maxNodes - 1)) / 2;
  const counts = LABEL_GROUPS.map(() => new Float64Array(PROBABILITY_BINS));
  let at = 0;
  for (let row = 0; row < filled.length; row++) {
    const s = Math.floor(row / samples);
    for (let g = 0; g < counts.length; g++) {
      counts[g]![PROBABILITY_BINS - 1]! += traces[g]![s]! * (entries?.[s] ?? ofPaper);
    }
    for (const end = at + filled[row]!; at < end; at++) {
      for (let g = 0; g < counts.length; g++) {
        const times = traces[g]![s]! * count[at]!;
        counts[g]![bin[at]!]! += times;
        counts[g]![PROBABILITY_BINS - 1]! -= times;
      }
    }
  }
  return { areCalls: entries !== undefined, edges: unitEdges(), counts };
}

function stdsOf(
  { latencyNodes, stdLimits }: ScoreTerms,
  logStd: Float32Array,
  rows: Uint32Array,
  { group }: TraceGroups,
) {
  const firstNode = new Uint32Array(latencyNodes.length + 1);
  latencyNodes.forEach((count, t) => {
    firstNode[t + 1] = firstNode[t]! + count;
  });
  const logs = LABEL_GROUPS.map((): number[] => []);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  rows.forEach((t, r) => {
    for (let node = firstNode[t]!; node < firstNode[t + 1]!; node++) {
      const log = logStd[node]!;
      logs[group[r]!]!.push(log);
      low = Math.min(low, log);
      high = Math.max(high, log);
    }
  });
  if (low > high) [low, high] = [0, 1];
  if (high - low < 1e-3) [low, high] = [low - 0.5, high + 0.5];
  const edges = Float64Array.from(
    { length: STD_BINS + 1 },
    (_, i) => low + ((high - low) * i) / STD_BINS,
  );
  const limit = Math.log(stdLimits.global);
  const counted = countInto(logs, edges);
  return {
    stds: { ...counted, edges: edges.map((log) => log / Math.LN10) },
    aboveLimit: Float64Array.from(
      logs,
      (own) => own.reduce((sum, log) => sum + (log > limit ? 1 : 0), 0) / own.length,
    ),
  };
}
