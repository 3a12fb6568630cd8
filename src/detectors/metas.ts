/** The meta of every detector, in the order of the page: a new detector adds a line here. */
import { CRISP_META } from './crisp/meta.ts';
import { FSA_META } from './fsa/meta.ts';
import { LSTM_AD_META } from './lstm-ad/meta.ts';
import { STATISTICS } from './statistics/meta.ts';
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
  ...STATISTICS,
] as const;

export const DETECTOR_CATALOG = [TRACEVAE_META, ...ABLATIONS, ...BASELINES] as const;
