/**
 * What sets flagged traces apart from the others of a list: calls that they lack, or have alone, times
 * of calls, errors, per call path as two periods are compared; and structures and hours of the day that
 * are more frequent among them.
 */
import { falseDiscoveryRates, fisherGreater, type OddsRatio, oddsRatio } from '../base/fisher.ts';
import type { Flags } from '../inspect/trace-tables.ts';
import { structureCount, type TraceSet } from '../trace/trace-set.ts';
import { type ChangeReport, comparePeriods } from './compare-periods.ts';

export interface SetApart {
  /** Its `before` are the traces that are not flagged, its `after` those that are. */
  readonly report: ChangeReport;
  /** Index of the structure table. */
  readonly structures: readonly Frequency[];
  /** Of the day, UTC; none where starts are not known. */
  readonly hours: readonly Frequency[];
}

/** Something that is more frequent among the flagged traces. */
export interface Frequency {
  readonly id: number;
  /** Flagged traces that have it, and others that have it. */
  readonly flagged: number;
  readonly others: number;
  readonly odds: OddsRatio;
  /** Fisher's exact test, one-sided, adjusted for how many were tested (Benjamini, Hochberg). */
  readonly q: number;
}

/** Flagged traces are few: fewer of each side than periods need, since more of them differ. */
export const LEAST_FLAGGED = 5;
/** Changes without evidence that are told of, folded. */
const WEAK = 30;
/** Structures and hours that are told at most. */
const MOST = 12;
const HOUR_US = 3.6e9;

export function* setApart(
  traces: TraceSet,
  { trace, isFlagged }: Flags,
): Generator<void, SetApart> {
  const flagged = trace.filter((_, row) => isFlagged(row));
  const others = trace.filter((_, row) => !isFlagged(row));
  const options = { least: LEAST_FLAGGED, weak: WEAK };
  const report = yield* comparePeriods(traces, { before: others, after: flagged }, options);
  const { structureOf, startUs } = traces;
  const count = (length: number, idOf: (trace: number) => number): Frequency[] =>
    frequencies(counts(flagged, length, idOf), counts(others, length, idOf));
  return {
    report,
    structures: count(structureCount(traces.structures), (t) => structureOf[t]!),
    hours: count(24, (t) => Math.floor(startUs[t]! / HOUR_US) % 24),
  };
}

interface Counts {
  /** [ids] traces */
  readonly of: Uint32Array;
  readonly total: number;
}

/** @param idOf a number that is none, of what is not known, counts for nothing */
function counts(selected: Uint32Array, length: number, idOf: (trace: number) => number): Counts {
  const of = new Uint32Array(length);
  let total = 0;
  for (const trace of selected) {
    const id = idOf(trace);
    if (!(id >= 0 && id < length)) continue;
    of[id]! += 1;
    total += 1;
  }
  return { of, total };
}

/** Those that are more frequent among the flagged, the surest first. */
function frequencies(flagged: Counts, others: Counts): Frequency[] {
  const tests = Array.from(flagged.of.keys())
    .filter((id) => flagged.of[id]! > 0)
    .map((id) => {
      const cells = [flagged.of[id]!, flagged.total, others.of[id]!, others.total] as const;
      return { id, cells, odds: oddsRatio(...cells), p: fisherGreater(...cells) };
    });
  const q = falseDiscoveryRates(tests.map(({ p }) => p));
  return tests
    .map(({ id, cells, odds }, i) => ({ id, flagged: cells[0], others: cells[2], odds, q: q[i]! }))
    .filter(({ odds }) => odds.ratio > 1)
    .sort((a, b) => a.q - b.q || b.odds.low - a.odds.low)
    .slice(0, MOST);
}
