/**
 * An error: a node returns early, so that some of its calls are not made, and all callers are
 * quicker. Where the dataset says how spans ended, the node has failed; its caller copes with that.
 */
import { shuffle } from '../../base/random.ts';
import type { TraceKind } from './kind.ts';
import { lengthen } from './lengthen.ts';
import { withoutSubtrees } from './without-subtrees.ts';

export const cutShort: TraceKind = {
  id: 'cut-short',
  says: 'a node fails: some of its calls are not made, and it and its callers are quicker by them',
  label: 'structure',
  per: 'trace',
  change(tree, draws) {
    const { parent, latencyUs, spanCount } = tree;
    const callers = [...new Set(parent.slice(1))];
    if (callers.length === 0) return null;
    const failed = callers[draws.integer(callers.length)]!;
    const calls = Uint32Array.from(parent.keys()).filter((node) => parent[node] === failed);
    const gone = [...shuffle(draws, calls).subarray(0, 1 + draws.integer(calls.length))];
    const alive = withoutSubtrees(parent, gone);
    if (alive === null) return null;
    const ownUs = new Float64Array(parent.length);
    for (const node of gone) {
      ownUs[failed]! -= (latencyUs[node]! * spanCount[node]!) / spanCount[failed]!;
    }
    return { alive, latencyUs: lengthen(tree, ownUs, alive), failed };
  },
};
