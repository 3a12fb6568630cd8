/** The file "scores.csv": one row a scored trace, columns as external scripts expect them. */
import { csvCell, csvId } from '../base/csv-cell.ts';
import { LABELS, SETS } from '../trace/trace-set.ts';
import type { Correction } from './corrections/correction.ts';
import { CORRECTIONS, stepsOf, VARIANT_STEPS, type Variant } from './corrections/list.ts';

/** [T] columns, in the order of the rows. */
export interface ScoreColumns {
  /** As the trace's file writes it. */
  readonly traceId: readonly string[];
  /** Index into SETS */
  readonly set: ArrayLike<number>;
  /** Index into LABELS */
  readonly label: ArrayLike<number>;
  /** nats; a variant that the detector does not have is empty in every row */
  readonly scores: Readonly<Partial<Record<Variant, ArrayLike<number>>>>;
  /** Merged nodes. */
  readonly nodes: ArrayLike<number>;
  /** 1 where the reconstructed structure differs; null where none is reconstructed. */
  readonly mismatch: ArrayLike<number> | null;
  /** 1 where the score on show is above its threshold; null where it is not on show, as of another file. */
  readonly flagged?: ArrayLike<number | null> | null;
  /** nats, of constants that a person named; last, so that the columns before stay where they are */
  readonly named?: readonly { readonly name: string; readonly scores: ArrayLike<number> }[];
}

/** The columns of a list of corrections, those of scores between what the trace is and its nodes. */
export const csvHeader = (list: readonly Correction[]): string =>
  ['traceId', 'set', 'label', ...stepsOf(list), 'nodes', 'mismatch'].join(',');

/**
 * Quoted as RFC 4180 says, lines end with a line feed; scores round-trip as float64.
 *
 * @param columns [T] each; scores of equation (3) and of the variants of section 6.6, nats
 * @returns       a header and T lines
 */
export function formatScoresCsv(columns: ScoreColumns): string {
  const { named = [], flagged = null } = columns;
  const header = [
    csvHeader(CORRECTIONS),
    ...(flagged === null ? [] : ['flagged']),
    ...named.map(({ name }) => csvCell(name)),
  ].join(',');
  const lines = columns.traceId.map((traceId, row) =>
    [
      csvId(traceId),
      SETS[columns.set[row]!]!,
      LABELS[columns.label[row]!]!,
      ...VARIANT_STEPS.map((variant) => columns.scores[variant]?.[row] ?? ''),
      columns.nodes[row]!,
      columns.mismatch?.[row] ?? '',
      ...(flagged === null ? [] : [flagged[row] ?? '']),
      ...named.map(({ scores }) => scores[row]!),
    ].join(','),
  );
  return `${[header, ...lines].join('\n')}\n`;
}
