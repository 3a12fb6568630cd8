/**
 * What the requests of the last minute say of a trace: incidents last, and they slow every request
 * that passes a service. The evidence of a service in a trace (`service-evidence.ts`) counts with
 * that of the traces that passed the same service in the minute before it: z + 2 c, where
 * c = sum of their z / (their number + 5) and is not below 0. The largest over the trace's services
 * is its score. Traces of other files are other recordings, perhaps of the same requests, and do not
 * count; where no start is known, nor do those of its own.
 */
import type { TraceSet } from '../trace/trace-set.ts';
import type { ServiceEvidence } from './service-evidence.ts';

/** Seconds. */
const WINDOW = 60;
/** As if so many usual traces had passed as well: a few say little. */
const USUAL_TRACES = 5;
/** The others of the minute count this many times as much as the trace. */
const WEIGHT = 2;

/** Per service of the dataset, among the traces that calibrate and pass it. */
export interface UsualEvidence {
  /** [services] mean of z; 0 of one that none passes */
  readonly mean: Float32Array;
  /** [services] z that nine in ten do not exceed, less the mean; 0 of one that none passes */
  readonly slow: Float32Array;
}

/** @param sample trace indices */
export function usualEvidence(
  evidence: ServiceEvidence,
  sample: Uint32Array,
  services: number,
): UsualEvidence {
  const of = Array.from({ length: services }, (): number[] => []);
  const stds = new Float64Array(evidence.most);
  for (const trace of sample) {
    evidence.read(trace, stds);
    for (const [s, service] of evidence.services(trace).entries()) of[service]!.push(stds[s]!);
  }
  const mean = Float32Array.from(of, (values) =>
    values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length,
  );
  const slow = Float32Array.from(of, (values, service) => {
    const ascending = values.sort((a, b) => a - b);
    return (ascending[Math.floor(0.9 * (ascending.length - 1))] ?? mean[service]!) - mean[service]!;
  });
  return { mean, slow };
}

/** Of a trace. */
export interface InTime {
  /** stds, not calibrated; 0 of a trace with no service that can be compared */
  readonly score: number;
  /** Index of the service that gave it. */
  readonly service: number;
  /** Traces that passed that service in the minute before, and how many of them were slow there. */
  readonly passed: number;
  readonly slow: number;
}

/** @returns of a trace: what it says with the traces before it; a file is read once, when first asked for */
export function openInTime(
  traces: TraceSet,
  evidence: ServiceEvidence,
  usual: UsualEvidence,
): (trace: number) => InTime {
  const score = new Float64Array(traces.structureOf.length);
  const [service, passed, slow] = [0, 1, 2].map(() => new Uint32Array(score.length)) as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  const read = new Set<number>();
  const readFile = (file: number): void => {
    const window = createWindow(traces.services.length);
    const stds = new Float64Array(evidence.most);
    for (const trace of inOrderOfTime(traces, file)) {
      const services = evidence.services(trace);
      evidence.read(trace, stds);
      for (let s = 0; s < services.length; s++) stds[s]! -= usual.mean[services[s]!]!;
      window.forget(traces.startUs[trace]! - WINDOW * 1e6);
      let most = Number.NEGATIVE_INFINITY;
      for (let s = 0; s < services.length; s++) {
        const of = services[s]!;
        const context = window.sum[of]! / (window.passed[of]! + USUAL_TRACES);
        const together = stds[s]! + WEIGHT * Math.max(0, context);
        if (together <= most) continue;
        most = together;
        score[trace] = most;
        service[trace] = of;
        passed[trace] = window.passed[of]!;
        slow[trace] = window.slow[of]!;
      }
      if (Number.isNaN(traces.startUs[trace]!)) continue;
      const isSlow = Array.from(services, (of, s) => (stds[s]! > usual.slow[of]! ? 1 : 0));
      const own = stds.slice(0, services.length);
      window.add({ startUs: traces.startUs[trace]!, services, stds: own, isSlow });
    }
  };
  return (trace) => {
    const file = traces.file[trace]!;
    if (!read.has(file)) readFile(file);
    read.add(file);
    return {
      score: score[trace]!,
      service: service[trace]!,
      passed: passed[trace]!,
      slow: slow[trace]!,
    };
  };
}

/** Those without a start come first, when nothing has passed yet. */
function inOrderOfTime({ file, startUs }: TraceSet, of: number): number[] {
  const all: number[] = [];
  for (let trace = 0; trace < file.length; trace++) if (file[trace] === of) all.push(trace);
  const at = (trace: number): number => {
    const start = startUs[trace]!;
    return Number.isNaN(start) ? Number.NEGATIVE_INFINITY : start;
  };
  return all.sort((a, b) => (at(a) === at(b) ? a - b : at(a) - at(b)));
}

/** A trace in the window. */
interface Passed {
  readonly startUs: number;
  readonly services: Uint32Array;
  /** [services] */
  readonly stds: Float64Array;
  readonly isSlow: readonly number[];
}

/** Sums per service over the traces of the last minute. */
function createWindow(services: number) {
  const sum = new Float64Array(services);
  const passed = new Uint32Array(services);
  const slow = new Uint32Array(services);
  const queue: Passed[] = [];
  let first = 0;
  const count = ({ services: of, stds, isSlow }: Passed, sign: 1 | -1): void => {
    for (let s = 0; s < of.length; s++) {
      const at = of[s]!;
      passed[at]! += sign;
      slow[at]! += sign * isSlow[s]!;
      // what sums leave behind in their last bits goes with the last trace
      sum[at] = passed[at] === 0 ? 0 : sum[at]! + sign * stds[s]!;
    }
  };
  return {
    sum,
    passed,
    slow,
    add(trace: Passed): void {
      queue.push(trace);
      count(trace, 1);
    },
    /** Of traces that began before. */
    forget(startUs: number): void {
      while (first < queue.length && queue[first]!.startUs < startUs) count(queue[first++]!, -1);
      if (first < 4096) return;
      queue.splice(0, first);
      first = 0;
    },
  };
}
