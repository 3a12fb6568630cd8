/**
 * CRISP (Zhang et al. 2022, section 6.4): the network of TraceAnomaly over vectors in which only the
 * calls on the critical path have their latency; all others are absent.
 */
import { criticalNodesOf } from '../../trace/critical-path.ts';
import type { VectorMethod } from '../shared/vector-detector.ts';
import { CRISP_META } from './meta.ts';

export const CRISP: VectorMethod = {
  label: CRISP_META.label,
  choose: criticalNodesOf,
};
