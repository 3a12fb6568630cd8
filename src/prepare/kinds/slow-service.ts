/** One service is short of processor time: what its nodes do themselves takes U[1.5, 5] times as long. */
import type { FaultKind } from './kind.ts';
import { lengthen, selfTimes } from './lengthen.ts';

export const slowService: FaultKind = {
  id: 'slow-service',
  says: 'the time that one service spends itself, without its calls, is 1.5 to 5 times as long',
  label: 'time',
  per: 'fault',
  severity: (draws) => 1.5 + 3.5 * draws.uniform(),
  change(tree, service, factor) {
    if (!tree.service.includes(service)) return null;
    const ownUs = selfTimes(tree).map((self, node) =>
      tree.service[node] === service ? (factor - 1) * self : 0,
    );
    return { alive: null, latencyUs: lengthen(tree, ownUs) };
  },
};
