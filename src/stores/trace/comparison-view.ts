/** Comparisons in names and milliseconds. */
import type { ChangeKind } from '../../changes/compare-periods.ts';
import { shareChange } from '../../changes/distance.ts';
import type { Frequency, SetApart } from '../../changes/set-apart.ts';
import { operationName, type TraceSet } from '../../trace/trace-set.ts';
import { type DiffStatus, diffTrees } from '../../trace/tree-diff.ts';
import type { NarrowFilter } from '../scores/trace-list-store.ts';
import { traceTree } from '../shared/tree-view.ts';

export { LEAST_FLAGGED } from '../../changes/set-apart.ts';

export interface ComparedNode {
  readonly key: string;
  readonly status: DiffStatus;
  readonly depth: number;
  readonly name: string;
  /** The normal trace's, where it is another. */
  readonly normalName: string;
  /** Index in the trace's own tree; null where it lacks the node. */
  readonly node: number | null;
  readonly ownMs: number | null;
  readonly normalMs: number | null;
}

/** The nodes of both, each before its children: `missing` are the normal one's alone. */
export function comparedTraces(traces: TraceSet, own: number, normal: number): ComparedNode[] {
  const [a, b] = [traceTree(traces, own), traceTree(traces, normal)];
  const plain = (tree: typeof a) => ({
    parent: tree.map(({ parent }) => parent),
    operation: tree.map(({ operationId }) => operationId),
  });
  const diff = diffTrees(plain(a), plain(b));
  const children = diff.map((): number[] => []);
  diff.forEach(({ parent }, i) => {
    children[parent]?.push(i);
  });
  const rows: ComparedNode[] = [];
  const open = [{ at: 0, depth: 0 }];
  while (open.length > 0) {
    const { at, depth } = open.pop()!;
    const { status, observed, reconstructed } = diff[at]!;
    const [mine, theirs] = [a[observed], b[reconstructed]];
    const nameOf = (node: (typeof a)[number] | undefined): string =>
      node === undefined ? '' : `${node.service}/${node.operation}`;
    rows.push({
      key: String(at),
      status,
      depth,
      name: nameOf(mine ?? theirs),
      normalName: nameOf(theirs),
      node: mine === undefined ? null : observed,
      ownMs: mine?.latencyMs ?? null,
      normalMs: theirs?.latencyMs ?? null,
    });
    for (const child of children[at]!.toReversed()) open.push({ at: child, depth: depth + 1 });
  }
  return rows;
}

export interface ApartRow {
  readonly key: string;
  /** What it is about: "slower", "missing", "structure". */
  readonly what: string;
  /** "service/operation" of a call, or words of what is no call. */
  readonly name: string;
  /** The call that makes it; "" where there is none. */
  readonly caller: string;
  /** Of the flagged traces that were compared, so much more than of the others, at least; 0 to 1. */
  readonly low: number;
  /** Shares of the flagged traces, and of the others, that have it. */
  readonly flagged: number;
  readonly others: number;
  readonly comparedFlagged: number;
  readonly comparedOthers: number;
  /** Medians of times of its own, ms; null where it is not about time. */
  readonly medianMs: { readonly flagged: number; readonly others: number } | null;
  readonly q: number;
  /** What lists the traces that it is about; null where no filter does. */
  readonly filter: Partial<NarrowFilter> | null;
}

const APART_WORDS: Readonly<Record<ChangeKind, string>> = {
  'new-call': 'only here',
  'lost-call': 'missing',
  'more-calls': 'made more often',
  'fewer-calls': 'missing more often',
  slower: 'slower',
  faster: 'faster',
  'more-errors': 'fails more often',
  'fewer-errors': 'fails less often',
};

/** Shares say who lacks a call, not who has it. */
const LACKS: ReadonlySet<ChangeKind> = new Set(['lost-call', 'fewer-calls', 'faster']);

/** Calls that set flagged traces apart: those with evidence first, as many as the report found. */
export function apartRows(
  traces: TraceSet,
  { report }: SetApart,
): { readonly evident: ApartRow[]; readonly others: ApartRow[] } {
  const rows = report.changes.map((change): ApartRow => {
    const { kind, path, own } = change;
    const lacks = LACKS.has(kind);
    const share = (of: number): number => (lacks ? 1 - of : of);
    const operation = path.at(-1)!;
    const caller = path.at(-2);
    return {
      key: `${kind} ${path.join(' ')}`,
      what: APART_WORDS[kind],
      name: operationName(traces, operation),
      caller: caller === undefined ? '' : operationName(traces, caller),
      low: change.low,
      flagged: share(change.shareAfter),
      others: share(change.shareBefore),
      comparedFlagged: change.after,
      comparedOthers: change.before,
      medianMs:
        own === null ? null : { flagged: own.after.p50 / 1e3, others: own.before.p50 / 1e3 },
      q: change.q,
      filter: kind === 'lost-call' || kind === 'fewer-calls' ? { lacks: operation } : { operation },
    };
  });
  const shown = Math.min(report.found, rows.length);
  return { evident: rows.slice(0, shown), others: rows.slice(shown) };
}

/** Structures and hours of the day that are more frequent among flagged traces. */
export function frequencyRows(
  structureNumber: Uint32Array,
  { report, structures, hours }: SetApart,
): ApartRow[] {
  const row = (
    { id, flagged, others, q }: Frequency,
    what: string,
    name: string,
    filter: ApartRow['filter'],
  ): ApartRow => ({
    key: `${what} ${id}`,
    what,
    name,
    caller: '',
    low: Math.max(0, shareChange(others, report.before, flagged, report.after).near),
    flagged: flagged / report.after,
    others: others / report.before,
    comparedFlagged: report.after,
    comparedOthers: report.before,
    medianMs: null,
    q,
    filter,
  });
  const hour = (id: number): string => {
    const padded = String(id).padStart(2, '0');
    return `${padded}:00 to ${padded}:59 UTC`;
  };
  return [
    ...structures.map((of) =>
      row(of, 'structure', `#${structureNumber[of.id]!}`, { structure: of.id }),
    ),
    ...hours.map((of) => row(of, 'hour of the day', hour(of.id), null)),
  ].sort((a, b) => b.low - a.low);
}
