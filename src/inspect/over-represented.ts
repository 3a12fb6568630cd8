/**
 * What flagged traces have in common: services, operations and hours of the day that are more
 * frequent among them than among the others of the table.
 */
import { falseDiscoveryRates, fisherGreater, type OddsRatio, oddsRatio } from '../base/fisher.ts';
import { structureCount, type TraceSet } from '../trace/trace-set.ts';
import { isFlagged, type TraceTable } from './trace-table.ts';

export interface OverRepresented {
  readonly flagged: number;
  readonly normal: number;
  readonly services: readonly Frequency[];
  readonly operations: readonly Frequency[];
  /** Of the day, UTC; none where starts are not known. */
  readonly hours: readonly Frequency[];
}

export interface Frequency {
  /** Service, operation id or hour. */
  readonly id: number;
  /** Flagged traces that have it, and others that have it. */
  readonly flagged: number;
  readonly normal: number;
  readonly odds: OddsRatio;
  /** Fisher's exact test, one-sided, adjusted for how many were tested (Benjamini, Hochberg). */
  readonly q: number;
}

/** Rows of each kind that are told at most. */
const MOST = 20;

export function overRepresented(traces: TraceSet, table: TraceTable): OverRepresented {
  const { structures, structureOf, operations, startUs } = traces;
  const count = structureCount(structures);
  /** [S] traces by structure: what holds of a structure's operations holds of its traces. */
  const byStructure = { flagged: new Float64Array(count), normal: new Float64Array(count) };
  const byHour = { flagged: new Float64Array(24), normal: new Float64Array(24) };
  const total = { flagged: 0, normal: 0 };
  const timed = { flagged: 0, normal: 0 };
  table.source.trace.forEach((trace, row) => {
    const group = isFlagged(table.source, row) ? 'flagged' : 'normal';
    total[group] += 1;
    byStructure[group][structureOf[trace]!]! += 1;
    const start = startUs[trace]!;
    if (Number.isNaN(start)) return;
    timed[group] += 1;
    byHour[group][Math.floor(start / HOUR_US) % 24]! += 1;
  });

  const byOperation = emptyCounts(operations.length);
  const byService = emptyCounts(traces.services.length);
  for (let structure = 0; structure < count; structure++) {
    const [flagged, normal] = [byStructure.flagged[structure]!, byStructure.normal[structure]!];
    if (flagged + normal === 0) continue;
    const [first, end] = [structures.nodeOffset[structure]!, structures.nodeOffset[structure + 1]!];
    const has = new Set(structures.operation.subarray(first, end));
    for (const id of has) add(byOperation, id, flagged, normal);
    const services = new Set(Array.from(has, (id) => operations[id]!.service));
    for (const id of services) add(byService, id, flagged, normal);
  }
  return {
    ...total,
    services: frequencies(byService, total),
    operations: frequencies(byOperation, total),
    hours: frequencies(byHour, timed),
  };
}

const HOUR_US = 3.6e9;

interface Counts {
  readonly flagged: Float64Array;
  readonly normal: Float64Array;
}

const emptyCounts = (length: number): Counts => ({
  flagged: new Float64Array(length),
  normal: new Float64Array(length),
});

function add(counts: Counts, id: number, flagged: number, normal: number): void {
  counts.flagged[id]! += flagged;
  counts.normal[id]! += normal;
}

/** Those that are more frequent among the flagged, the surest first. */
function frequencies(
  counts: Counts,
  total: { readonly flagged: number; readonly normal: number },
): Frequency[] {
  const seen = Array.from(counts.flagged.keys()).filter(
    (id) => counts.flagged[id]! + counts.normal[id]! > 0,
  );
  const tests = seen.map((id) => {
    const cells = [counts.flagged[id]!, total.flagged, counts.normal[id]!, total.normal] as const;
    return { id, p: fisherGreater(...cells), odds: oddsRatio(...cells) };
  });
  const q = falseDiscoveryRates(tests.map(({ p }) => p));
  return tests
    .map(({ id, odds }, i) => ({
      id,
      flagged: counts.flagged[id]!,
      normal: counts.normal[id]!,
      odds,
      q: q[i]!,
    }))
    .filter(({ flagged, odds }) => flagged > 0 && odds.ratio > 1)
    .sort((a, b) => a.q - b.q || b.odds.low - a.odds.low)
    .slice(0, MOST);
}
