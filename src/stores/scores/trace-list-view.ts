/** The listed traces in words; rows are made on demand, so that a million can be listed. */

import { runThrough } from '../../base/slices.ts';
import { microsToMillis } from '../../base/units.ts';
import { asAWhole, plainReason } from '../../inspect/plain-reason.ts';
import { type Oddity, type Standing, sentence } from '../../inspect/sentence.ts';
import { KIND_NAMES } from '../../inspect/trace-kinds.ts';
import { ranksOf } from '../../inspect/trace-table.ts';
import { seenIn } from '../../run/measured.ts';
import { VARIANTS, type Variant, variantsIn } from '../../scoring/corrections/list.ts';
import { limitsFor } from '../../scoring/corrections/stdlimit.ts';
import { TERM_PARTS, type TermPart } from '../../scoring/score-terms.ts';
import { topReasonReader, usualParts } from '../../scoring/top-reason.ts';
import { rootCauseOf } from '../../trace/root-causes.ts';
import { decodeString } from '../../trace/string-column.ts';
import { errorsOf, LABELS, type Label, nodeCount, type TraceSet } from '../../trace/trace-set.ts';
import { traceLink } from '../shared/trace-link.ts';
import { namedOperation } from '../shared/tree-view.ts';
import type { ChosenScores, ListedTraces } from './inspect-store.ts';
import type { ToldOddities } from './oddities-store.ts';
import type { TraceList } from './trace-list-store.ts';

export { standingWords } from '../../inspect/sentence.ts';
export { KIND_NAMES, kindWords } from '../../inspect/trace-kinds.ts';

/** Of the list: neighbours are found in it, and the selected row. */
export function listedTraces(list: TraceList | null): ListedTraces | null {
  if (list === null) return null;
  const { of, order } = list;
  return {
    length: order.length,
    traceAt: (index) => of.of.test.trace[of.rows[order[index]!]!]!,
    indexOf: (trace) => placeInList(of, order, trace),
  };
}

/** Where a trace is listed; -1 where it is not. */
export function placeInList({ of, rows }: ChosenScores, order: Uint32Array, trace: number): number {
  const { trace: traceOf } = of.test;
  for (let index = 0; index < order.length; index++) {
    if (traceOf[rows[order[index]!]!] === trace) return index;
  }
  return -1;
}

export interface TraceRow {
  /** Index into the TraceSet. */
  readonly trace: number;
  readonly traceId: string;
  /** Under the chosen corrections, in the detector's unit. */
  readonly score: number;
  readonly flagged: boolean;
  /** Whether the detector has met it in training or validation. */
  readonly seen: boolean;
  /**
   * Under the chosen corrections: 1 is the highest score; equal scores share a rank. null until it
   * is there.
   */
  readonly rank: number | null;
  /**
   * Under each named variant, null until it is there; null of a detector without terms, as mismatch
   * and reason are.
   */
  readonly ranks: Readonly<Record<Variant, number | null>> | null;
  readonly label: Label;
  /** As a labels file names it, '' where none does. */
  readonly rootCause: string;
  readonly nodes: number;
  /** Place of its structure among all by frequency, from 1. */
  readonly structure: number;
  readonly mismatch: boolean | null;
  readonly service: string;
  readonly operation: string;
  /** Latency of the root node. */
  readonly durationMs: number;
  /** ms since the epoch; null where it is not known */
  readonly startMs: number | null;
  /** Spans that failed; null where the dataset does not say. */
  readonly errors: number | null;
  /** How many validation traces have a lower score. */
  readonly standing: Standing;
  /** What is odd about it, the most telling first; null until it is told. */
  readonly oddities: readonly Oddity[] | null;
  /** The part of the score that is farthest above its median; null until that is known. */
  readonly reason: {
    readonly part: TermPart;
    /** nats above that median */
    readonly excess: number;
  } | null;
  /** The reason in words of a detector that names terms of its own; null of all others. */
  readonly says: string | null;
}

/** The mark of a row where every trace is scored. */
export const seenWords = (seen: boolean): string => (seen ? 'seen in training' : 'test');

/** In its tracing backend; null where no template is set. */
export function linkOfRow(
  template: string | null,
  { traceId, startMs, durationMs }: TraceRow,
): string | null {
  if (template === null) return null;
  const endMs = startMs === null ? null : startMs + durationMs;
  return traceLink(template, { traceId, startMs, endMs });
}

const NONE_TOLD: ToldOddities = new Map();

/**
 * @param row  of {@link TraceList.order}
 * @param told what is odd about traces, as far as it was asked for
 */
export function traceRow(
  traces: TraceSet,
  { of, columns, rank, late }: TraceList,
  row: number,
  told: ToldOddities = NONE_TOLD,
): TraceRow {
  const scores = of.of;
  const at = of.rows[row]!;
  const trace = scores.test.trace[at]!;
  const { threshold } = of.report.atThreshold;
  const structure = traces.structureOf[trace]!;
  const root = traces.structures.operation[traces.structures.nodeOffset[structure]!]!;
  const reason = late?.reasonOf?.(at) ?? null;
  const startUs = traces.startUs[trace]!;
  return {
    trace,
    traceId: decodeString(traces.traceIds, trace),
    score: of.test[row]!,
    flagged: threshold !== null && of.test[row]! > threshold,
    seen: seenIn(scores)?.[at] === 1,
    rank: rank?.[row] ?? null,
    ranks: late === null ? null : ranksOfRow(late.ranks, row),
    label: LABELS[traces.label[trace]!]!,
    rootCause: rootCauseOf(traces, trace),
    nodes: nodeCount(traces, trace),
    structure: columns.structureNumber[structure]!,
    mismatch: scores.kind === 'terms' ? scores.test.mismatch[at] === 1 : null,
    ...namedOperation(traces, root),
    durationMs: microsToMillis(traces.latencyUs[traces.nodeOffset[trace]!]!),
    startMs: Number.isNaN(startUs) ? null : startUs / 1e3,
    errors: errorsOf(traces, trace),
    standing: standingOf(of, of.test[row]!),
    oddities: told.get(trace) ?? null,
    reason: reason === null ? null : { part: TERM_PARTS[reason.part]!, excess: reason.excess },
    says: scores.kind === 'plain' ? plainReason(traces, scores.test, at) : null,
  };
}

/** Validation scores of a choice, ascending: sorted once for all rows. */
const ascendingVal = new WeakMap<ChosenScores, Float64Array>();

/**
 * What is odd about a trace in words: its calls, or else what the detector's score is of. A trace
 * that is flagged never reads as if nothing were odd.
 */
export function oddWords(
  { flagged, says }: Pick<TraceRow, 'flagged' | 'says'>,
  oddities: readonly Oddity[],
): string {
  return oddities.length > 0 || !flagged ? sentence(oddities) : asAWhole(says);
}

/** Of its first reason, in a word or two; nothing is odd about no trace that is flagged. */
export const kindName = (
  { flagged }: Pick<TraceRow, 'flagged'>,
  oddities: readonly Oddity[],
): string => KIND_NAMES[oddities[0]?.kind ?? (flagged ? 'whole' : 'none')];

function standingOf(of: ChosenScores, score: number): Standing {
  let ascending = ascendingVal.get(of);
  if (ascending === undefined) {
    ascending = Float64Array.from(of.val).sort();
    ascendingVal.set(of, ascending);
  }
  let [from, to] = [0, ascending.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (ascending[middle]! < score) from = middle + 1;
    else to = middle;
  }
  return { above: from, of: ascending.length };
}

const ranksOfRow = (
  ranks: Partial<Readonly<Record<Variant, Uint32Array>>>,
  row: number,
): Record<Variant, number | null> =>
  Object.fromEntries(VARIANTS.map((variant) => [variant, ranks[variant]?.[row] ?? null])) as Record<
    Variant,
    number | null
  >;

/** The row of a trace among all scored ones; null where it was not scored. */
export function rowOfTrace({ of }: TraceList, trace: number): number | null {
  const { trace: traceOf } = of.of.test;
  for (let row = 0; row < of.rows.length; row++) {
    if (traceOf[of.rows[row]!] === trace) return row;
  }
  return null;
}

/** The list with every column there, those that have not come yet made here. */
export function completed(list: TraceList): TraceList {
  const { of, rows, corrections } = list.of;
  const { late } = list;
  const rank = rankOf(list);
  if (late === null || of.kind === 'plain') return { ...list, rank };
  const ranks = variantsIn(of.scores).map((variant) => [
    variant,
    late.ranks[variant] ?? ranksOf(Float64Array.from(rows, (row) => of.scores[variant].test[row]!)),
  ]);
  const limits = limitsFor(of.val, corrections);
  const reasonOf =
    late.reasonOf ??
    topReasonReader(
      runThrough(usualParts(of.val, corrections, limits)),
      of.test,
      corrections,
      limits,
    );
  return { ...list, rank, late: { ranks: Object.fromEntries(ranks), reasonOf } };
}

const rankOf = ({ rank, of }: TraceList): Uint32Array => rank ?? ranksOf(of.test);

/** The list with its rows of the highest scores alone, the highest first, whatever it shows now. */
export function topOf(list: TraceList, most: number): TraceList {
  const rank = rankOf(list);
  const order = list.of.rows.map((_, row) => row).filter((row) => rank[row]! <= most);
  order.sort((a, b) => rank[a]! - rank[b]! || a - b);
  return { ...list, order: order.subarray(0, most) };
}

/** Whether the scores are of a detector that names terms of its own. */
export const namesTerms = ({ of }: Pick<TraceList, 'of'>): boolean =>
  of.of.kind === 'plain' && (of.of.test.terms?.length ?? 0) > 0;

/**
 * The list as a table of text: a header, then all rows with numbers in full, in the columns of the
 * page's table. What a detector, or the dataset, does not have is left out.
 *
 * @param syntheticFrom the first trace that nobody recorded
 */
export function* listedRows(
  traces: TraceSet,
  list: TraceList,
  unit: string,
  told: ToldOddities,
  syntheticFrom = Number.POSITIVE_INFINITY,
): Generator<string[]> {
  const anySynthetic = syntheticFrom < traces.structureOf.length;
  const terms = list.late !== null;
  const says = namesTerms(list);
  const whole = completed(list);
  const marked = seenIn(list.of.of) !== null;
  const errorsTold = traces.errorCount !== undefined;
  yield [
    ...[
      'trace',
      'start',
      'duration, ms',
      'service',
      'operation',
      ...(errorsTold ? ['errors'] : []),
    ],
    ...['what is odd', 'kind', 'higher than', 'of validation traces'],
    ...[unit === '' ? 'score' : `score, ${unit}`, 'flagged', ...(marked ? ['set'] : []), 'label'],
    ...(anySynthetic ? ['synthetic'] : []),
    ...(terms ? ['top part of the score', 'excess, nats'] : []),
    ...(says ? ['top part of the score'] : []),
    ...['nodes', 'structure'],
    ...(terms ? ['reconstruction differs'] : []),
    ...(terms ? VARIANTS.map((variant) => `rank, ${variant}`) : ['rank']),
  ];
  for (const at of list.order) {
    const row = traceRow(traces, whole, at, told);
    const { ranks, reason, mismatch, standing, oddities } = row;
    yield [
      ...[row.traceId, instant(row.startMs), String(row.durationMs), row.service, row.operation],
      ...(errorsTold ? [String(row.errors)] : []),
      ...(oddities === null ? ['', ''] : [oddWords(row, oddities), kindName(row, oddities)]),
      ...[String(standing.above), String(standing.of), String(row.score)],
      ...[row.flagged ? 'yes' : 'no', ...(marked ? [seenWords(row.seen)] : []), row.label],
      ...(anySynthetic ? [row.trace >= syntheticFrom ? 'yes' : 'no'] : []),
      ...(reason === null ? [] : [reason.part, String(reason.excess)]),
      ...(row.says === null ? [] : [row.says]),
      ...[String(row.nodes), String(row.structure)],
      ...(mismatch === null ? [] : [mismatch ? 'yes' : 'no']),
      ...(ranks === null ? [row.rank] : VARIANTS.map((variant) => ranks[variant])).map(String),
    ];
  }
}

/** In UTC, as ISO 8601; empty where it is not known, or no calendar has it. */
function instant(ms: number | null): string {
  const date = new Date(ms ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString();
}
