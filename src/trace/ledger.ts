/**
 * The import ledger: what could not be used, counted in spans under a reason, with examples.
 * Losses add up (spans read = spans kept + losses); repairs are counted apart.
 */

/** Every reason that a span (or a row that should have been one) can be set aside or mended for. */
export const REASONS = {
  // losses
  'malformed-row': 'the row or object could not be read as a span',
  'missing-trace-id': 'no trace id',
  'missing-span-id': 'no span id',
  'missing-operation': 'no service or operation name',
  'bad-duration': 'the duration is missing, negative or not a number',
  'duplicate-span-id': 'a span id seen before in the same trace',
  'cyclic-parents': 'the span is its own ancestor, so no root reaches it',
  'database-span': 'a database call (DBhash is not 0), left out as the authors do',
  'single-node': 'the merged tree has a single node, nothing to learn from',
  'too-many-nodes': 'the merged tree has more nodes than N_max',
  'truncated-file': 'the file ends in the middle of this record',
  // repairs
  'orphan-root': 'the parent is not in the trace, so the span became the root of its own tree',
} as const;
export type Reason = keyof typeof REASONS;

export const REPAIRS: ReadonlySet<Reason> = new Set<Reason>(['orphan-root']);

export interface LedgerExample {
  /** File name. */
  readonly file: string;
  /** 1-based line of a line-based format. */
  readonly line?: number;
  /** Path into a JSON document, such as `data[3].spans[7]`. */
  readonly path?: string;
  readonly traceId?: string;
}

export interface LedgerEntry {
  readonly reason: Reason;
  /** Spans. */
  readonly count: number;
  /** The first few. */
  readonly examples: readonly LedgerExample[];
}

export type Ledger = readonly LedgerEntry[];
