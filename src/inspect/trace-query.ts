/** Which of the scored traces are listed, and in which order. */
import type { Variant } from '../scoring/corrections/list.ts';
import type { Label } from '../trace/trace-set.ts';

/** Columns that the list is sorted by. */
export type TraceColumn =
  | 'score'
  | `rank-${Variant}`
  | 'flagged'
  | 'label'
  | 'nodes'
  | 'structure'
  | 'root'
  | 'duration'
  | 'reason'
  | 'mismatch'
  | 'trace';

export interface TraceSort {
  readonly key: TraceColumn;
  readonly direction: 'ascending' | 'descending';
}

/** From the one to the other, both included; null leaves an end open. */
export type OpenRange = readonly [from: number | null, to: number | null];

export interface TraceFilter {
  readonly label: Label | null;
  readonly flagged: boolean | null;
  /** Index of the structure table. */
  readonly structure: number | null;
  /** Operation id of the root node. */
  readonly root: number | null;
  readonly nodes: OpenRange;
  /** nats, under the chosen corrections */
  readonly score: OpenRange;
  /** Part of a trace id, or of the name of an operation that the trace has; any case. */
  readonly search: string;
}

export const BY_SCORE: TraceSort = { key: 'score', direction: 'descending' };

export const NO_FILTER: TraceFilter = {
  label: null,
  flagged: null,
  structure: null,
  root: null,
  nodes: [null, null],
  score: [null, null],
  search: '',
};
