/**
 * Calls whose caller was not recorded: spans that name a parent which their trace has not. One rule
 * says what becomes of them, and what each rule would keep is counted whichever is chosen.
 */

/**
 * `own-tree`: each is the root of a tree of its own, as in the authors' loader. `attach`: each goes
 * below the first root of its trace. `largest`: of such a trace only the tree with most spans stays.
 * `leave-out`: such a trace is left out.
 */
export const ORPHAN_RULES = ['own-tree', 'attach', 'largest', 'leave-out'] as const;
export type OrphanRule = (typeof ORPHAN_RULES)[number];

export interface OrphanCounts {
  /** Traces of the files, by their ids. */
  readonly traces: number;
  /** Those with such a span. */
  readonly withOrphans: number;
  /** Such spans. */
  readonly orphans: number;
  /** Trees that the dataset has under each rule, each a trace to the model. */
  readonly kept: Readonly<Record<OrphanRule, number>>;
}

/** In place of a parent's index, for a call whose caller was not recorded. */
export const CALLER_NOT_RECORDED = -2;
