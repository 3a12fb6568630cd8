/**
 * The recorded spans of a trace over time: a row for each node of the merged tree, with the spans
 * that were merged into it, and how far a span lies outside its caller (clock skew, or a call that
 * was not waited for).
 */
import { microsToMillis } from '../../base/units.ts';
import type { TraceSpans } from '../../storage/trace-spans.ts';
import { CALLER_NOT_RECORDED } from '../../trace/orphans.ts';
import { depthFirst, type TraceSet } from '../../trace/trace-set.ts';
import { type TreeViewNode, traceTree } from '../shared/tree-view.ts';

export interface TimelineBar {
  /** After the earliest start of the trace; null where the start is not known. */
  readonly startMs: number | null;
  readonly durationMs: number;
  readonly spanId: string;
  /** How long before its caller it starts, and how long after its caller's end it ends; 0 for none. */
  readonly earlyMs: number;
  readonly lateMs: number;
  /** Its caller was not recorded. */
  readonly isOrphan: boolean;
}

export interface TimelineRow {
  /** Index in the merged tree. */
  readonly node: number;
  readonly depth: number;
  readonly service: string;
  readonly operation: string;
  /** By start, as far as it is known; at least one. */
  readonly bars: readonly TimelineBar[];
}

export interface Timeline {
  readonly rows: readonly TimelineRow[];
  /** From the earliest start to the latest end; 0 where no start is known. */
  readonly lengthMs: number;
  /** Spans that lie outside their callers, and by how much at most. */
  readonly skewed: number;
  readonly largestSkewMs: number;
}

/** Differences below this are rounding of the file's clock. */
const LEAST_SKEW_MS = 1e-3;

export function spanTimeline(traces: TraceSet, trace: number, spans: TraceSpans): Timeline {
  const tree = traceTree(traces, trace);
  const firstSpan = firstSpans(traces, trace);
  const known = spans.startUs.filter((start) => !Number.isNaN(start));
  const zeroUs = known.reduce((least, start) => Math.min(least, start), Number.POSITIVE_INFINITY);
  const depth = nodeDepths(tree);
  const rows = depthFirst(traces, trace).map((node): TimelineRow => {
    const { service, operation } = tree[node]!;
    const bars: TimelineBar[] = [];
    for (let span = firstSpan[node]!; span < firstSpan[node + 1]!; span++) {
      bars.push(barOf(spans, span, zeroUs));
    }
    bars.sort((a, b) => (a.startMs ?? 0) - (b.startMs ?? 0));
    return { node, depth: depth[node]!, service, operation, bars };
  });
  const bars = rows.flatMap((row) => row.bars);
  const skews = bars.map(({ earlyMs, lateMs }) => Math.max(earlyMs, lateMs));
  return {
    rows,
    lengthMs: bars.reduce(
      (most, { startMs, durationMs }) => Math.max(most, (startMs ?? 0) + durationMs),
      0,
    ),
    skewed: skews.filter((skew) => skew > 0).length,
    largestSkewMs: skews.reduce((most, skew) => Math.max(most, skew), 0),
  };
}

function barOf(spans: TraceSpans, span: number, zeroUs: number): TimelineBar {
  const { parent, startUs, durationUs, spanIds } = spans;
  const start = startUs[span]!;
  const caller = parent[span]!;
  const outside = (us: number): number => {
    const ms = microsToMillis(us);
    return ms > LEAST_SKEW_MS ? ms : 0; // also for starts that are not known
  };
  const callerStart = caller < 0 ? Number.NaN : startUs[caller]!;
  return {
    startMs: Number.isNaN(start) ? null : microsToMillis(start - zeroUs),
    durationMs: microsToMillis(durationUs[span]!),
    spanId: spanIds[span]!,
    isOrphan: caller === CALLER_NOT_RECORDED,
    earlyMs: outside(callerStart - start),
    lateMs: outside(start + durationUs[span]! - (callerStart + durationUs[caller]!)),
  };
}

/** [nodes + 1] spans come node after node, as many as spanCount says. */
function firstSpans({ nodeOffset, spanCount }: TraceSet, trace: number): Uint32Array {
  const first = new Uint32Array(nodeOffset[trace + 1]! - nodeOffset[trace]! + 1);
  for (let node = 0; node + 1 < first.length; node++) {
    first[node + 1] = first[node]! + spanCount[nodeOffset[trace]! + node]!;
  }
  return first;
}

function nodeDepths(tree: readonly TreeViewNode[]): number[] {
  const depth: number[] = [];
  for (const { parent } of tree) depth.push(parent < 0 ? 0 : depth[parent]! + 1);
  return depth;
}
