/** A row of the table that `tracevae score` writes. */
import type { KeptRows } from '../model/score-kept.ts';
import { decodeString } from '../trace/string-column.ts';
import type { TraceSet } from '../trace/trace-set.ts';

export interface ScoredRow {
  readonly traceId: string;
  readonly score: number;
  readonly p: number;
  readonly flagged: 0 | 1;
  readonly reason: string;
  readonly service: string;
  readonly nodes: number;
  readonly structure: 'known' | 'new';
  /** null where the model has no detector with terms. */
  readonly nll: number | null;
  readonly bcscale: number | null;
  readonly ncnorm: number | null;
  readonly stdlimit: number | null;
  readonly full: number | null;
}

export const ROW_COLUMNS = [
  'traceId',
  'score',
  'p',
  'flagged',
  'reason',
  'service',
  'nodes',
  'structure',
  'nll',
  'bcscale',
  'ncnorm',
  'stdlimit',
  'full',
] as const satisfies readonly (keyof ScoredRow)[];

/** A row before it is known what is flagged. */
export interface UnflaggedRow extends Omit<ScoredRow, 'flagged'> {
  /** What the score is of: the reason of a flagged trace of which no call stands out. */
  readonly asAWhole: string;
}

export const unflaggedRows = (traces: TraceSet, rows: KeptRows): UnflaggedRow[] => {
  const { variants } = rows;
  return Array.from(rows.trace, (trace, row) => ({
    traceId: decodeString(traces.traceIds, trace),
    score: rows.score[row]!,
    p: rows.p[row]!,
    reason: rows.reason[row]!,
    asAWhole: rows.asAWhole[row]!,
    service: rows.service[row]!,
    nodes: rows.nodes[row]!,
    structure: rows.isKnown[row] === 1 ? 'known' : 'new',
    nll: variants.nll?.[row] ?? null,
    bcscale: variants.bcscale?.[row] ?? null,
    ncnorm: variants.ncnorm?.[row] ?? null,
    stdlimit: variants.stdlimit?.[row] ?? null,
    full: variants.full?.[row] ?? null,
  }));
};

/** @param threshold null flags nothing */
export function flaggedRow(
  { asAWhole, reason, traceId, score, p, ...rest }: UnflaggedRow,
  threshold: number | null,
): ScoredRow {
  const isFlagged = threshold !== null && score > threshold;
  return {
    traceId,
    score,
    p,
    flagged: isFlagged ? 1 : 0,
    reason: reason || (isFlagged ? asAWhole : ''),
    ...rest,
  };
}
