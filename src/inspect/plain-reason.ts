/**
 * Why a detector without the terms of equation (3) gives a trace its score, in words: its largest
 * term, and the call that stands out. From stored scores alone.
 */
import { largestTerm, type PlainScores } from '../scoring/plain-scores.ts';
import { operationName, type TraceSet } from '../trace/trace-set.ts';

/** Terms that are about which calls a trace has, not about how long they take. */
const OF_STRUCTURE: ReadonlySet<string> = new Set(['structure', 'unseen', 'path']);
/** Terms of the trace as a whole, in which a call stands out and is not all of it. */
const OF_THE_WHOLE: ReadonlySet<string> = new Set(['whole', 'in-time']);

/**
 * @param row of the scores
 * @returns   "slow in one place: checkout/Charge"; empty where nothing adds to the score, and null of
 *            a detector that names no terms
 */
export function plainReason(traces: TraceSet, scores: PlainScores, row: number): string | null {
  const { terms = [] } = scores;
  if (terms.length === 0) return null;
  const term = terms[largestTerm(terms, row)];
  if (term === undefined) return '';
  const call = callWords(traces, scores, row, OF_STRUCTURE.has(term.id));
  if (call === null) return term.label;
  return OF_THE_WHOLE.has(term.id) ? `${term.label}, most in ${call}` : `${term.label}: ${call}`;
}

/** @param reason see {@link plainReason}; of a trace that is flagged, and of which no call stands out */
export const asAWhole = (reason: string | null): string =>
  reason === null || reason === ''
    ? 'Every call looks usual, but the trace as a whole does not.'
    : `${reason[0]!.toUpperCase()}${reason.slice(1)}.`;

function callWords(
  traces: TraceSet,
  { trace, worstNode, absentCall }: PlainScores,
  row: number,
  ofStructure: boolean,
): string | null {
  const words = (operation: number): string => operationName(traces, operation);
  const node = worstNode?.[row] ?? -1;
  const absent = absentCall?.[row] ?? -1;
  if (node >= 0) {
    const { structures, structureOf } = traces;
    const first = structures.nodeOffset[structureOf[trace[row]!]!]!;
    const call = words(structures.operation[first + node]!);
    return ofStructure ? `new call ${call}` : call;
  }
  return ofStructure && absent >= 0 ? `no call ${words(absent)}` : null;
}
