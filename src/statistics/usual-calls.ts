/**
 * What is usual at every call path of a set of reference traces: how long the call takes, how often
 * it fails, and which calls it makes. A trace is compared with the others: where it is a reference
 * itself, it does not count.
 */
import { createPathFinder, UNKNOWN_PATH } from '../features/call-paths.ts';
import { structureCount, type TraceSet } from '../trace/trace-set.ts';
import { startsOf } from './known-structures.ts';
import { gatherPathValues, type PathValues } from './path-values.ts';
import { countBelow, ENOUGH } from './tail.ts';

/** nats: what fewer than 1 of 20 others lack, or have, is worth a word. */
export const RARE_NATS = 3;

/** Quartiles of a call's logarithms are taken to be at least this far apart. */
const LEAST_SPREAD = 0.2;
/**
 * Tukey's fences, on the logarithm: what is slower is an outlier, however many there are, and no part
 * of what is usual, since the references may hold incidents. Whatever call is slow, its trace is slow
 * with it: so whole traces hold more of them, and the fence is nearer.
 */
const FENCE = { call: 2, whole: 1.5 } as const;

/** Durations of the references of each structure. */
interface WholeTraces {
  /** [S] references */
  readonly count: Uint32Array;
  /** [S] where the durations of a structure begin */
  readonly start: Uint32Array;
  /** [references] structure after structure, each ascending; microseconds */
  readonly durations: Float32Array;
  /** [S] as of calls; 0 where there is no reference */
  readonly lowUs: Float32Array;
  readonly highUs: Float32Array;
  readonly spread: Float32Array;
}

export interface UsualCalls {
  readonly values: PathValues;
  /** [T] 1 where the trace is a reference. */
  readonly isReference: Uint8Array;
  /** References. */
  readonly size: number;
  /** [P] microseconds: median, and 99th percentile without outliers. */
  readonly lowUs: Float32Array;
  readonly highUs: Float32Array;
  /** [P] distance of the quartiles of log duration. */
  readonly spread: Float32Array;
  /** [P] the same of self times, microseconds. */
  readonly selfLowUs: Float32Array;
  readonly selfHighUs: Float32Array;
  /** [P] references with an error at the path. */
  readonly errors: Uint32Array;
  /** Of whole traces, by structure: requests of one entry point may be of different kinds. */
  readonly whole: WholeTraces;
  /** [P] where the values of a path begin. */
  readonly start: Uint32Array;
  /** Paths of a structure's nodes. */
  readonly pathsOf: (structure: number) => Int32Array;
}

/**
 * @param reference trace indices
 * @returns         yields now and then, so that other work is not kept waiting
 */
export function* learnUsualCalls(
  traces: TraceSet,
  reference: Uint32Array,
): Generator<void, UsualCalls> {
  const values = yield* gatherPathValues(traces, reference);
  const { paths, count, durations, selfTimes } = values;
  const pathsOf = createPathFinder(traces, paths);
  const empty = (): Float32Array => new Float32Array(count.length);
  const usual = {
    lowUs: empty(),
    highUs: empty(),
    spread: empty(),
    selfLowUs: empty(),
    selfHighUs: empty(),
    start: new Uint32Array(count.length),
  };
  for (let path = 0, from = 0; path < count.length; path++) {
    const to = from + count[path]!;
    const fence = paths.caller[path]! < 0 ? FENCE.whole : FENCE.call;
    const calls = rangeOf(durations.subarray(from, to), fence);
    const own = rangeOf(selfTimes.subarray(from, to), FENCE.call);
    usual.start[path] = from;
    usual.lowUs[path] = calls.low;
    usual.highUs[path] = calls.high;
    usual.spread[path] = calls.spread;
    usual.selfLowUs[path] = own.low;
    usual.selfHighUs[path] = own.high;
    from = to;
  }
  yield;
  const { structureOf, nodeOffset, errorCount } = traces;
  const isReference = new Uint8Array(structureOf.length);
  const errors = new Uint32Array(count.length);
  for (const trace of reference) {
    isReference[trace] = 1;
    if (errorCount === undefined) continue;
    const first = nodeOffset[trace]!;
    pathsOf(structureOf[trace]!).forEach((path, node) => {
      if (errorCount[first + node]! > 0) errors[path]! += 1;
    });
  }
  yield;
  const whole = wholeTraces(traces, reference);
  return { values, isReference, size: reference.length, errors, whole, pathsOf, ...usual };
}

function wholeTraces(traces: TraceSet, reference: Uint32Array): WholeTraces {
  const { structureOf, nodeOffset, latencyUs } = traces;
  const structures = structureCount(traces.structures);
  const count = new Uint32Array(structures);
  for (const trace of reference) count[structureOf[trace]!]! += 1;
  const start = startsOf(count);
  const next = start.slice();
  const durations = new Float32Array(reference.length);
  for (const trace of reference) {
    durations[next[structureOf[trace]!]!++] = latencyUs[nodeOffset[trace]!]!;
  }
  const [lowUs, highUs, spread] = [0, 1, 2].map(() => new Float32Array(structures)) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  count.forEach((n, structure) => {
    if (n === 0) return;
    const values = durations.subarray(start[structure]!, next[structure]!).sort();
    const range = rangeOf(values, FENCE.whole);
    lowUs[structure] = range.low;
    highUs[structure] = range.high;
    spread[structure] = range.spread;
  });
  return { count, start, durations, lowUs, highUs, spread };
}

interface Range {
  readonly low: number;
  readonly high: number;
  readonly spread: number;
}

/** @param values ascending, at least one; self times may be negative */
function rangeOf(values: Float32Array, fences: number): Range {
  const at = (share: number, n = values.length): number => values[Math.ceil(share * n) - 1]!;
  const log = (us: number): number => Math.log(Math.max(1, us));
  const spread = Math.max(LEAST_SPREAD, log(at(0.75)) - log(at(0.25)));
  const fence = Math.exp(log(at(0.75)) + fences * spread);
  const usual = countBelow(values, fence, 0, values.length);
  return { low: at(0.5), high: at(0.99, usual), spread };
}

/** A call that others make where this trace does not. */
export interface MissingCall {
  readonly operation: number;
  /** Its caller: a node of the trace, or −1 − i for the i-th missing call, which comes before. */
  readonly parent: number;
  /** Of the other traces with its caller, those that make it; 0 to 1. */
  readonly share: number;
  /** nats: minus the log of the share that lacks it */
  readonly surprise: number;
  readonly lowMs: number;
  readonly highMs: number;
}

/** Nodes of the largest trace that is answered in full: what is beyond is not compared. */
const MOST_NODES = 3000;
const MOST_MISSING = 40;

/** One trace against the others. Columns are [n], n nodes, at most the first 3,000. */
export interface UsualOfTrace {
  readonly trace: number;
  /** The other references. */
  readonly others: number;
  /**
   * Others that have the node's call path; 0 where it is new. Of the root those of the same structure,
   * where they are enough.
   */
  readonly count: Uint32Array;
  /** Of these, those in which it is faster. */
  readonly faster: Uint32Array;
  /** Of these, those in which it fails. */
  readonly failed: Uint32Array;
  /** Milliseconds, see {@link UsualCalls}; NaN where the path is new. */
  readonly lowMs: Float32Array;
  readonly highMs: Float32Array;
  /** Whether the root is compared with traces of the same structure. */
  readonly sameStructure: boolean;
  /** Of the root's distance of quartiles, as {@link UsualCalls.spread}. */
  readonly rootSpread: number;
  readonly missing: readonly MissingCall[];
  /** A reference that makes the most of the missing calls, in about its usual time; −1 for none. */
  readonly example: number;
}

/** @param findExample goes through all references: left out where many traces are compared */
export function usualOfTrace(
  usual: UsualCalls,
  traces: TraceSet,
  trace: number,
  { findExample = true } = {},
): UsualOfTrace {
  const { values, pathsOf, start, lowUs, highUs, errors } = usual;
  const first = traces.nodeOffset[trace]!;
  const paths = pathsOf(traces.structureOf[trace]!).subarray(0, MOST_NODES);
  const own = usual.isReference[trace]!;
  const n = paths.length;
  const columns = {
    count: new Uint32Array(n),
    faster: new Uint32Array(n),
    failed: new Uint32Array(n),
    lowMs: new Float32Array(n).fill(Number.NaN),
    highMs: new Float32Array(n).fill(Number.NaN),
  };
  paths.forEach((path, node) => {
    if (path === UNKNOWN_PATH || values.count[path]! === own) return;
    const from = start[path]!;
    const to = from + values.count[path]!;
    const us = traces.latencyUs[first + node]!;
    const fails = (traces.errorCount?.[first + node] ?? 0) > 0;
    columns.count[node] = values.count[path]! - own;
    columns.faster[node] = countBelow(values.durations, us, from, to) - from;
    columns.failed[node] = errors[path]! - (fails ? own : 0);
    columns.lowMs[node] = lowUs[path]! / 1e3;
    columns.highMs[node] = highUs[path]! / 1e3;
  });
  const structure = traces.structureOf[trace]!;
  const { whole } = usual;
  const alike = whole.count[structure]! - own;
  const sameStructure = alike >= ENOUGH;
  if (sameStructure) {
    const from = whole.start[structure]!;
    const us = traces.latencyUs[first]!;
    columns.count[0] = alike;
    columns.faster[0] = countBelow(whole.durations, us, from, from + alike + own) - from;
    columns.lowMs[0] = whole.lowUs[structure]! / 1e3;
    columns.highMs[0] = whole.highUs[structure]! / 1e3;
  }
  const root = paths[0]!;
  const rootSpread = sameStructure
    ? whole.spread[structure]!
    : root === UNKNOWN_PATH
      ? LEAST_SPREAD
      : usual.spread[root]!;
  const { missing, paths: lacked } = missingCalls(usual, paths, own);
  const example = findExample && lacked.length > 0 ? exampleWith(usual, traces, lacked) : -1;
  return {
    trace,
    others: usual.size - own,
    ...columns,
    sameStructure,
    rootSpread,
    missing,
    example,
  };
}

/** What nearly all others call here, and below that what they call there, callers first. */
function missingCalls(
  { values, lowUs, highUs }: UsualCalls,
  present: Int32Array,
  own: number,
): { readonly missing: MissingCall[]; readonly paths: number[] } {
  const { caller, operation } = values.paths;
  const parentOf = new Map<number, number>();
  present.forEach((path, node) => {
    if (path !== UNKNOWN_PATH) parentOf.set(path, node);
  });
  const missing: MissingCall[] = [];
  const paths: number[] = [];
  for (let path = 0; path < caller.length && missing.length < MOST_MISSING; path++) {
    const parent = parentOf.get(caller[path]!);
    if (parent === undefined || parentOf.has(path)) continue;
    const have = values.count[path]!;
    const all = values.count[caller[path]!]! - (parent >= 0 ? own : 0);
    const surprise = -Math.log((1 + all - have) / (1 + all));
    if (surprise < RARE_NATS) continue;
    paths.push(path);
    parentOf.set(path, -missing.length - 1);
    missing.push({
      operation: operation[path]!,
      parent,
      share: have / all,
      surprise,
      lowMs: lowUs[path]! / 1e3,
      highMs: highUs[path]! / 1e3,
    });
  }
  return { missing, paths };
}

/** The reference with the most of these paths whose duration is nearest to the usual one. */
function exampleWith(usual: UsualCalls, traces: TraceSet, wanted: readonly number[]): number {
  const { structureOf, nodeOffset, latencyUs } = traces;
  const having = new Map<number, number>();
  const haveOf = (structure: number): number => {
    let have = having.get(structure);
    if (have === undefined) {
      const paths = new Set(usual.pathsOf(structure));
      have = wanted.filter((path) => paths.has(path)).length;
      having.set(structure, have);
    }
    return have;
  };
  let best = { trace: -1, have: 0, off: Number.POSITIVE_INFINITY };
  for (let trace = 0; trace < structureOf.length; trace++) {
    if (usual.isReference[trace] === 0) continue;
    const structure = structureOf[trace]!;
    const have = haveOf(structure);
    if (have === 0 || have < best.have) continue;
    const usualUs = usual.lowUs[usual.pathsOf(structure)[0]!]!;
    const off = Math.abs(Math.log(1 + latencyUs[nodeOffset[trace]!]!) - Math.log(1 + usualUs));
    if (have > best.have || off < best.off) best = { trace, have, off };
  }
  return best.trace;
}
