/** How well scores separate anomalies from normal traces (section 6.3 of the paper). */

/** Numbers that are not defined (no labels, no anomaly, no normal trace for AUROC) are null. */
export interface Metrics {
  readonly bestF: number | null;
  /** At the threshold of the best F. */
  readonly precision: number | null;
  readonly recall: number | null;
  /** Between the lowest score that is flagged and the next lower one; scores above are flagged. */
  readonly threshold: number | null;
  readonly auroc: number | null;
  readonly averagePrecision: number | null;
  readonly normal: number;
  readonly anomalies: number;
}

export interface ThresholdMetrics {
  readonly f: number | null;
  readonly precision: number | null;
  readonly recall: number | null;
}

export interface Inversion {
  /** Overlap of the two score distributions, 0 (apart) to 1 (the same). */
  readonly area: number | null;
  /** nats */
  readonly normalMedian: number | null;
  /** Share of anomalies that score below the normal median, 0 to 1. */
  readonly anomaliesBelowNormalMedian: number | null;
}

/** "structure" and "time" are normal traces plus that kind of anomaly, "total" is all. */
export interface VariantReport {
  readonly total: Metrics;
  readonly structure: Metrics;
  readonly time: Metrics;
  readonly inversion: Inversion;
  readonly atThreshold: {
    /** Of the validation scores; null where another rule, or the detector itself, sets the threshold. */
    readonly percentile: number | null;
    readonly threshold: number | null;
    readonly total: ThresholdMetrics;
    readonly structure: ThresholdMetrics;
    readonly time: ThresholdMetrics;
  };
}
