/**
 * What the requests of the last minute say of a trace: incidents last, and they slow every request
 * that passes a service. The evidence of a service in a trace (`service-evidence.ts`) counts with
 * that of the n traces that passed the same service in the minute before it: z + 2 c, where
 * c = S / (n + 5), S the sum of their z, and is not below 0.
 *
 * A minute speaks only where it is slower than those of the training traces, by more than its own
 * traces can be by chance: (S - 2 root of n) / (n + 5) above the c that 99.5 % of them do not exceed.
 * Of the services whose minute does, the one with the largest z + 2 c is the trace's.
 *
 * Traces of other files are other recordings, perhaps of the same requests, and do not count; where
 * no start is known, nor do those of its own.
 */
import { percentileOfSorted } from '../base/statistics.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import type { ServiceStds } from './service-evidence.ts';

/** Seconds. */
const WINDOW = 60;
/** As if so many usual traces had passed as well: a few say little. */
const USUAL_TRACES = 5;
/** The others of the minute count this many times as much as the trace. */
const WEIGHT = 2;

/** Fewer traces are no minute. */
const FEWEST_PASSED = 3;
/** S of n usual traces has mean 0 and std root of n; so many stds are chance. */
const CHANCE_STDS = 2;
/** Minutes of training traces beyond this are as far out as an incident; training may hold some. */
const USUAL_PERCENTILE = 99.5;

/** Per service of the dataset, among the traces that calibrate and pass it. */
export interface UsualEvidence {
  /** [services] mean of z; 0 of one that none passes */
  readonly mean: Float32Array;
  /** [services] z that nine in ten do not exceed, less the mean; 0 of one that none passes */
  readonly slow: Float32Array;
}

/** @param sample trace indices */
export function usualEvidence(
  evidence: ServiceStds,
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

/**
 * @param train trace indices; others of their files count in their minutes
 * @returns     [services] c that {@link USUAL_PERCENTILE} % of their minutes do not exceed; 0 of a
 *              service that none passes
 */
export function usualMinutes(
  traces: TraceSet,
  evidence: ServiceStds,
  usual: UsualEvidence,
  train: Uint32Array,
): Float32Array {
  const minutes = traces.services.map((): number[] => []);
  const isTrain = new Set(train);
  for (const file of new Set(Array.from(train, (trace) => traces.file[trace]!))) {
    readInOrder(traces, evidence, usual, file, (trace, service, { sum, passed }) => {
      if (isTrain.has(trace)) minutes[service]!.push(sum / (passed + USUAL_TRACES));
    });
  }
  return Float32Array.from(minutes, (of) =>
    of.length === 0 ? 0 : percentileOfSorted(Float64Array.from(of).sort(), USUAL_PERCENTILE),
  );
}

/** Of a trace that passed a service in a minute that stands out. */
export interface InTime {
  /** z + 2 c, stds, not calibrated */
  readonly score: number;
  /** Index of the service that gave it. */
  readonly service: number;
  /** Traces that passed that service in the minute before, and how many of them were slow there. */
  readonly passed: number;
  readonly slow: number;
}

export interface TimeReader {
  /** Null where no minute of its services stands out. A file is read once, when first asked for. */
  read(trace: number): InTime | null;
  /** The largest z + 2 c of all its services, whether their minutes stand out or not: what calibrates. */
  largest(trace: number): number;
}

/** @param minute [services], see {@link usualMinutes} */
export function openInTime(
  traces: TraceSet,
  evidence: ServiceStds,
  usual: UsualEvidence,
  minute: Float32Array,
): TimeReader {
  const largest = new Float64Array(traces.structureOf.length);
  const standsOut = new Map<number, InTime>();
  const known = new Set<number>();
  const readFile = (file: number): void => {
    if (known.has(file)) return;
    known.add(file);
    let last = -1;
    readInOrder(traces, evidence, usual, file, (trace, service, { std, sum, passed, slow }) => {
      const score = std + WEIGHT * Math.max(0, sum / (passed + USUAL_TRACES));
      if (trace !== last || score > largest[trace]!) largest[trace] = score;
      last = trace;
      const beyondChance = (sum - CHANCE_STDS * Math.sqrt(passed)) / (passed + USUAL_TRACES);
      if (passed < FEWEST_PASSED || beyondChance <= Math.max(0, minute[service]!)) return;
      if (score <= (standsOut.get(trace)?.score ?? Number.NEGATIVE_INFINITY)) return;
      standsOut.set(trace, { score, service, passed, slow });
    });
  };
  return {
    read(trace) {
      readFile(traces.file[trace]!);
      return standsOut.get(trace) ?? null;
    },
    largest(trace) {
      readFile(traces.file[trace]!);
      return largest[trace]!;
    },
  };
}

/** A trace at a service that it passes: its z there, and those that passed in the minute before. */
interface Passing {
  readonly std: number;
  readonly sum: number;
  readonly passed: number;
  readonly slow: number;
}

/** Every service of every trace of a file, in order of time. */
function readInOrder(
  traces: TraceSet,
  evidence: ServiceStds,
  usual: UsualEvidence,
  file: number,
  visit: (trace: number, service: number, passing: Passing) => void,
): void {
  const window = createWindow(traces.services.length);
  const stds = new Float64Array(evidence.most);
  // those that began at the same microsecond are before each other in no order of the file
  let together: Passed[] = [];
  for (const trace of inOrderOfTime(traces, file)) {
    const startUs = traces.startUs[trace]!;
    if (together.length > 0 && together[0]!.startUs !== startUs) {
      for (const passed of together) window.add(passed);
      together = [];
    }
    const services = evidence.services(trace);
    evidence.read(trace, stds);
    window.forget(startUs - WINDOW * 1e6);
    for (let s = 0; s < services.length; s++) {
      const of = services[s]!;
      stds[s]! -= usual.mean[of]!;
      const [sum, passed, slow] = [window.sum[of]!, window.passed[of]!, window.slow[of]!];
      visit(trace, of, { std: stds[s]!, sum, passed, slow });
    }
    if (Number.isNaN(startUs)) continue;
    const isSlow = Array.from(services, (of, s) => (stds[s]! > usual.slow[of]! ? 1 : 0));
    together.push({ startUs, services, stds: stds.slice(0, services.length), isSlow });
  }
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
