/** One call is gone, with all below it; latencies stay what they were. */
import type { TraceKind } from './kind.ts';
import { withoutSubtrees } from './without-subtrees.ts';

export const lostSubtree: TraceKind = {
  id: 'lost-subtree',
  says: 'one call is gone, with all below it',
  label: 'structure',
  per: 'trace',
  change({ parent, latencyUs }, draws) {
    if (parent.length < 3) return null;
    const alive = withoutSubtrees(parent, [1 + draws.integer(parent.length - 1)]);
    return alive === null ? null : { alive, latencyUs };
  },
};
