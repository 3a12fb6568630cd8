/** What a detector made of each fault: traces flagged, seconds to the first alarm, which service. */
import { mean, median } from '../base/statistics.ts';
import type { JudgedScores, JudgedSet } from './judged.ts';

export interface FaultRow {
  readonly fault: string;
  readonly type: string;
  readonly service: string;
  /** Traces that are labelled as of this fault, and how many of them are flagged. */
  readonly traces: number;
  readonly flagged: number;
  /** From the start of the fault to the start of the first of its traces that is flagged. */
  readonly delaySeconds: number | null;
  /** 1: the faulty service is named first. */
  readonly serviceRank: number | null;
}

/** Faults that no test trace is of are left out. */
export function faultRows(
  { faults, faultOf, anomalous, startSeconds }: JudgedSet,
  { scores, threshold, serviceRank }: Pick<JudgedScores, 'scores' | 'threshold' | 'serviceRank'>,
): FaultRow[] {
  const every = [...faultOf.keys()].filter((trace) => anomalous[trace] === 1);
  return faults.flatMap(({ fault, type, service, startSeconds: began }, i) => {
    const traces = every.filter((trace) => faultOf[trace] === i);
    if (traces.length === 0) return [];
    const flagged = traces.filter((trace) => threshold !== null && scores[trace]! > threshold);
    const starts = flagged.map((trace) => startSeconds[trace]!).filter(Number.isFinite);
    const first = starts.reduce((least, start) => Math.min(least, start), Infinity);
    return [
      {
        fault,
        type,
        service,
        traces: traces.length,
        flagged: flagged.length,
        delaySeconds: began === null || starts.length === 0 ? null : first - began,
        serviceRank: serviceRank[i] ?? null,
      },
    ];
  });
}

/** Faults of one type, or of all. */
export interface TypeRow {
  readonly type: string;
  readonly faults: number;
  readonly traces: number;
  /** Share of the traces, 0 to 1. */
  readonly flaggedShare: number;
  /** Faults with an alarm. */
  readonly noticed: number;
  /** Of those. */
  readonly medianDelaySeconds: number | null;
  /** Faults whose service is named at all, first, and among the first three; null: none is. */
  readonly named: number;
  readonly first: number | null;
  readonly firstThree: number | null;
  readonly meanReciprocalRank: number | null;
}

/** A row per type, in the order of their first faults, then one of all where there are several. */
export function typeRows(rows: readonly FaultRow[]): TypeRow[] {
  const types = [...new Set(rows.map(({ type }) => type))];
  const each = types.map((type) => typeRow(type, ofType(rows, type)));
  return types.length > 1 ? [...each, typeRow('all', rows)] : each;
}

const ofType = (rows: readonly FaultRow[], type: string): FaultRow[] =>
  rows.filter((row) => row.type === type);

function typeRow(type: string, rows: readonly FaultRow[]): TypeRow {
  const traces = rows.reduce((sum, row) => sum + row.traces, 0);
  const flagged = rows.reduce((sum, row) => sum + row.flagged, 0);
  const delays = rows.map(({ delaySeconds }) => delaySeconds).filter((delay) => delay !== null);
  const ranks = rows.map(({ serviceRank }) => serviceRank).filter((rank) => rank !== null);
  const within = (place: number): number | null =>
    ranks.length === 0 ? null : ranks.filter((rank) => rank <= place).length;
  return {
    type,
    faults: rows.length,
    traces,
    flaggedShare: flagged / traces,
    noticed: rows.filter((row) => row.flagged > 0).length,
    medianDelaySeconds: delays.length === 0 ? null : median(delays),
    named: ranks.length,
    first: within(1),
    firstThree: within(3),
    // a fault whose service is not named counts 0
    meanReciprocalRank:
      ranks.length === 0
        ? null
        : mean(rows.map(({ serviceRank }) => (serviceRank === null ? 0 : 1 / serviceRank))),
  };
}
