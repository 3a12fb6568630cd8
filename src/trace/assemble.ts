/**
 * From span columns to the dataset: links spans to their parents, merges each tree, interns its
 * structure, and counts what cannot be used. Rules: paper section 2 and the authors' loader (a span
 * whose parent is absent is the root of its own tree).
 */
import { groupByTrace } from './group-by-trace.ts';
import { createLedgerBuilder, type Ledger, type LedgerExample, type Reason } from './ledger.ts';
import { createSpanMerger, MAX_MERGED_NODES } from './merge-spans.ts';
import { createSpanOrderBuilder, type OrderedSpans } from './ordered-spans.ts';
import { createOrphanSettler } from './orphan-settler.ts';
import type { OrphanCounts, OrphanRule } from './orphans.ts';
import type { SpanColumns } from './span-columns.ts';
import { createSpanLinker } from './span-linker.ts';
import { decodeString } from './string-column.ts';
import type { TraceSet } from './trace-set.ts';
import { createTraceSetBuilder } from './trace-set-builder.ts';
import { type OperationText, rankOperations } from './vocabulary.ts';

export interface AssembledTraces {
  readonly traces: TraceSet;
  /** The spans behind them. */
  readonly spans: OrderedSpans;
  readonly ledger: Ledger;
  /** Spans merged into the trees of {@link traces}: all spans but the ledger's losses. */
  readonly spansKept: number;
  /** Calls among them of which client and server are known. */
  readonly callPairs: number;
  /** Calls whose caller was not recorded, and what each rule for them keeps. */
  readonly orphans: OrphanCounts;
}

export interface AssembleOptions {
  /**
   * The whole vocabulary as "service/operation". Spans outside it are lost and their children
   * become orphans, as in the authors' loader. Without it the vocabulary is learnt from the spans.
   */
  readonly knownOperations?: readonly string[];
  /** Operations of a kept model, which have the first ids in their order; others come behind. */
  readonly firstOperations?: readonly OperationText[];
  /** What becomes of spans whose parent is absent; each has a tree of its own unless told. */
  readonly orphans?: OrphanRule;
}

/** Where a span stands, from its file and line columns. */
export type Locate = (file: number, line: number) => LedgerExample;

/** Spans assembled between two steps of {@link assembleInSteps}. */
const SPANS_PER_STEP = 50_000;

export function assembleTraces(
  columns: SpanColumns,
  fileNames: readonly string[],
  options: AssembleOptions = {},
): AssembledTraces {
  const locate: Locate = (file, line) => ({ file: fileNames[file] ?? '', line });
  const steps = assembleInSteps(columns, locate, options);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** {@link assembleTraces} with a pause every {@link SPANS_PER_STEP} spans: a worker's chance to hear. */
export function* assembleInSteps(
  columns: SpanColumns,
  locate: Locate,
  options: AssembleOptions = {},
): Generator<void, AssembledTraces> {
  const ledger = createLedgerBuilder();
  const record = (reason: Reason, spans: number, span: number): void =>
    ledger.add(reason, spans, () => ({
      ...locate(columns.file[span]!, columns.line[span]!),
      traceId: decodeString(columns.traceIds, columns.trace[span]!),
    }));

  const ranked = rankOperations(columns, options.knownOperations, options.firstOperations);
  const { rows, rowOffset } = groupByTrace(columns.trace, 0, columns.traceIds.offset.length - 1);
  yield;

  const linker = createSpanLinker(columns, ranked.operationOfSpan, record);
  const merge = createSpanMerger(
    { ...linker, operation: ranked.operationOfSpan },
    ranked.names.length,
  );
  const settler = createOrphanSettler(options.orphans ?? 'own-tree', linker, merge, record);
  const builder = createTraceSetBuilder(columns);
  const order = createSpanOrderBuilder(columns, linker);
  let spansKept = 0;
  let nextPause = SPANS_PER_STEP;

  for (let trace = 0; trace + 1 < rowOffset.length; trace++) {
    const traceRows = rows.subarray(rowOffset[trace]!, rowOffset[trace + 1]!);
    const linked = linker.link(trace, traceRows);
    const { linkedCount } = linked;
    const isKept = settler.settle(linked);
    let reached = 0;
    for (const root of linked.roots) {
      const tree = merge(root, linkedCount);
      const treeSpans = tree.firstMember[tree.nodeCount]!;
      for (let m = 0; m < treeSpans; m++) linker.settled[tree.members[m]!] = 1;
      reached += treeSpans;
      if (isKept !== null && !isKept(root)) record('orphan-left-out', treeSpans, root);
      else if (tree.nodeCount === 1) record('single-node', treeSpans, root);
      else if (tree.nodeCount > MAX_MERGED_NODES) record('too-many-nodes', treeSpans, root);
      else {
        builder.add(tree);
        order.add(tree);
        spansKept += treeSpans;
        if (linked.orphans.length === 0) settler.staysAnyway();
      }
    }
    order.markOrphans(linked.orphans);
    if (reached < linkedCount) {
      for (const row of traceRows) {
        if (linker.settled[row] === 0) record('cyclic-parents', 1, row);
      }
    }
    if (rowOffset[trace + 1]! >= nextPause) {
      nextPause += SPANS_PER_STEP;
      yield;
    }
  }

  const fixed = options.knownOperations ?? options.firstOperations ?? [];
  const traces = builder.finish(ranked, fixed.length);
  return {
    traces,
    spans: order.finish(),
    ledger: ledger.finish(),
    spansKept,
    callPairs: order.pairs(),
    orphans: settler.counts(),
  };
}
