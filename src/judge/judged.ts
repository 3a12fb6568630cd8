/** What is judged: the test traces of a set, and the scores that a detector has for them. */
import { labelCode, type TraceSet } from '../trace/trace-set.ts';

/** A fault that was injected into the system, and in which of its services. */
export interface Fault {
  readonly fault: string;
  readonly type: string;
  readonly service: string;
  /** Seconds since the epoch; null where it is not known. */
  readonly startSeconds: number | null;
  readonly endSeconds: number | null;
}

export interface JudgedSet {
  readonly name: string;
  /** [T] 1 for an anomaly, 0 for a normal trace */
  readonly anomalous: Uint8Array;
  /** [T] start of the trace, seconds since the epoch; NaN where it is not known */
  readonly startSeconds: Float64Array;
  /** [T] index into `faults`, -1 for a trace of none */
  readonly faultOf: Int32Array;
  readonly faults: readonly Fault[];
}

/** One detector on one set, trained with one seed, under one variant of its score. */
export interface JudgedScores {
  readonly detector: string;
  readonly variant: string;
  readonly seed: number;
  /** [T] finite, higher is more anomalous */
  readonly scores: Float64Array;
  /** The default one: a trace is flagged above it; null where there are no validation traces. */
  readonly threshold: number | null;
  /** [faults] rank of the faulty service, from 1; null where the detector cannot say. */
  readonly serviceRank: readonly (number | null)[];
}

const ANOMALIES = [labelCode('structure'), labelCode('time')];

/** [traces] 1 for an anomaly; a trace without a label counts as normal. */
export const anomalousOf = ({ label }: Pick<TraceSet, 'label'>, traces: Uint32Array): Uint8Array =>
  Uint8Array.from(traces, (trace) => (ANOMALIES.includes(label[trace]!) ? 1 : 0));
