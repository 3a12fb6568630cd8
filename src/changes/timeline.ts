/** Traffic over time, in equal bins: what a period is chosen from. */
import { percentileOfSorted } from '../base/statistics.ts';
import { errorsOf, type TraceSet, traceCount } from '../trace/trace-set.ts';

export interface Timeline {
  readonly fromUs: number;
  readonly binUs: number;
  /** [B] traces that begin in the bin */
  readonly traces: Uint32Array;
  /** [B] of these, with an error */
  readonly failed: Uint32Array;
  /** [B] of these, flagged, and those that have a score at all */
  readonly flagged: Uint32Array;
  readonly scored: Uint32Array;
  /** [B] durations of requests, microseconds; NaN of an empty bin */
  readonly p50Us: Float64Array;
  readonly p99Us: Float64Array;
  /** Traces that begin at no known time. */
  readonly untimed: number;
}

/** Which traces have scores, and which of these are flagged. */
export interface Flags {
  /** [R] trace indices */
  readonly trace: Uint32Array;
  isFlagged(row: number): boolean;
}

/** null where no trace says when it began, or all did at once. */
export function timeline(traces: TraceSet, bins: number, flags: Flags | null): Timeline | null {
  const { startUs, latencyUs, nodeOffset } = traces;
  const count = traceCount(traces);
  let [fromUs, toUs, untimed] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const start of startUs) {
    if (Number.isNaN(start)) untimed++;
    else {
      fromUs = Math.min(fromUs, start);
      toUs = Math.max(toUs, start);
    }
  }
  if (!(toUs > fromUs)) return null;
  const binUs = (toUs - fromUs) / bins;
  const binOf = (trace: number): number =>
    Math.min(bins - 1, Math.floor((startUs[trace]! - fromUs) / binUs));

  const result: Timeline = {
    fromUs,
    binUs,
    traces: new Uint32Array(bins),
    failed: new Uint32Array(bins),
    flagged: new Uint32Array(bins),
    scored: new Uint32Array(bins),
    p50Us: new Float64Array(bins),
    p99Us: new Float64Array(bins),
    untimed,
  };
  const durations = Array.from({ length: bins }, (): number[] => []);
  for (let trace = 0; trace < count; trace++) {
    if (Number.isNaN(startUs[trace]!)) continue;
    const bin = binOf(trace);
    result.traces[bin]! += 1;
    if ((errorsOf(traces, trace) ?? 0) > 0) result.failed[bin]! += 1;
    durations[bin]!.push(latencyUs[nodeOffset[trace]!]!);
  }
  durations.forEach((values, bin) => {
    values.sort((a, b) => a - b);
    result.p50Us[bin] = percentileOfSorted(values, 50);
    result.p99Us[bin] = percentileOfSorted(values, 99);
  });
  flags?.trace.forEach((trace, row) => {
    if (Number.isNaN(startUs[trace]!)) return;
    const bin = binOf(trace);
    result.scored[bin]! += 1;
    if (flags.isFlagged(row)) result.flagged[bin]! += 1;
  });
  return result;
}
