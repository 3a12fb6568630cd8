/** Every detector by id and label: plain data, safe on the page. */
import { CRISP_META } from './crisp/meta.ts';
import { FSA_META, type FsaConfig } from './fsa/meta.ts';
import { LSTM_AD_META, type LstmAdConfig } from './lstm-ad/meta.ts';
import type { PresetId } from './shared/settings.ts';
import type { VectorVaeConfig } from './shared/vector-settings.ts';
import { TRACE_ANOMALY_META } from './trace-anomaly/meta.ts';
import { TRACEVAE_META } from './tracevae/meta.ts';
import { ABLATIONS } from './tracevae/meta-ablations.ts';
import { VGAE_META, type VgaeConfig } from './vgae/meta.ts';

/** The baselines of section 6.4, in the order of table 1. */
export const BASELINES = [
  FSA_META,
  LSTM_AD_META,
  TRACE_ANOMALY_META,
  CRISP_META,
  VGAE_META,
] as const;

export const DETECTOR_CATALOG = [TRACEVAE_META, ...ABLATIONS, ...BASELINES] as const;

export type BaselineId = (typeof BASELINES)[number]['id'];
export type DetectorId = (typeof DETECTOR_CATALOG)[number]['id'];

/** Settings of the baselines, by id. */
export interface BaselineConfigs {
  readonly fsa: FsaConfig;
  readonly 'lstm-ad': LstmAdConfig;
  readonly 'trace-anomaly': VectorVaeConfig;
  readonly crisp: VectorVaeConfig;
  readonly vgae: VgaeConfig;
}

export const DETECTOR_IDS: readonly DetectorId[] = DETECTOR_CATALOG.map(({ id }) => id);

/** What the upper half of table 1 compares: TraceVAE and the baselines. */
export const COMPARED: readonly DetectorId[] = ['tracevae', ...BASELINES.map(({ id }) => id)];

/** The name on the page, as table 1 and section 6.6 write it. */
export const detectorLabel = (id: DetectorId): string =>
  DETECTOR_CATALOG.find((entry) => entry.id === id)!.label;

/** null for TraceVAE and its ablations. */
export const baselineMeta = (id: DetectorId): (typeof BASELINES)[number] | null =>
  BASELINES.find((meta) => meta.id === id) ?? null;

/** Unit of a detector's scores; empty where they are pure numbers. */
export const scoreUnit = (id: DetectorId): 'nats' | '' => {
  const meta = baselineMeta(id);
  return meta === null ? 'nats' : meta.unit;
};

export const baselineConfigs = (preset: PresetId): BaselineConfigs => ({
  fsa: FSA_META.presets[preset],
  'lstm-ad': LSTM_AD_META.presets[preset],
  'trace-anomaly': TRACE_ANOMALY_META.presets[preset],
  crisp: CRISP_META.presets[preset],
  vgae: VGAE_META.presets[preset],
});
