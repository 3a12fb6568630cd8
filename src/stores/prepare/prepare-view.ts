/** What the Prepare cell shows: Table 4 before and after each step, and histograms of two of them. */
import { latencyEdgesMs, type TraceDescription } from '../../prepare/describe.ts';
import type { PrepareStep, StepReport } from '../../prepare/prepare.ts';

export type { StepReport };

export interface StepHistogram {
  readonly id: 'nodes' | 'depth' | 'latency';
  /** [bins + 1] nodes, levels or milliseconds. */
  readonly edges: ArrayLike<number>;
  /** [bins] traces before and after, of the same bins; one column where nothing was done yet. */
  readonly counts: readonly ArrayLike<number>[];
}

/** @param shown the descriptions to compare, the one before first */
export function stepHistograms(shown: readonly TraceDescription[]): StepHistogram[] {
  return [
    { id: 'nodes', ...wholeNumberBins(shown.map(({ byNodes }) => byNodes)) },
    { id: 'depth', ...wholeNumberBins(shown.map(({ byDepth }) => byDepth)) },
    {
      id: 'latency',
      ...trimmed(
        latencyEdgesMs(),
        shown.map(({ byLatency }) => byLatency),
      ),
    },
  ];
}

type Bins = Pick<StepHistogram, 'edges' | 'counts'>;

/** One bin a number, its number in the middle; trees begin at one node and one level. */
function wholeNumberBins(columns: readonly Uint32Array[]): Bins {
  const longest = Math.max(...columns.map(({ length }) => length), 2);
  return {
    edges: Array.from({ length: longest }, (_, i) => i + 0.5),
    counts: columns.map((column) =>
      Array.from({ length: longest - 1 }, (_, i) => column[i + 1] ?? 0),
    ),
  };
}

/** Without the empty bins at both ends. */
function trimmed(edges: Float64Array, columns: readonly Uint32Array[]): Bins {
  const filled = [...edges.keys()].filter((bin) =>
    columns.some((column) => (column[bin] ?? 0) > 0),
  );
  const first = filled[0] ?? 0;
  const end = (filled.at(-1) ?? first) + 1;
  return {
    edges: edges.subarray(first, end + 1),
    counts: columns.map((column) => column.subarray(first, end)),
  };
}

/** What to compare: a step with the one before it, or the end with the beginning. */
export type ComparedStep = PrepareStep | 'all';

/** Descriptions before and after; only the first step where it is all there is. */
export function comparedSteps(
  steps: readonly StepReport[],
  comparison: ComparedStep,
): readonly StepReport[] {
  if (steps.length === 1) return steps;
  const at = comparison === 'all' ? -1 : steps.findIndex(({ step }) => step === comparison);
  return at <= 0 ? [steps[0]!, steps.at(-1)!] : [steps[at - 1]!, steps[at]!];
}
