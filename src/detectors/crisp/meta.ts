/** CRISP (section 6.4): id and label. Plain data, safe on the page and in the worker. */
import type { BaselineMeta } from '../shared/settings.ts';
import {
  VECTOR_VAE_PRESETS,
  VECTOR_VAE_SETTINGS,
  type VectorVaeConfig,
} from '../shared/vector-settings.ts';

export const CRISP_META: BaselineMeta<'crisp', VectorVaeConfig> = {
  id: 'crisp',
  label: 'CRISP',
  says: 'TraceAnomaly’s network over vectors of the critical path alone',
  presets: VECTOR_VAE_PRESETS,
  settings: VECTOR_VAE_SETTINGS,
  gives: { kind: 'score', unit: 'nats', decision: null, structure: true, terms: [] },
  stopsEarly: false,
};
