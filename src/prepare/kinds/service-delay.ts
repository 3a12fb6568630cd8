/**
 * The network of one service is slow: every call that it gets from another service, and every call
 * that it makes to one, takes longer by the same. The wait is on the caller's side, as the calling
 * span sees it; the span that is called lasts as long as before.
 */
import type { FaultKind } from './kind.ts';
import { lengthen } from './lengthen.ts';

/** Of the median duration of a training trace, logarithmically uniform: from hardly seen to plain. */
const LEAST = 0.05;
const MOST = 1;

export const serviceDelay: FaultKind = {
  id: 'service-delay',
  says: 'all calls to and from one service wait 5 to 100 % of the median duration of a trace',
  label: 'time',
  per: 'fault',
  severity: (draws, usualUs) => usualUs * LEAST * (MOST / LEAST) ** draws.uniform(),
  change(tree, service, delayUs) {
    const { parent, spanCount, service: serviceOf } = tree;
    const ownUs = new Float64Array(parent.length);
    let met = false;
    for (let node = 1; node < parent.length; node++) {
      const caller = parent[node]!;
      const sides = [serviceOf[caller]!, serviceOf[node]!];
      if (sides[0] === sides[1] || !sides.includes(service)) continue;
      met = true;
      ownUs[caller]! += (delayUs * spanCount[node]!) / spanCount[caller]!;
    }
    return met ? { alive: null, latencyUs: lengthen(tree, ownUs) } : null;
  },
};
