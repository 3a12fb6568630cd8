/** The listed traces in words; rows are made on demand, so that a million can be listed. */
import { microsToMillis } from '../base/units.ts';
import { VARIANTS, type Variant } from '../scoring/score-terms.ts';
import { SCORE_PARTS, type ScorePartName } from '../scoring/top-reason.ts';
import { decodeString } from '../trace/string-column.ts';
import { LABELS, type Label, nodeCount, type TraceSet } from '../trace/trace-set.ts';
import type { ListedTraces } from './inspect-store.ts';
import type { TraceList } from './trace-list-store.ts';
import { namedOperation } from './tree-view.ts';

/** Of the list: neighbours are found in it, and the selected row. */
export function listedTraces(list: TraceList | null): ListedTraces | null {
  if (list === null) return null;
  const { of, order } = list;
  const traceAt = (index: number): number => of.of.test.trace[of.rows[order[index]!]!]!;
  return {
    length: order.length,
    traceAt,
    indexOf: (trace) => order.findIndex((_, index) => traceAt(index) === trace),
  };
}

export interface TraceRow {
  /** Index into the TraceSet. */
  readonly trace: number;
  readonly traceId: string;
  /** nats, under the chosen corrections */
  readonly score: number;
  readonly flagged: boolean;
  /** Under the chosen corrections: 1 is the highest score; equal scores share a rank. */
  readonly rank: number;
  readonly ranks: Readonly<Record<Variant, number>>;
  readonly label: Label;
  readonly nodes: number;
  /** Place of its structure among all by frequency, from 1. */
  readonly structure: number;
  readonly mismatch: boolean;
  readonly service: string;
  readonly operation: string;
  /** Latency of the root node. */
  readonly durationMs: number;
  /** The part of the score that is farthest above its median over validation traces. */
  readonly reason: ScorePartName;
  /** nats above that median */
  readonly excess: number;
}

/** @param row of {@link TraceList.order} */
export function traceRow(traces: TraceSet, { of, columns }: TraceList, row: number): TraceRow {
  const terms = of.of.test;
  const at = of.rows[row]!;
  const trace = terms.trace[at]!;
  const { threshold } = of.report.atThreshold;
  const structure = traces.structureOf[trace]!;
  const root = traces.structures.operation[traces.structures.nodeOffset[structure]!]!;
  const ranks = VARIANTS.map((variant) => [variant, columns.ranks[variant][row]!]);
  return {
    trace,
    traceId: decodeString(traces.traceIds, trace),
    score: of.test[row]!,
    flagged: threshold !== null && of.test[row]! > threshold,
    rank: columns.rank[row]!,
    ranks: Object.fromEntries(ranks) as Record<Variant, number>,
    label: LABELS[traces.label[trace]!]!,
    nodes: nodeCount(traces, trace),
    structure: columns.structureNumber[structure]!,
    mismatch: terms.mismatch[at] === 1,
    ...namedOperation(traces, root),
    durationMs: microsToMillis(traces.latencyUs[traces.nodeOffset[trace]!]!),
    reason: SCORE_PARTS[columns.reasons.part[row]!]!,
    excess: columns.reasons.excess[row]!,
  };
}

/** The row of a trace among all scored ones; null where it was not scored. */
export function rowOfTrace({ of }: TraceList, trace: number): number | null {
  const row = of.rows.findIndex((at) => of.of.test.trace[at] === trace);
  return row === -1 ? null : row;
}
