/** The meta of every detector, in the order of the page: a new detector adds a line here. */
import { CRISP_META } from './crisp/meta.ts';
import { FSA_META } from './fsa/meta.ts';
import { GTRACE_META } from './gtrace/meta.ts';
import { LSTM_AD_META } from './lstm-ad/meta.ts';
import { HISTORY_META, STATISTICS } from './statistics/meta.ts';
import { TRACE_ANOMALY_META } from './trace-anomaly/meta.ts';
import { ABLATIONS } from './tracevae/meta-ablations.ts';
import { TRACEVAE_META } from './tracevae/meta-settings.ts';
import { VGAE_META } from './vgae/meta.ts';

/**
 * The baselines of section 6.4, in the order of table 1; any other detector; the statistics, which
 * have a list of their own (`statistics/meta.ts`).
 */
export const BASELINES = [
  FSA_META,
  LSTM_AD_META,
  TRACE_ANOMALY_META,
  CRISP_META,
  VGAE_META,
  GTRACE_META,
  ...STATISTICS,
] as const;

/** What is shown first comes first. */
export const DETECTOR_CATALOG = [
  HISTORY_META,
  TRACEVAE_META,
  ...ABLATIONS,
  ...BASELINES.filter((meta) => meta.id !== HISTORY_META.id),
] as const;
