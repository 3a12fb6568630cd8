/** An explanation in names and milliseconds: tree against reconstruction, latencies, score parts. */
import { pairIndex } from '../../base/pairs.ts';
import { type DetectorId, detectorMeta } from '../../detectors/catalog.ts';
import type {
  ScoreExplanation,
  ScoreSplit,
  TraceExplanation,
} from '../../detectors/explanation.ts';
import { SCORE_CEILING } from '../../scoring/combine.ts';
import { operationName, type TraceSet } from '../../trace/trace-set.ts';
import { type DiffStatus, diffTrees } from '../../trace/tree-diff.ts';
import { namedOperation, traceTree } from '../shared/tree-view.ts';

export interface ComparedSide {
  readonly service: string;
  readonly operation: string;
  readonly latencyMs?: number;
  readonly spanCount?: number;
  /** null for the root, which has no edge. */
  readonly edgeProbability: number | null;
  readonly operationProbability: number;
}

export interface ComparisonRow {
  readonly key: string;
  readonly depth: number;
  readonly status: DiffStatus;
  readonly observedIndex: number | null;
  readonly observed: ComparedSide | null;
  readonly reconstructed: ComparedSide | null;
}

/** Rows of the split diff, each node before its children. */
export function comparisonRows(
  traces: TraceSet,
  { trace, reconstruction, nodes }: TraceExplanation,
): ComparisonRow[] {
  const observed = traceTree(traces, trace);
  const diff = diffTrees(
    {
      parent: observed.map(({ parent }) => parent),
      operation: observed.map(({ operationId }) => operationId),
    },
    reconstruction,
  );
  const children = diff.map((): number[] => []);
  diff.forEach(({ parent }, i) => {
    children[parent]?.push(i);
  });
  const rows: ComparisonRow[] = [];
  const open = [{ node: 0, depth: 0 }];
  while (open.length > 0) {
    const { node, depth } = open.pop()!;
    const { status, observed: o, reconstructed: r } = diff[node]!;
    rows.push({
      key: String(node),
      depth,
      status,
      observedIndex: o === -1 ? null : o,
      observed: o === -1 ? null : observedSide(o),
      reconstructed: r === -1 ? null : reconstructedSide(r),
    });
    for (const child of children[node]!.toReversed()) open.push({ node: child, depth: depth + 1 });
  }
  return rows;

  function observedSide(o: number): ComparedSide {
    const { service, operation, latencyMs, spanCount } = observed[o]!;
    return {
      service,
      operation,
      latencyMs,
      spanCount,
      edgeProbability: o === 0 ? null : nodes.edgeProbability[o]!,
      operationProbability: nodes.operationProbability[o]!,
    };
  }

  function reconstructedSide(r: number): ComparedSide {
    return {
      ...namedOperation(traces, reconstruction.operation[r]!),
      edgeProbability: r === 0 ? null : reconstruction.edgeProbability[r]!,
      operationProbability: reconstruction.operationProbability[r]!,
    };
  }
}

/** Of scores that are made of terms: one that reaches it says no more than that. */
export const CEILING = {
  at: SCORE_CEILING,
  words: 'scores above 100,000 nats count as 100,000',
} as const;

/** Said after a score that was cut; of a detector without terms none is. */
export const ceilingWords = (score: number, kind: 'terms' | 'plain'): string =>
  kind === 'terms' && score >= CEILING.at ? ', the ceiling' : '';

export interface ExplainedPart {
  readonly id: string;
  readonly label: string;
  readonly detail?: string;
  /** In the unit of the score. */
  readonly value: number;
  readonly node?: number;
}

/** Every part of the score; with the remainder they sum to it. */
export function explainedParts(
  traces: TraceSet,
  { trace, absentCalls }: TraceExplanation,
  split: ScoreSplit,
): ExplainedPart[] {
  const tree = traceTree(traces, trace);
  const names = tree.map(({ service, operation }) => `${service}/${operation}`);
  const perNode = (id: string, label: string, values: Float64Array): ExplainedPart[] =>
    Array.from(values, (value, node) => ({
      id: `${id}-${node}`,
      label,
      detail: names[node]!,
      value,
      node,
    }));
  const latencies = perNode('latency', 'latency', split.nodeLatency);
  const operations = perNode('operation', 'operation', split.nodeType);
  const statuses = perNode('status', 'failed or not', split.status ?? new Float64Array(0));
  if (absentCalls !== null) {
    return [
      { id: 'kl-structure', label: 'KL of z', value: split.klStructure },
      { id: 'kl-latency', label: 'KL of z₂', value: split.klLatency },
      { id: 'padding', label: 'no call that training never saw', value: split.padding },
      ...latencies,
      ...callParts(names, tree, split),
      ...Array.from(
        split.absentCalls,
        (value, c): ExplainedPart => ({
          id: `absent-${c}`,
          label: 'missing call',
          detail: absentWords(traces, absentCalls, c),
          value,
          node: absentCalls.caller[c]!,
        }),
      ),
      ...operations,
      ...statuses,
    ];
  }
  return [
    { id: 'node-count', label: 'node count p(N|z)', value: split.nodeCount },
    { id: 'kl-structure', label: 'KL of z', value: split.klStructure },
    { id: 'kl-latency', label: 'KL of z₂', value: split.klLatency },
    { id: 'padding', label: 'padding up to N_max', value: split.padding },
    ...latencies,
    ...tree.flatMap(({ parent }, j) =>
      names.slice(0, j).map(
        (name, i): ExplainedPart => ({
          id: `edge-${i}-${j}`,
          label: i === parent ? 'edge' : 'no edge',
          detail: `${name} → ${names[j]!}`,
          value: split.edges[pairIndex(i, j)]!,
          node: j,
        }),
      ),
    ),
    ...operations,
    ...statuses,
  ];
}

/** Of each node but the root: that it was called. */
const callParts = (
  names: readonly string[],
  tree: readonly { readonly parent: number }[],
  split: ScoreSplit,
): ExplainedPart[] =>
  tree.slice(1).map(({ parent }, k) => ({
    id: `edge-${parent}-${k + 1}`,
    label: 'call',
    detail: `${names[parent]!} → ${names[k + 1]!}`,
    value: split.edges[pairIndex(parent, k + 1)]!,
    node: k + 1,
  }));

type AbsentCalls = NonNullable<TraceExplanation['absentCalls']>;

/** "cart/GetCart (present in 99.8 % of such traces)" */
function absentWords(traces: TraceSet, { operation, probability }: AbsentCalls, c: number): string {
  const share = Math.min(99.9, Math.round(1000 * probability[c]!) / 10);
  return `${operationName(traces, operation[c]!)} (present in ${share} % of such traces)`;
}

/** Calls that the trace lacks and that are more often made than not, the likeliest first. */
export function missingCalls(traces: TraceSet, { absentCalls }: TraceExplanation): string[] {
  if (absentCalls === null) return [];
  const { probability } = absentCalls;
  return [...probability.keys()]
    .filter((c) => probability[c]! >= 0.5)
    .sort((a, b) => probability[b]! - probability[a]!)
    .map((c) => absentWords(traces, absentCalls, c));
}

/** The terms of a score that come from its detector, under the names of the detector's meta. */
export const termParts = (
  detector: DetectorId,
  { terms = {} }: ScoreExplanation,
): ExplainedPart[] => {
  const { gives } = detectorMeta(detector);
  const named = gives.kind === 'score' ? gives.terms : [];
  return named.flatMap(({ id, label }) => {
    const value = terms[id];
    return value === undefined ? [] : [{ id, label, value }];
  });
};

/** [n] nats that each node adds by its operation, its latency, its status and the edges to earlier nodes. */
export const nodeTotals = ({ nodeType, nodeLatency, edges, status }: ScoreSplit): Float64Array =>
  nodeType.map((value, j) => {
    let sum = value + nodeLatency[j]! + (status?.[j] ?? 0);
    for (let i = 0; i < j; i++) sum += edges[pairIndex(i, j)]!;
    return sum;
  });
