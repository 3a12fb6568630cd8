/**
 * TraceAnomaly (Liu et al. 2020, section 6.4): service trace vectors of all call paths, a deep
 * Bayesian network with posterior flow, NLL as the score.
 */
import type { VectorMethod } from '../shared/vector-detector.ts';
import { TRACE_ANOMALY_META } from './meta.ts';

export const TRACE_ANOMALY: VectorMethod = {
  label: TRACE_ANOMALY_META.label,
  choose: () => null,
};
