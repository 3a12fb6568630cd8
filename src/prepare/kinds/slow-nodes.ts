/** Section A.4's time anomaly: a share U[0.1, 0.5] of the nodes lasts U[2, 10] times their p99. */
import { slowNodes as slow } from '../anomalies.ts';
import type { TraceKind } from './kind.ts';

export const slowNodes: TraceKind = {
  id: 'slow-nodes',
  says: 'section A.4: 10 to 50 % of the nodes last 2 to 10 times their p99, and their callers longer',
  label: 'time',
  per: 'trace',
  change: ({ parent, latencyUs, p99Us }, draws) => ({
    alive: null,
    latencyUs: slow(parent, latencyUs, (node) => p99Us[node]!, draws),
  }),
};
