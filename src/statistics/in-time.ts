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
import { percentileReordering, valueAtRank } from '../base/statistics.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import type { GatheredStds, ServiceStds } from './service-evidence.ts';

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

/** Who says what. */
export interface Evidence {
  readonly services: ServiceStds['services'];
  readonly gathered: GatheredStds;
}

/** @param sample trace indices, of which evidence is gathered */
export function usualEvidence(
  { services, gathered: { start, stds } }: Evidence,
  sample: Uint32Array,
  serviceCount: number,
): UsualEvidence {
  const values = createColumns(serviceCount, sample, services);
  const sum = new Float64Array(serviceCount);
  for (const trace of sample) {
    const of = services(trace);
    for (let s = 0; s < of.length; s++) {
      const std = stds[start[trace]! + s]!;
      sum[of[s]!]! += std;
      values.push(of[s]!, std);
    }
  }
  const mean = new Float32Array(serviceCount);
  const slow = new Float32Array(serviceCount);
  values.columns.forEach((column, service) => {
    if (column.length === 0) return;
    mean[service] = sum[service]! / column.length;
    slow[service] = valueAtRank(column, Math.floor(0.9 * (column.length - 1))) - mean[service]!;
  });
  return { mean, slow };
}

/** What is learnt of the minutes of training traces. */
export interface LearntMinutes {
  /**
   * [services] c that {@link USUAL_PERCENTILE} % of the minutes of training traces do not exceed; 0 of
   * a service that none passes
   */
  readonly minute: Float32Array;
  /**
   * [all traces of the set] the largest z + 2 c of all services of a trace of these files, whether
   * their minutes stand out or not: what calibrates
   */
  readonly largest: Float64Array;
}

/**
 * @param train trace indices; others of their files count in their minutes
 * @param files all traces of each file that a training trace is in, or one that calibrates
 */
export function learnMinutes(
  traces: TraceSet,
  evidence: Evidence,
  usual: UsualEvidence,
  train: Uint32Array,
  files: readonly Uint32Array[],
): LearntMinutes {
  const minutes = createColumns(traces.services.length, train, evidence.services);
  const largest = new Float64Array(traces.structureOf.length).fill(Number.NEGATIVE_INFINITY);
  const isTrain = new Uint8Array(largest.length);
  for (const trace of train) isTrain[trace] = 1;
  for (const file of files) {
    readInOrder(traces, evidence, usual, file, (trace, service, passing) => {
      if (isTrain[trace] === 1) minutes.push(service, minuteOf(passing));
      const score = scoreOf(passing);
      if (score > largest[trace]!) largest[trace] = score;
    });
  }
  // of a trace that passes no service there is nothing to say
  for (let t = 0; t < largest.length; t++) if (largest[t] === -Infinity) largest[t] = 0;
  const minute = minutes.columns.map((column) =>
    column.length === 0 ? 0 : percentileReordering(column, USUAL_PERCENTILE),
  );
  return { minute: Float32Array.from(minute), largest };
}

/** A column of numbers per service, as long as there are traces that pass it. */
function createColumns(
  serviceCount: number,
  traces: Uint32Array,
  services: ServiceStds['services'],
) {
  const passed = new Uint32Array(serviceCount);
  for (const trace of traces) for (const service of services(trace)) passed[service]!++;
  const columns = Array.from(passed, (length) => new Float64Array(length));
  const next = new Uint32Array(serviceCount);
  return {
    columns,
    push(service: number, value: number): void {
      columns[service]![next[service]!++] = value;
    },
  };
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
}

/** @param minute [services], see {@link LearntMinutes} */
export function openInTime(
  traces: TraceSet,
  { services, gather }: ServiceStds,
  usual: UsualEvidence,
  minute: Float32Array,
): TimeReader {
  const standsOut = new Map<number, InTime>();
  const known = new Set<number>();
  const tracesOf = byFile(traces);
  const readFile = (file: number): void => {
    if (known.has(file)) return;
    known.add(file);
    const ofFile = tracesOf(file);
    const evidence = { services, gathered: gather(ofFile) };
    readInOrder(traces, evidence, usual, ofFile, (trace, service, passing) => {
      const { sum, passed, slow } = passing;
      const beyondChance = (sum - CHANCE_STDS * Math.sqrt(passed)) / (passed + USUAL_TRACES);
      if (passed < FEWEST_PASSED || beyondChance <= Math.max(0, minute[service]!)) return;
      const score = scoreOf(passing);
      if (score <= (standsOut.get(trace)?.score ?? Number.NEGATIVE_INFINITY)) return;
      standsOut.set(trace, { score, service, passed, slow });
    });
  };
  return {
    read(trace) {
      readFile(traces.file[trace]!);
      return standsOut.get(trace) ?? null;
    },
  };
}

/** A trace at a service that it passes: its z there, and those that passed in the minute before. */
interface Passing {
  std: number;
  sum: number;
  passed: number;
  slow: number;
}

/** c */
const minuteOf = ({ sum, passed }: Passing): number => sum / (passed + USUAL_TRACES);
const scoreOf = (passing: Passing): number => passing.std + WEIGHT * Math.max(0, minuteOf(passing));

/**
 * Every service of every trace of a file, in order of time.
 *
 * @param ofFile trace indices
 * @param visit  is given the same `passing` again and again
 */
function readInOrder(
  { services: names, startUs }: TraceSet,
  { services, gathered: { start, stds } }: Evidence,
  usual: UsualEvidence,
  ofFile: Uint32Array,
  visit: (trace: number, service: number, passing: Passing) => void,
): void {
  const sum = new Float64Array(names.length);
  const passed = new Uint32Array(names.length);
  const slow = new Uint32Array(names.length);
  const count = (trace: number, sign: 1 | -1): void => {
    const of = services(trace);
    for (let s = 0; s < of.length; s++) {
      const at = of[s]!;
      const std = stds[start[trace]! + s]! - usual.mean[at]!;
      passed[at]! += sign;
      if (std > usual.slow[at]!) slow[at]! += sign;
      // what sums leave behind in their last bits goes with the last trace
      sum[at] = passed[at] === 0 ? 0 : sum[at]! + sign * std;
    }
  };
  const order = inOrderOfTime(startUs, ofFile);
  // those from `first` to before `end` are in the window; those without a start never are
  let first = 0;
  while (first < order.length && Number.isNaN(startUs[order[first]!]!)) first++;
  let end = first;
  const passing: Passing = { std: 0, sum: 0, passed: 0, slow: 0 };
  for (let row = 0; row < order.length; row++) {
    const trace = order[row]!;
    const now = startUs[trace]!;
    // those that began at the same microsecond are before each other in no order of the file
    while (end < row && startUs[order[end]!] !== now) count(order[end++]!, 1);
    while (first < end && startUs[order[first]!]! < now - WINDOW * 1e6) count(order[first++]!, -1);
    const of = services(trace);
    for (let s = 0; s < of.length; s++) {
      const at = of[s]!;
      passing.std = stds[start[trace]! + s]! - usual.mean[at]!;
      passing.sum = sum[at]!;
      passing.passed = passed[at]!;
      passing.slow = slow[at]!;
      visit(trace, at, passing);
    }
  }
}

/** Those without a start come first, when nothing has passed yet. */
function inOrderOfTime(startUs: Float64Array, ofFile: Uint32Array): Uint32Array {
  const at = (trace: number): number => {
    const start = startUs[trace]!;
    return Number.isNaN(start) ? Number.NEGATIVE_INFINITY : start;
  };
  const isBefore = (a: number, b: number): boolean => at(a) <= at(b);
  if (ofFile.every((trace, row) => row === 0 || isBefore(ofFile[row - 1]!, trace))) return ofFile;
  return ofFile.slice().sort((a, b) => (at(a) === at(b) ? a - b : at(a) - at(b)));
}

/** @returns for a file: its traces, ascending */
export function byFile({ file }: Pick<TraceSet, 'file'>): (of: number) => Uint32Array {
  const end = new Uint32Array(file.reduce((most, of) => Math.max(most, of), 0) + 2);
  for (const of of file) end[of + 1]!++;
  for (let of = 1; of < end.length; of++) end[of]! += end[of - 1]!;
  const start = end.slice();
  const traces = new Uint32Array(file.length);
  file.forEach((of, trace) => {
    traces[end[of]!++] = trace;
  });
  return (of) => traces.subarray(start[of], end[of]);
}
