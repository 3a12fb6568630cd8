/**
 * The scored traces as a table: ranks under each variant, the top reason, and what can be sorted
 * and narrowed. What a list begins with is computed at once, other columns when they are asked for.
 */
import { everyRow, orderBy, orderByCount } from '../base/order.ts';
import { type Remembered, remembered } from '../base/slices.ts';
import type { Corrections, Variant } from '../scoring/corrections/list.ts';
import { limitsFor } from '../scoring/corrections/stdlimit.ts';
import type { PlainScores } from '../scoring/plain-scores.ts';
import type { ScoreTerms } from '../scoring/score-terms.ts';
import { type TopReasons, topReasons, usualParts } from '../scoring/top-reason.ts';
import { tracesByStructure } from '../trace/structure-statistics.ts';
import { errorsOf, type TraceSet } from '../trace/trace-set.ts';
import { idPlaces } from './id-places.ts';

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

/** Scores under the chosen corrections: all that a list begins with. */
export interface TableSource {
  /** [R] index into the TraceSet */
  readonly trace: Uint32Array;
  /** [R] rows of the test terms or scores */
  readonly rows: Uint32Array;
  /** [R] nats */
  readonly scores: Float64Array;
  /** nats; a trace is flagged when its score is above it, none where it is null */
  readonly threshold: number | null;
  readonly corrections: Corrections;
  /** [R] 1 where the trace was met in training or validation; null or absent: all are test traces. */
  readonly seen?: Uint8Array | null;
}

/** What a list begins with. */
export interface TraceColumns {
  /** [S] place of each structure among all of the dataset by frequency, from 1 */
  readonly structureNumber: Uint32Array;
  /** Of the rows: each kind of thing with the most frequent first, so many at most. */
  readonly roots: readonly Counted[];
  readonly structures: readonly Counted[];
  /** What traces pass through. */
  readonly services: readonly Counted[];
  readonly operations: readonly Counted[];
}

/** An operation, a service or a structure, and how many rows have it. */
export interface Counted {
  readonly id: number;
  readonly traces: number;
}

/** As many as can be chosen from. */
export const MOST_COUNTED = 200;

export interface TraceTable {
  readonly source: TableSource;
  /** What the scores were combined from. */
  readonly of: TableScores;
  readonly columns: TraceColumns;
  readonly onDemand: ColumnsOnDemand;
}

/** Each computed when it is first asked for; null is of a detector without terms. */
export interface ColumnsOnDemand {
  /** [R] rows by score, the highest first; equal ones as they are in the dataset */
  byScore(): Uint32Array;
  /**
   * [R] under the chosen corrections: 1 is the highest score of test traces; equal scores share the
   * better rank.
   */
  rank(): Uint32Array;
  /** [R] the same under a named variant */
  ranks(variant: Variant): Uint32Array | null;
  /** [parts] of validation traces, nats */
  readonly usual: Remembered<Float64Array | null>;
  readonly reasons: Remembered<TopReasons | null>;
  /** [R] spans of each trace that failed; zeros where the dataset does not say */
  errors(): Uint32Array;
  /** [R] place of each trace's id among them by its bytes; equal ids share one */
  idPlaces(): Uint32Array;
}

/**
 * @param of     one object as long as it is the same
 * @param before a table of the same traces; what does not depend on the choice is taken from it
 */
export function makeTraceTable(
  traces: TraceSet,
  source: TableSource,
  of: TableScores,
  before: TraceTable | null = null,
): TraceTable {
  const ofStructure = tracesByStructure(traces, source.trace);
  return {
    source,
    of,
    columns: {
      structureNumber: numberStructures(traces),
      roots: mostFrequent(countRoots(traces, ofStructure)),
      structures: mostFrequent(ofStructure),
      ...countPassedThrough(traces, ofStructure),
    },
    onDemand: columnsOnDemand(traces, source, of, before),
  };
}

function columnsOnDemand(
  traces: TraceSet,
  { trace, rows, scores, corrections, seen = null }: TableSource,
  of: TableScores,
  before: TraceTable | null,
): ColumnsOnDemand {
  const sameTraces = before !== null && equalRows(before.source.trace, trace);
  const sameRows = sameTraces && before.of === of && equalRows(before.source.rows, rows);
  const byScore = once(() => orderBy(scores, everyRow(scores.length), true));
  const usual = remembered(function* () {
    if (of.kind === 'plain') return null;
    const { val } = of;
    return yield* usualParts(val, corrections, limitsFor(val, corrections));
  });
  return {
    byScore,
    rank: once(() => ranksInOrder(scores, byScore(), seen)),
    errors: sameTraces ? before.onDemand.errors : once(() => countErrors(traces, trace)),
    idPlaces: sameTraces ? before.onDemand.idPlaces : once(() => idPlaces(traces.traceIds, trace)),
    ranks: sameRows ? before.onDemand.ranks : ranksOnce(of, rows),
    usual,
    reasons: remembered(function* () {
      if (of.kind === 'plain') return null;
      const usually = yield* usual.inSlices();
      const limits = limitsFor(of.val, corrections);
      return yield* topReasons(usually!, of.test, rows, corrections, limits);
    }),
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function ranksOnce(scored: TableScores, rows: Uint32Array): ColumnsOnDemand['ranks'] {
  const made = new Map<Variant, Uint32Array>();
  return (variant) => {
    if (scored.kind === 'plain') return null;
    const known = made.get(variant);
    if (known !== undefined) return known;
    const all = scored.variants[variant];
    const scores = new Float64Array(rows.length);
    for (let row = 0; row < rows.length; row++) scores[row] = all[rows[row]!]!;
    const ranks = ranksOf(scores);
    made.set(variant, ranks);
    return ranks;
  };
}

function equalRows(a: Uint32Array, b: Uint32Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export const rootOperation = ({ structures, structureOf }: TraceSet, trace: number): number =>
  structures.operation[structures.nodeOffset[structureOf[trace]!]!]!;

/** [R] 1 + how many scores are higher. */
export const ranksOf = (scores: Float64Array): Uint32Array =>
  ranksInOrder(scores, orderBy(scores, everyRow(scores.length), true));

/**
 * @param order of the scores, the highest first
 * @param seen  rows that no rank counts
 */
function ranksInOrder(
  scores: Float64Array,
  order: Uint32Array,
  seen: Uint8Array | null = null,
): Uint32Array {
  const ranks = new Uint32Array(scores.length);
  let rank = 1;
  let counted = 0;
  let last = Number.NaN;
  for (let i = 0; i < order.length; i++) {
    const row = order[i]!;
    const score = scores[row]!;
    if (score !== last) rank = counted + 1;
    last = score;
    ranks[row] = rank;
    if (seen === null || seen[row] === 0) counted++;
  }
  return ranks;
}

/** [S] equal frequencies in the order of the table, those that do not occur last */
function numberStructures(traces: TraceSet): Uint32Array {
  const counts = tracesByStructure(traces);
  const number = new Uint32Array(counts.length);
  const order = orderByCount(counts, everyRow(counts.length), true);
  for (let i = 0; i < order.length; i++) number[order[i]!] = i + 1;
  return number;
}

/** [operations] how many of the traces have each at their root */
function countRoots({ structures, operations }: TraceSet, ofStructure: Uint32Array): Uint32Array {
  const counts = new Uint32Array(operations.length);
  for (let s = 0; s < ofStructure.length; s++) {
    counts[structures.operation[structures.nodeOffset[s]!]!]! += ofStructure[s]!;
  }
  return counts;
}

/** Rows that have each operation, and each service, anywhere in their trees. */
function countPassedThrough(
  { structures, operations, services }: TraceSet,
  ofStructure: Uint32Array,
): Pick<TraceColumns, 'services' | 'operations'> {
  const ofOperation = new Uint32Array(operations.length);
  const ofService = new Uint32Array(services.length);
  /** The structure, from 1, that each was last met in: it counts once per structure. */
  const operationMet = new Uint32Array(operations.length);
  const serviceMet = new Uint32Array(services.length);
  for (let structure = 0; structure < ofStructure.length; structure++) {
    const traces = ofStructure[structure]!;
    if (traces === 0) continue;
    for (
      let i = structures.nodeOffset[structure]!;
      i < structures.nodeOffset[structure + 1]!;
      i++
    ) {
      const operation = structures.operation[i]!;
      if (operationMet[operation] === structure + 1) continue;
      operationMet[operation] = structure + 1;
      ofOperation[operation]! += traces;
      const { service } = operations[operation]!;
      if (serviceMet[service] === structure + 1) continue;
      serviceMet[service] = structure + 1;
      ofService[service]! += traces;
    }
  }
  return { services: mostFrequent(ofService), operations: mostFrequent(ofOperation) };
}

/** [R] */
function countErrors(traces: TraceSet, trace: Uint32Array): Uint32Array {
  const errors = new Uint32Array(trace.length);
  if (traces.errorCount === undefined) return errors;
  for (let row = 0; row < errors.length; row++) errors[row] = errorsOf(traces, trace[row]!)!;
  return errors;
}

function mostFrequent(counts: Uint32Array): Counted[] {
  const most = orderByCount(counts, everyRow(counts.length), true).subarray(0, MOST_COUNTED);
  return Array.from(most, (id) => ({ id, traces: counts[id]! })).filter(
    (counted) => counted.traces > 0,
  );
}

export const isFlagged = ({ scores, threshold }: TableSource, row: number): boolean =>
  threshold !== null && scores[row]! > threshold;
