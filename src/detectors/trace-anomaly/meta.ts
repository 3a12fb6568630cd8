/** TraceAnomaly (section 6.4): id and label. Plain data, safe on the page and in the worker. */
import type { BaselineMeta } from '../shared/settings.ts';
import {
  VECTOR_VAE_PRESETS,
  VECTOR_VAE_SETTINGS,
  type VectorVaeConfig,
} from '../shared/vector-settings.ts';

export const TRACE_ANOMALY_META: BaselineMeta<'trace-anomaly', VectorVaeConfig> = {
  id: 'trace-anomaly',
  label: 'TraceAnomaly',
  says: 'a VAE with posterior flow over service trace vectors: the latency of every call path, −1 where it is absent',
  presets: VECTOR_VAE_PRESETS,
  settings: VECTOR_VAE_SETTINGS,
  gives: { kind: 'score', unit: 'nats', decision: null, structure: true, terms: [] },
  stopsEarly: false,
};
