/**
 * The rule for calls whose caller was not recorded, trace by trace: which roots stay, and how many
 * trees every rule would keep. Only traces with such a call cost anything.
 */
import type { Reason } from './ledger.ts';
import { MAX_MERGED_NODES, type MergedTree } from './merge-spans.ts';
import { ORPHAN_RULES, type OrphanCounts, type OrphanRule } from './orphans.ts';
import type { LinkedTrace, SpanLinker } from './span-linker.ts';

export interface OrphanSettler {
  /**
   * Once per trace, before its trees are merged. Roots that are attached leave its list of roots.
   *
   * @returns whether the rule keeps the tree of a root; null where it keeps all
   */
  settle(linked: LinkedTrace): ((root: number) => boolean) | null;
  /** A tree stays of a trace without such a call: it does under every rule. */
  staysAnyway(): void;
  counts(): OrphanCounts;
}

export function createOrphanSettler(
  rule: OrphanRule,
  linker: Pick<SpanLinker, 'attach' | 'detach'>,
  merge: (root: number, spanLimit: number) => MergedTree,
  record: (reason: Reason, spans: number, row: number) => void,
): OrphanSettler {
  let traces = 0;
  let withOrphans = 0;
  let orphanCount = 0;
  const kept: Record<OrphanRule, number> = { 'own-tree': 0, attach: 0, largest: 0, 'leave-out': 0 };

  const isTree = ({ nodeCount }: MergedTree): boolean =>
    nodeCount > 1 && nodeCount <= MAX_MERGED_NODES;

  /** @returns the root with most spans below it, the first of several */
  const count = ({ roots, orphans, linkedCount }: LinkedTrace): number => {
    const isOrphan = new Set(orphans);
    let largest = roots[0]!;
    let mostSpans = 0;
    let isLargestTree = false;
    let ofTrueRoots = 0;
    for (const root of roots) {
      const tree = merge(root, linkedCount);
      const spans = tree.firstMember[tree.nodeCount]!;
      if (isTree(tree)) {
        kept['own-tree'] += 1;
        if (!isOrphan.has(root)) ofTrueRoots += 1;
      }
      if (spans <= mostSpans) continue;
      largest = root;
      mostSpans = spans;
      isLargestTree = isTree(tree);
    }
    if (isLargestTree) kept.largest += 1;

    const { first, below } = attached({ roots, orphans });
    if (!isOrphan.has(first) && isTree(merge(first, linkedCount))) ofTrueRoots -= 1;
    linker.attach(below, first);
    if (isTree(merge(first, linkedCount))) ofTrueRoots += 1;
    linker.detach(below, first);
    kept.attach += ofTrueRoots;
    return largest;
  };

  return {
    settle: (linked) => {
      const { roots, orphans, linkedCount } = linked;
      if (linkedCount > 0) traces += 1;
      if (orphans.length === 0) return null;
      withOrphans += 1;
      orphanCount += orphans.length;
      const largest = count(linked);
      const asRoots = (rows: readonly number[]): void => {
        for (let i = rows.length - 1; i >= 0; i--) record('orphan-root', 1, rows[i]!);
      };
      switch (rule) {
        case 'own-tree':
          asRoots(orphans);
          return null;
        case 'attach': {
          const { first, below } = attached(linked);
          linker.attach(below, first);
          for (let i = below.length - 1; i >= 0; i--) record('orphan-attached', 1, below[i]!);
          if (below.length < orphans.length) asRoots([first]);
          const isBelow = new Set(below);
          roots.splice(0, roots.length, ...roots.filter((root) => !isBelow.has(root)));
          return null;
        }
        case 'largest':
          asRoots(orphans.filter((row) => row === largest));
          return (root) => root === largest;
        case 'leave-out':
          return () => false;
      }
    },
    staysAnyway: () => {
      for (const each of ORPHAN_RULES) kept[each] += 1;
    },
    counts: () => ({ traces, withOrphans, orphans: orphanCount, kept: { ...kept } }),
  };
}

/** What goes below which root: the first true one, or else the first orphan. */
function attached({ roots, orphans }: Pick<LinkedTrace, 'roots' | 'orphans'>): {
  readonly first: number;
  readonly below: readonly number[];
} {
  const isOrphan = new Set(orphans);
  const first = roots.find((root) => !isOrphan.has(root)) ?? roots[0]!;
  return { first, below: orphans.filter((row) => row !== first) };
}
