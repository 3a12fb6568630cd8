/**
 * The import ledger: what could not be used, counted in spans under a reason, with examples.
 * Losses add up (spans read = spans kept + losses); repairs and notes are counted apart.
 */

/** Every reason that a span (or a row that should have been one) can be set aside or mended for. */
export const REASONS = {
  // losses
  'malformed-row': 'the row or object could not be read as a span',
  'missing-trace-id': 'no trace id',
  'missing-span-id': 'no span id',
  'missing-operation': 'no service or operation name',
  'bad-duration': 'the duration is missing, negative, absurd or not a number',
  'duplicate-span-id': 'a span id seen before in the same trace',
  'cyclic-parents': 'the span is its own ancestor, so no root reaches it',
  'database-span': 'a database call (DBhash is not 0), left out as the authors do',
  'single-node': 'the merged tree has a single node, nothing to learn from',
  'too-many-nodes': 'the merged tree has more nodes than N_max',
  'unknown-operation': 'the operation is not in the fixed vocabulary',
  'orphan-left-out':
    'in a trace with a call whose caller was not recorded, which the chosen rule leaves out',
  'truncated-file': 'the file ends in the middle of this record',
  'late-span': 'its trace was handed on before this span came',
  'paired-record': 'the other side’s record of a call that is there already',
  // repairs
  'orphan-root': 'the parent is not in the trace, so the span became the root of its own tree',
  'orphan-attached':
    'the parent is not in the trace, so the span was put below the first root of its trace',
  'own-parent': 'the span names itself as its parent, so it was taken as a root',
  'clock-skew':
    'the span starts before its parent, so two clocks differ; only its duration is used',
  'unknown-service': 'the span names no service, so it was filed under "unknown-service"',
  'unknown-operation-name': 'the span names no operation, so it was filed under "unknown"',
  'other-operation-name': 'the span names no operation, so another column of its row names it',
  'missing-duration': 'the span has no duration, so it was taken as 0',
  'clamped-duration': 'the span ends before it starts, so its duration was taken as 0',
  'padded-id':
    'an id is written with other leading zeros, without the first half of its digits, or in other letters, than elsewhere in its trace; both are one id',
  'unterminated-row':
    'the file ends without a line feed behind this row, so its last cell may be cut off',
  // notes
  'unknown-label':
    'a label that is none of normal, structure, time, 0 and 1, or a root cause that is too long or one too many',
  'unmatched-label': 'a label for a trace that is not there',
  'cut-archive': 'the packed file ends too early; what is before the cut was read',
  'left-out-rest':
    'a packed file with bytes behind its end that are not packed; what is before them was read',
  'partial-answer': 'an answer that says it is not whole (an error, or PARTIAL); the rest was read',
  'left-out-line':
    'a line that is no JSON (of a log, or the end of one that is cut), between those that are',
  'left-out-document':
    'traces in another format than the file was read as, next to those that were read; they need a file of their own',
  'other-encoding':
    'a name that is not UTF-8, so it was read as Windows-1252, as Windows writes in the west',
  'too-many-values':
    'an attribute has more different values than are kept, so this span’s was filed under "(other)"',
  'left-out-table': 'a table whose columns are not those of spans, next to one whose columns are',
  'skipped-file': 'a file of an archive or folder that is not traces',
  'unreadable-file': 'a file that could not be read, among many that could',
} as const;
export type Reason = keyof typeof REASONS;

const REPAIRS: ReadonlySet<Reason> = new Set<Reason>([
  'orphan-root',
  'orphan-attached',
  'own-parent',
  'clock-skew',
  'unknown-service',
  'unknown-operation-name',
  'other-operation-name',
  'missing-duration',
  'clamped-duration',
  'padded-id',
  'unterminated-row',
]);

/** What is worth knowing and is no span: counted in labels and files, and apart from the losses. */
const NOTES: ReadonlySet<Reason> = new Set<Reason>([
  'unknown-label',
  'unmatched-label',
  'cut-archive',
  'left-out-rest',
  'partial-answer',
  'left-out-line',
  'left-out-document',
  'other-encoding',
  'too-many-values',
  'left-out-table',
  'skipped-file',
  'unreadable-file',
]);

/** A loss is a span that is in no tree; a repair is of a span that was kept; a note is of no span. */
export type EntryKind = 'loss' | 'repair' | 'note';

export const kindOf = (reason: Reason): EntryKind =>
  REPAIRS.has(reason) ? 'repair' : NOTES.has(reason) ? 'note' : 'loss';

const isLoss = (reason: Reason): boolean => kindOf(reason) === 'loss';

export interface LedgerExample {
  /** File name. */
  readonly file: string;
  /** 1-based line of a line-based format. */
  readonly line?: number;
  /** 0-based byte of the unzipped file, where the place is no whole line or element. */
  readonly byte?: number;
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

/** Examples kept per reason. */
export const EXAMPLES_PER_REASON = 5;

export interface LedgerBuilder {
  /** @param example asked for only while the reason has room for one */
  add(reason: Reason, spans: number, example: () => LedgerExample): void;
  /** Adds all that another one has counted. */
  merge(ledger: Ledger): void;
  /** Entries in the order of {@link REASONS}. */
  finish(): Ledger;
}

export function createLedgerBuilder(): LedgerBuilder {
  const entries = new Map<Reason, { count: number; examples: LedgerExample[] }>();
  return {
    add: (reason, spans, example) => {
      const entry = entries.get(reason) ?? { count: 0, examples: [] };
      entries.set(reason, entry);
      entry.count += spans;
      if (entry.examples.length < EXAMPLES_PER_REASON) entry.examples.push(example());
    },
    merge: (ledger) => {
      for (const { reason, count, examples } of ledger) {
        const entry = entries.get(reason) ?? { count: 0, examples: [] };
        entries.set(reason, entry);
        entry.count += count;
        entry.examples.push(...examples.slice(0, EXAMPLES_PER_REASON - entry.examples.length));
      }
    },
    finish: () =>
      (Object.keys(REASONS) as Reason[]).flatMap((reason) => {
        const entry = entries.get(reason);
        return entry ? [{ reason, count: entry.count, examples: [...entry.examples] }] : [];
      }),
  };
}

/** Adds counts reason by reason; the examples are the first ones, ledgers in the order given. */
export function mergeLedgers(...ledgers: readonly Ledger[]): Ledger {
  const entries = ledgers.flat();
  return (Object.keys(REASONS) as Reason[]).flatMap((reason) => {
    const same = entries.filter((entry) => entry.reason === reason);
    if (same.length === 0) return [];
    return [
      {
        reason,
        count: same.reduce((sum, entry) => sum + entry.count, 0),
        examples: same.flatMap((entry) => entry.examples).slice(0, EXAMPLES_PER_REASON),
      },
    ];
  });
}

/** Spans lost: the sum of all counts but the repairs' and the notes'. */
export const lostSpans = (ledger: Ledger): number =>
  ledger.reduce((sum, { reason, count }) => sum + (isLoss(reason) ? count : 0), 0);
