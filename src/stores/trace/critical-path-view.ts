/** The critical path of one trace, as rows below their callers. */
import { criticalNodesOf } from '../../trace/critical-path.ts';
import type { TraceSet } from '../../trace/trace-set.ts';
import { traceTree } from '../shared/tree-view.ts';

export interface CriticalRow {
  readonly node: number;
  readonly depth: number;
  readonly service: string;
  readonly operation: string;
  readonly critical: boolean;
  readonly latencyMs: number;
  /** What its children on the path leave of its latency: waited for in the call itself. */
  readonly ownMs: number;
  /** {@link ownMs} of the root's latency, 0 to 1. */
  readonly share: number;
}

/** Each node before its children, in the order of the tree. */
export function criticalPathRows(traces: TraceSet, trace: number): CriticalRow[] {
  const nodes = traceTree(traces, trace);
  const critical = criticalNodesOf(traces, trace);
  const rows: CriticalRow[] = [];
  const visit: { node: number; depth: number }[] = [{ node: 0, depth: 0 }];
  for (let at = visit.pop(); at !== undefined; at = visit.pop()) {
    const { node, depth } = at;
    const children = nodes.flatMap(({ parent }, i) => (parent === node ? [i] : []));
    const waited = children.filter((child) => critical[child] === 1);
    const below = waited.reduce((sum, child) => sum + nodes[child]!.latencyMs, 0);
    const { service, operation, latencyMs } = nodes[node]!;
    const ownMs = Math.max(0, latencyMs - below);
    rows.push({
      node,
      depth,
      service,
      operation,
      critical: critical[node] === 1,
      latencyMs,
      ownMs,
      share: nodes[0]!.latencyMs > 0 ? ownMs / nodes[0]!.latencyMs : 0,
    });
    for (const child of children.toReversed()) visit.push({ node: child, depth: depth + 1 });
  }
  return rows;
}
