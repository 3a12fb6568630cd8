/**
 * What changed between two periods, per call path: calls that are new, lost, rarer or more frequent
 * where their caller is; times of their own that moved; errors that began there. Every effect is a share of
 * requests, so that unlike changes stand in one order.
 */
import { falseDiscoveryRates, fisherGreater } from '../base/fisher.ts';
import { percentileOfSorted } from '../base/statistics.ts';
import {
  type CallPaths,
  collectCallPaths,
  createPathFinder,
  operationsOfPath,
} from '../features/call-paths.ts';
import { ownTimesByPath, rankSlowServices } from '../statistics/slow-services.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import { distance, shareChange } from './distance.ts';
import { failuresByPath } from './failures.ts';
import type { ComparedTraces } from './selection.ts';
import { type ServiceShare, servicesOf } from './services.ts';

export const CHANGE_KINDS = [
  'new-call',
  'lost-call',
  'more-calls',
  'fewer-calls',
  'slower',
  'faster',
  'more-errors',
  'fewer-errors',
] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

export interface Change {
  readonly kind: ChangeKind;
  /** Operation ids from the root down. */
  readonly path: readonly number[];
  /** Requests that were compared: with the path, or with its caller where its presence is. */
  readonly before: number;
  readonly after: number;
  /** Shares of these that have what the kind says: the call, a time of its own above `own.atUs`, an error. */
  readonly shareBefore: number;
  readonly shareAfter: number;
  /** The share of requests that differ, at least, with 95 % confidence. */
  readonly low: number;
  /** Requests of the second period that this is at least. */
  readonly requests: number;
  readonly q: number;
  /** Of the kinds slower and faster. */
  readonly own: OwnChange | null;
}

/** Microseconds. */
export interface OwnChange {
  readonly atUs: number;
  readonly before: OwnQuantiles;
  readonly after: OwnQuantiles;
}

export interface OwnQuantiles {
  readonly p50: number;
  readonly p99: number;
}

export interface ChangeReport {
  readonly before: number;
  readonly after: number;
  /** How many comparisons were made: what q is adjusted for. */
  readonly tests: number;
  /** What stands out, the most requests first, so many at most; then what does not, where it is asked for. */
  readonly changes: readonly Change[];
  /** Of all that stand out, also of those left off. */
  readonly found: number;
  /** The first explains most of what is slower with least, where anything is. */
  readonly services: readonly ServiceShare[];
  /** Whether the dataset says which calls failed. */
  readonly errorsKnown: boolean;
}

/** Traces that each period needs at least, for any difference to be told from chance. */
export const LEAST_TRACES = 8;
const MOST_CHANGES = 200;
const MOST_Q = 0.01;
/** A share of requests that is smaller is no incident, however sure. */
const LEAST_EFFECT = 0.01;

type Tested = Omit<Change, 'q'> & { readonly p: number };

export interface CompareOptions {
  /** Traces that each side of a comparison needs; {@link LEAST_TRACES} unless told. */
  readonly least?: number;
  /** So many changes without evidence come after those that stand out; none unless told. */
  readonly weak?: number;
}

export function* comparePeriods(
  traces: TraceSet,
  { before, after }: ComparedTraces,
  { least = LEAST_TRACES, weak = 0 }: CompareOptions = {},
): Generator<void, ChangeReport> {
  const paths = collectCallPaths(traces, Uint32Array.from([...before, ...after]));
  const pathsOf = createPathFinder(traces, paths);
  const first = ownTimesByPath(traces, before, pathsOf, paths.operation.length);
  yield;
  const second = ownTimesByPath(traces, after, pathsOf, paths.operation.length);
  yield;
  const failed = {
    before: failuresByPath(traces, before, paths),
    after: failuresByPath(traces, after, paths),
  };
  const tests: Tested[] = [];
  const add = (test: Tested | null): void => {
    if (test !== null && test.before >= least && test.after >= least) tests.push(test);
  };
  for (let path = 0; path < paths.operation.length; path++) {
    const own = { before: first[path]!, after: second[path]! };
    const at = { paths, path, before: own.before.length, after: own.after.length };
    const caller = paths.caller[path]!;
    add(
      presence(
        at,
        caller < 0
          ? { before: before.length, after: after.length }
          : { before: first[caller]!.length, after: second[caller]!.length },
      ),
    );
    add(ownTimes(at, own.before, own.after));
    if (failed.before !== null && failed.after !== null) {
      add(failures(at, failed.before[path]!, failed.after[path]!));
    }
    if (path % 256 === 255) yield;
  }
  const q = falseDiscoveryRates(tests.map(({ p }) => p));
  const tested = tests
    .map(({ p: _, ...test }, i): Change => ({ ...test, q: q[i]! }))
    .sort((a, b) => b.requests - a.requests || a.q - b.q);
  const standsOut = ({ q, low }: Change): boolean => q <= MOST_Q && low >= LEAST_EFFECT;
  const found = tested.filter(standsOut);
  const slower = found.some(({ kind }) => kind === 'slower');
  const others = tested.filter((change) => !standsOut(change)).sort((a, b) => a.q - b.q);
  return {
    before: before.length,
    after: after.length,
    tests: tests.length,
    changes: [...found.slice(0, MOST_CHANGES), ...others.slice(0, weak)],
    found: found.length,
    services: servicesOf(traces, found, slower ? rankSlowServices(traces, after, before) : []),
    errorsKnown: failed.before !== null,
  };
}

/** A path, and how many traces of each period have it. */
interface PathAt {
  readonly paths: CallPaths;
  readonly path: number;
  readonly before: number;
  readonly after: number;
}

/** @param of traces that have the caller: where that is gone itself, it is what is told */
const presence = ({ paths, path, ...has }: PathAt, of: Counts): Tested | null =>
  shares(paths, path, of, has, (more) =>
    has.before === 0
      ? 'new-call'
      : has.after === 0
        ? 'lost-call'
        : more
          ? 'more-calls'
          : 'fewer-calls',
  );

const failures = ({ paths, path, ...of }: PathAt, before: number, after: number): Tested | null =>
  shares(paths, path, of, { before, after }, (more) => (more ? 'more-errors' : 'fewer-errors'));

interface Counts {
  readonly before: number;
  readonly after: number;
}

function shares(
  paths: CallPaths,
  path: number,
  of: Counts,
  has: Counts,
  kindOf: (more: boolean) => ChangeKind,
): Tested | null {
  if (of.before === 0 || of.after === 0) return null;
  if (has.before + has.after === 0) return null;
  if (has.before === of.before && has.after === of.after) return null;
  const { difference, near } = shareChange(has.before, of.before, has.after, of.after);
  const more = difference > 0;
  const p = more
    ? fisherGreater(has.after, of.after, has.before, of.before)
    : fisherGreater(has.before, of.before, has.after, of.after);
  return {
    kind: kindOf(more),
    path: operationsOfPath(paths, path),
    ...of,
    shareBefore: has.before / of.before,
    shareAfter: has.after / of.after,
    low: Math.abs(near),
    requests: Math.abs(near) * of.after,
    p: Math.min(1, 2 * p),
    own: null,
  };
}

function ownTimes(
  { paths, path, ...of }: PathAt,
  before: Float64Array,
  after: Float64Array,
): Tested | null {
  if (of.before === 0 || of.after === 0) return null;
  const moved = distance(before, after);
  return {
    kind: moved.larger ? 'slower' : 'faster',
    path: operationsOfPath(paths, path),
    ...of,
    shareBefore: moved.aboveBefore,
    shareAfter: moved.aboveAfter,
    low: moved.low,
    requests: moved.low * of.after,
    p: moved.p,
    own: { atUs: moved.atValue, before: quantiles(before), after: quantiles(after) },
  };
}

const quantiles = (ascending: Float64Array): OwnQuantiles => ({
  p50: percentileOfSorted(ascending, 50),
  p99: percentileOfSorted(ascending, 99),
});
