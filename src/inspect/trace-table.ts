/**
 * The scored traces as a table: ranks under each variant, the top reason, and what can be sorted
 * and narrowed. Columns are computed once per choice of scores; lists are row indices.
 */
import type { PlainScores } from '../scoring/plain-scores.ts';
import {
  type Corrections,
  type ScoreTerms,
  VARIANTS,
  type Variant,
} from '../scoring/score-terms.ts';
import { type TopReasons, topReasons } from '../scoring/top-reason.ts';
import { countStructures } from '../trace/structure-statistics.ts';
import { nodeCount, structureCount, type TraceSet } from '../trace/trace-set.ts';
import { numberColumn, orderBy } from './order.ts';

/** What the chosen scores were combined from, the same under every choice of corrections. */
export type TableScores =
  | {
      readonly kind: 'terms';
      readonly val: ScoreTerms;
      readonly test: ScoreTerms;
      /** nats, of every row of the test terms */
      readonly variants: Readonly<Record<Variant, Float64Array>>;
    }
  /** Of a detector without terms. */
  | { readonly kind: 'plain'; readonly test: PlainScores };

/** Scores under the chosen corrections, and what they are of. */
export interface TableSource {
  readonly of: TableScores;
  /** [R] rows of the test terms or scores */
  readonly rows: Uint32Array;
  /** [R] nats */
  readonly scores: Float64Array;
  /** nats; a trace is flagged when its score is above it, none where it is null */
  readonly threshold: number | null;
  readonly corrections: Corrections;
}

export interface TraceColumns {
  /** [R] under the chosen corrections: 1 is the highest score; equal scores share the better rank. */
  readonly rank: Uint32Array;
  /** [R] the same under each named variant; null of a detector without terms, as its reasons are */
  readonly ranks: Readonly<Record<Variant, Uint32Array>> | null;
  readonly reasons: TopReasons | null;
  /** [S] place of each structure among all of the dataset by frequency, from 1 */
  readonly structureNumber: Uint32Array;
  /** Root operations and structures of the rows, the most frequent first. */
  readonly roots: readonly Counted[];
  readonly structures: readonly Counted[];
}

/** An operation or a structure, and how many rows have it. */
export interface Counted {
  readonly id: number;
  readonly traces: number;
}

export interface TraceTable {
  readonly source: TableSource;
  /** [R] index into the TraceSet */
  readonly trace: Uint32Array;
  readonly columns: TraceColumns;
  /** [R] rows by score, the highest first; equal ones as they are in the dataset */
  readonly byScore: Uint32Array;
}

export function makeTraceTable(traces: TraceSet, source: TableSource): TraceTable {
  const { of, rows, corrections } = source;
  const trace = Uint32Array.from(rows, (row) => of.test.trace[row]!);
  const structureNumber = new Uint32Array(structureCount(traces.structures));
  countStructures(traces).forEach(({ structure }, i) => {
    structureNumber[structure] = i + 1;
  });
  const everyRow = Uint32Array.from(rows.keys());
  return {
    source,
    trace,
    columns: {
      rank: ranksOf(source.scores),
      ranks: of.kind === 'terms' ? variantRanks(of.variants, rows) : null,
      reasons: of.kind === 'terms' ? topReasons(of.val, of.test, rows, corrections) : null,
      structureNumber,
      roots: countedBy(trace, (t) => rootOperation(traces, t)),
      structures: countedBy(trace, (t) => traces.structureOf[t]!),
    },
    byScore: orderBy(source.scores, everyRow, true),
  };
}

function variantRanks(
  variants: Readonly<Record<Variant, Float64Array>>,
  rows: Uint32Array,
): Record<Variant, Uint32Array> {
  const ranks = VARIANTS.map((variant) => {
    return [variant, ranksOf(numberColumn(rows.length, (r) => variants[variant][rows[r]!]!))];
  });
  return Object.fromEntries(ranks) as Record<Variant, Uint32Array>;
}

export const rootOperation = ({ structures, structureOf }: TraceSet, trace: number): number =>
  structures.operation[structures.nodeOffset[structureOf[trace]!]!]!;

/** [R] 1 + how many scores are higher. */
export function ranksOf(scores: Float64Array): Uint32Array {
  const order = orderBy(scores, Uint32Array.from(scores.keys()), true);
  const ranks = new Uint32Array(scores.length);
  for (let i = 0; i < order.length; i++) {
    const tied = i > 0 && scores[order[i]!] === scores[order[i - 1]!];
    ranks[order[i]!] = tied ? ranks[order[i - 1]!]! : i + 1;
  }
  return ranks;
}

function countedBy(traces: Uint32Array, idOf: (trace: number) => number): Counted[] {
  const counts = new Map<number, number>();
  for (const trace of traces) {
    const id = idOf(trace);
    counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return Array.from(counts, ([id, count]) => ({ id, traces: count })).sort(
    (a, b) => b.traces - a.traces || a.id - b.id,
  );
}

export const isFlagged = ({ scores, threshold }: TableSource, row: number): boolean =>
  threshold !== null && scores[row]! > threshold;

export const nodesOf = (traces: TraceSet, { trace }: TraceTable, row: number): number =>
  nodeCount(traces, trace[row]!);
