/** Section A.4's structure anomaly: nodes are gone with all below them, a share U[0.1, 0.5] of them. */
import { drawRemaining } from '../anomalies.ts';
import type { TraceKind } from './kind.ts';

export const lostNodes: TraceKind = {
  id: 'lost-nodes',
  says: 'section A.4: 10 to 50 % of the nodes are gone, each with all below it',
  label: 'structure',
  per: 'trace',
  change({ parent, latencyUs }, draws) {
    const alive = drawRemaining(parent, draws);
    return alive === null ? null : { alive, latencyUs };
  },
};
