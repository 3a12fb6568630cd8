/** Which of the scored traces are listed, and in which order. */
import type { Variant } from '../scoring/corrections/list.ts';
import type { Label } from '../trace/trace-set.ts';
import type { TraceKind } from './trace-kinds.ts';

/** Columns that the list is sorted by. */
export type TraceColumn =
  | 'score'
  /** Among validation traces: as the score. */
  | 'rare'
  /** What is odd, and of which kind: by the score too. */
  | 'sentence'
  | 'kind'
  | `rank-${Variant}`
  | 'flagged'
  /** Whether it was met in training or validation. */
  | 'seen'
  | 'label'
  | 'nodes'
  | 'structure'
  | 'root'
  | 'duration'
  | 'start'
  | 'errors'
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
  /** Service that the trace passes through. */
  readonly service: number | null;
  /** Operation id that the trace has anywhere. */
  readonly operation: number | null;
  /** Operation id that the trace does not have. */
  readonly lacks: number | null;
  /** Whether a span of the trace failed; where no span says how it ended, none did. */
  readonly errors: boolean | null;
  /** ms, of the root node */
  readonly duration: OpenRange;
  /** ms since the epoch, of the root span */
  readonly start: OpenRange;
  readonly nodes: OpenRange;
  /** nats, under the chosen corrections */
  readonly score: OpenRange;
  /**
   * Where those of training and validation are scored too: `also` lists them among the test traces,
   * `only` without these; null: test traces alone.
   */
  readonly seen: 'also' | 'only' | null;
  /** Key of a kind of odd traces, see trace-kinds.ts. */
  readonly kind: string | null;
  /** Part of a trace id, or of the name of an operation that the trace has; any case. */
  readonly search: string;
}

export type FilterPart = keyof TraceFilter;

/** What a list asks for. */
export interface TraceQuery {
  readonly filter: TraceFilter;
  readonly sort: TraceSort;
  /** Whether the rows come kind by kind. */
  readonly grouped: boolean;
}

/** The rows of a list. */
export interface Arranged {
  /** Rows of the table, in order. */
  readonly rows: Uint32Array;
  /** Where no row is left: which part of the filter to remove, the one that brings most back first. */
  readonly inTheWay: readonly InTheWay[];
  /** Where they are grouped, in their order; null where they are not. */
  readonly kinds: readonly TraceKind[] | null;
}

export interface InTheWay {
  readonly part: FilterPart;
  /** Rows that pass everything but this part. */
  readonly traces: number;
}

export const BY_SCORE: TraceSort = { key: 'score', direction: 'descending' };

export const NO_FILTER: TraceFilter = {
  label: null,
  flagged: null,
  structure: null,
  root: null,
  service: null,
  operation: null,
  lacks: null,
  errors: null,
  duration: [null, null],
  start: [null, null],
  nodes: [null, null],
  score: [null, null],
  seen: null,
  kind: null,
  search: '',
};
