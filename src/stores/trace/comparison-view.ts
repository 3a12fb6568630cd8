/** Comparisons in names and milliseconds. */
import type { Frequency, OverRepresented } from '../../inspect/over-represented.ts';
import type { TraceSet } from '../../trace/trace-set.ts';
import { type DiffStatus, diffTrees } from '../../trace/tree-diff.ts';
import { namedOperation, traceTree } from '../shared/tree-view.ts';

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

export type FrequencyKind = 'service' | 'operation' | 'hour';

export interface FrequencyRow extends Frequency {
  readonly key: string;
  readonly kind: FrequencyKind;
  readonly name: string;
}

/** Of all kinds, the surest first. */
export function frequencyRows(
  traces: TraceSet,
  { services, operations, hours }: OverRepresented,
): FrequencyRow[] {
  const rows = (
    kind: FrequencyKind,
    of: readonly Frequency[],
    name: (id: number) => string,
  ): FrequencyRow[] =>
    of.map((frequency) => ({
      ...frequency,
      key: `${kind} ${frequency.id}`,
      kind,
      name: name(frequency.id),
    }));
  return [
    ...rows('service', services, (id) => traces.services[id]!),
    ...rows('operation', operations, (id) => {
      const { service, operation } = namedOperation(traces, id);
      return `${service}/${operation}`;
    }),
    ...rows(
      'hour',
      hours,
      (id) => `${String(id).padStart(2, '0')}:00–${String(id).padStart(2, '0')}:59 UTC`,
    ),
  ].sort((a, b) => a.q - b.q || b.odds.low - a.odds.low);
}
