/**
 * One variant's report: best F, AUROC and average precision of sections 6.3 and A.1 over all test
 * traces and per kind of anomaly, the inversion of section 5.1.2, and the metrics at the threshold
 * of section A.2.
 */
import { descendingOrder } from '../base/order.ts';
import { countAbove, sorted } from '../base/statistics.ts';
import { labelCode } from '../trace/trace-set.ts';
import { inversionOfSorted } from './inversion.ts';
import type { ThresholdMetrics, VariantReport } from './metrics.ts';
import { NO_METRICS, rankingOfSorted } from './ranking.ts';
import { resolveThreshold } from './resolve-threshold.ts';
import { PAPER_RULE, type ThresholdRule } from './threshold-rule.ts';

const UNLABELLED = labelCode('unlabelled');
const STRUCTURE = labelCode('structure');
const TIME = labelCode('time');

/**
 * The metrics of sections 6.3, A.1, A.2 and 5.1.2 of one variant.
 *
 * @param scores     [T] of the test traces, nats, higher is more anomalous
 * @param labels     [T] index into LABELS; unlabelled traces count as normal if any trace has a
 *   label, and if none has, every metric is null
 * @param valScores  [V] nats, validation scores of the same variant, same samples and corrections
 * @param options.rule       what a score has to be above to be flagged; the paper's unless told
 * @param options.tracesPerDay for a rule that counts per day; null where traces do not say when
 * @param options.areSurprise whether scores are -ln p, for a rule by the share of false alarms
 * @param options.order      [T] of {@link descendingOrder}, where the caller has it
 * @param options.decision   threshold of a detector that decides by itself, null for the rule's
 * @param options.structure  whether structure anomalies are measured by themselves (table 1: not of
 *   VGAE)
 */
export function evaluate(
  scores: Float64Array,
  labels: Uint8Array,
  valScores: Float64Array,
  options: EvaluateOptions = {},
): VariantReport {
  const { order = descendingOrder(scores), decision = null } = options;
  const { rule = PAPER_RULE, tracesPerDay = null, areSurprise = false } = options;
  const test = ascendingBy(scores, order);
  const threshold =
    decision ?? resolveThreshold(rule, { val: sorted(valScores), test, tracesPerDay, areSurprise });
  const byLabel = sortByLabel(scores, labels, order);
  const { total, structure, time } = subsets(byLabel, options.structure ?? true);
  return {
    total: metricsOf(total),
    structure: metricsOf(structure),
    time: metricsOf(time),
    inversion: inversionOfSorted(total.normal, total.anomalous),
    atThreshold: {
      percentile: decision === null && rule.kind === 'percentile' ? rule.percentile : null,
      threshold,
      total: thresholdMetrics(total, threshold),
      structure: thresholdMetrics(structure, threshold),
      time: thresholdMetrics(time, threshold),
    },
  };
}

export interface EvaluateOptions {
  readonly rule?: ThresholdRule;
  readonly tracesPerDay?: number | null;
  readonly areSurprise?: boolean;
  readonly order?: Uint32Array;
  readonly decision?: number | null;
  readonly structure?: boolean;
}

/** @param order the highest first */
const ascendingBy = (scores: Float64Array, order: Uint32Array): Float64Array =>
  Float64Array.from(order, (_, i) => scores[order[order.length - 1 - i]!]!);

/** Scores of normal traces and of the anomalies of some kinds (section 6.3), each ascending. */
interface Subset {
  readonly normal: Float64Array;
  readonly anomalous: Float64Array;
}

/** Scores by label, each ascending; all empty where no trace has a label. */
export interface LabelledScores {
  readonly normal: Float64Array;
  readonly structure: Float64Array;
  readonly time: Float64Array;
  /** Both kinds. */
  readonly anomalous: Float64Array;
}

/**
 * @param scores [T] nats; not NaN
 * @param labels [T] index into LABELS
 * @param order  [T] of {@link descendingOrder}
 */
export function sortByLabel(
  scores: Float64Array,
  labels: Uint8Array,
  order: Uint32Array,
): LabelledScores {
  const labelled = labels.some((label) => label !== UNLABELLED);
  const normal = new Float64Array(labelled ? scores.length : 0);
  const [structure, time, anomalous] = [normal.slice(), normal.slice(), normal.slice()];
  const counts = { normal: 0, structure: 0, time: 0, anomalous: 0 };
  for (let i = normal.length - 1; i >= 0; i--) {
    const row = order[i]!;
    const score = scores[row]!;
    if (Number.isNaN(score)) throw new Error(`score ${row} of ${scores.length} is NaN`);
    const label = labels[row]!;
    if (label === STRUCTURE) structure[counts.structure++] = score;
    else if (label === TIME) time[counts.time++] = score;
    else {
      normal[counts.normal++] = score;
      continue;
    }
    anomalous[counts.anomalous++] = score;
  }
  return {
    normal: normal.subarray(0, counts.normal),
    structure: structure.subarray(0, counts.structure),
    time: time.subarray(0, counts.time),
    anomalous: anomalous.subarray(0, counts.anomalous),
  };
}

const NOTHING = new Float64Array(0);

/** @param measuresStructure where it does not, there is nothing to measure structure anomalies by */
const subsets = (
  { normal, structure, time, anomalous }: LabelledScores,
  measuresStructure: boolean,
) => ({
  total: { normal, anomalous },
  structure: measuresStructure
    ? { normal, anomalous: structure }
    : { normal: NOTHING, anomalous: NOTHING },
  time: { normal, anomalous: time },
});

const metricsOf = ({ normal, anomalous }: Subset) =>
  normal.length + anomalous.length > 0 ? rankingOfSorted(normal, anomalous) : NO_METRICS;

/**
 * Null where there are no anomalies or no threshold. Where nothing is flagged, precision is 0, as
 * in scikit-learn.
 */
function thresholdMetrics(
  { normal, anomalous }: Subset,
  threshold: number | null,
): ThresholdMetrics {
  if (threshold === null || anomalous.length === 0) {
    return { f: null, precision: null, recall: null };
  }
  const truePositives = countAbove(anomalous, threshold);
  const flagged = truePositives + countAbove(normal, threshold);
  return {
    f: (2 * truePositives) / (flagged + anomalous.length),
    precision: flagged > 0 ? truePositives / flagged : 0,
    recall: truePositives / anomalous.length,
  };
}
