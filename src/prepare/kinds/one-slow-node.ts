/** One node lasts U[1, 3] times its p99, and its callers last longer by the same. */
import type { TraceKind } from './kind.ts';

export const oneSlowNode: TraceKind = {
  id: 'one-slow-node',
  says: 'one node lasts 1 to 3 times its p99, and its callers longer',
  label: 'time',
  per: 'trace',
  change({ parent, latencyUs, p99Us }, draws) {
    const node = draws.integer(parent.length);
    const increment = (1 + 2 * draws.uniform()) * p99Us[node]! - latencyUs[node]!;
    // an operation never seen has no p99; a node that is slower already is no anomaly of ours
    if (!(increment > 0)) return null;
    const slowed = latencyUs.slice();
    for (let i = node; i >= 0; i = parent[i]!) slowed[i]! += increment;
    return { alive: null, latencyUs: slowed };
  },
};
