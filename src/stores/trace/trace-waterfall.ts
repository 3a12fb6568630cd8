/**
 * A trace over time, next to what is usual: a row for each node of the merged tree, with the recorded
 * spans that were merged into it and the usual range at its call path, and a row for each call that
 * other traces make and this one does not. Where spans were not kept, nodes stand in for them.
 */
import { formatMs, formatMsRange, groupThousands } from '../../base/number-words.ts';
import { microsToMillis } from '../../base/units.ts';
import type { ComparedTrace } from '../../statistics/usual-book.ts';
import type { TraceSpans } from '../../storage/trace-spans.ts';
import { criticalNodesOf } from '../../trace/critical-path.ts';
import { CALLER_NOT_RECORDED } from '../../trace/orphans.ts';
import { kindOfMark, SPAN_KINDS, SPAN_STATUSES, statusOfMark } from '../../trace/span-facts.ts';
import { criticalIntervals, type Interval, selfIntervals } from '../../trace/span-times.ts';
import type { TraceSet } from '../../trace/trace-set.ts';
import { namedOperation, type TreeViewNode, traceTree } from '../shared/tree-view.ts';

export interface WaterfallBar {
  /** After the earliest start of the trace; null where the start is not known. */
  readonly startMs: number | null;
  readonly durationMs: number;
  /** Empty where spans were not kept. */
  readonly spanId: string;
  /** Milliseconds after the earliest start: when it works itself; empty where starts are unknown. */
  readonly self: readonly Interval[];
  /** The same: when the request waits for it. */
  readonly critical: readonly Interval[];
  readonly isError: boolean;
  /** "server", "client"; empty where the file does not say. */
  readonly kind: string;
  /** How long before its caller it starts, and how long after its caller's end it ends; 0 for none. */
  readonly earlyMs: number;
  readonly lateMs: number;
  /** Its caller was not recorded. */
  readonly isOrphan: boolean;
}

/** What is usual at the row's call path; milliseconds. */
export interface UsualAtRow {
  readonly lowMs: number;
  readonly highMs: number;
}

/** `slow`: above what is usual; `new`: no other trace has the call here; `missing`: others have it. */
export type RowVerdict = 'usual' | 'slow' | 'new' | 'missing';

export interface WaterfallRow {
  readonly key: string;
  /** Index in the merged tree; null of a missing call. */
  readonly node: number | null;
  readonly depth: number;
  readonly service: string;
  readonly operation: string;
  /** By start, as far as it is known; none of a missing call. */
  readonly bars: readonly WaterfallBar[];
  /** Where the first bar begins, or would; null where that is not known. */
  readonly startMs: number | null;
  /** Mean over the bars; null of a missing call. */
  readonly tookMs: number | null;
  readonly usual: UsualAtRow | null;
  readonly verdict: RowVerdict;
  /** Spans of it that failed. */
  readonly errors: number;
  readonly isCritical: boolean;
  /** What its numbers mean, in words: "9.10 s, slower than all 2,310 others; usually 40 to 210 ms". */
  readonly says: string;
}

export interface Waterfall {
  readonly rows: readonly WaterfallRow[];
  /** From the earliest start to the latest end; the longest duration where no start is known. */
  readonly lengthMs: number;
  readonly hasStarts: boolean;
  readonly spans: number;
  readonly errors: number;
  /** Spans that lie outside their callers, and by how much at most. */
  readonly skewed: number;
  readonly largestSkewMs: number;
}

/** Differences below this are rounding of the file's clock. */
const LEAST_SKEW_MS = 1e-3;
/** Fewer others do not tell what is slow. */
const ENOUGH = 20;

export interface WaterfallParts {
  /** As recorded; null where they were not kept. */
  readonly spans: TraceSpans | null;
  readonly compared: ComparedTrace | null;
  /** Spans of the trace that {@link ComparedTrace.example} names, for where missing calls belong. */
  readonly example: TraceSpans | null;
}

export function traceWaterfall(
  traces: TraceSet,
  trace: number,
  { spans, compared, example }: WaterfallParts,
): Waterfall {
  const tree = traceTree(traces, trace);
  const bars = spans === null ? nodeBars(traces, trace, tree) : spanBars(traces, trace, spans);
  const criticalNodes = criticalNodesOf(traces, trace);
  const startOf = (of: readonly WaterfallBar[]): number | null => of[0]?.startMs ?? null;
  const nodes = tree.map(({ parent, service, operation }, node): Placed => {
    const own = bars[node]!;
    const tookMs = own.reduce((sum, { durationMs }) => sum + durationMs, 0) / own.length;
    const errors = own.filter(({ isError }) => isError).length;
    const hasTimes = own.some(({ self }) => self.length > 0);
    const told = comparedRow(compared, node, tookMs, errors > 0);
    return {
      parent,
      row: {
        ...{ key: String(node), node, depth: 0, service, operation, bars: own },
        ...{ startMs: startOf(own), tookMs, errors, ...told },
        isCritical: hasTimes
          ? own.some(({ critical }) => critical.length > 0)
          : criticalNodes[node] === 1,
      },
    };
  });
  const missing = missingRows(traces, nodes, compared, example);
  const all = bars.flat();
  const skews = all.map(({ earlyMs, lateMs }) => Math.max(earlyMs, lateMs));
  return {
    rows: inOrder([...nodes, ...missing]),
    lengthMs: all.reduce(
      (most, { startMs, durationMs }) => Math.max(most, (startMs ?? 0) + durationMs),
      0,
    ),
    hasStarts: all.some(({ startMs }) => startMs !== null),
    spans: all.length,
    errors: all.filter(({ isError }) => isError).length,
    skewed: skews.filter((skew) => skew > 0).length,
    largestSkewMs: skews.reduce((most, skew) => Math.max(most, skew), 0),
  };
}

/** A row and its caller's place in the list of all, -1 for none. */
interface Placed {
  readonly parent: number;
  readonly row: WaterfallRow;
}

/** [nodes] the spans of each, by start. */
function spanBars(traces: TraceSet, trace: number, spans: TraceSpans): WaterfallBar[][] {
  const known = spans.startUs.filter((start) => !Number.isNaN(start));
  const zeroUs = known.reduce((least, start) => Math.min(least, start), Number.POSITIVE_INFINITY);
  const self = selfIntervals(spans);
  const critical = criticalIntervals(spans);
  const afterZero = (intervals: readonly Interval[]): Interval[] =>
    intervals.map(([from, to]) => [microsToMillis(from - zeroUs), microsToMillis(to - zeroUs)]);
  const first = firstSpans(traces, trace);
  return Array.from({ length: first.length - 1 }, (_, node) => {
    const bars: WaterfallBar[] = [];
    for (let span = first[node]!; span < first[node + 1]!; span++) {
      const mark = spans.mark[span]!;
      const kind = SPAN_KINDS[kindOfMark(mark)] ?? 'unspecified';
      bars.push({
        ...placeOf(spans, span, zeroUs),
        self: afterZero(self[span]!),
        critical: afterZero(critical[span]!),
        isError: SPAN_STATUSES[statusOfMark(mark)] === 'error',
        kind: kind === 'unspecified' ? '' : kind,
      });
    }
    return bars.sort((a, b) => (a.startMs ?? 0) - (b.startMs ?? 0));
  });
}

type Place = Omit<WaterfallBar, 'self' | 'critical' | 'isError' | 'kind'>;

function placeOf(spans: TraceSpans, span: number, zeroUs: number): Place {
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

/** One bar for each node, without a start. */
const nodeBars = (
  { errorCount, nodeOffset }: TraceSet,
  trace: number,
  tree: readonly TreeViewNode[],
): WaterfallBar[][] =>
  tree.map(({ latencyMs }, node) => [
    {
      ...{ startMs: null, durationMs: latencyMs, spanId: '', self: [], critical: [], kind: '' },
      isError: (errorCount?.[nodeOffset[trace]! + node] ?? 0) > 0,
      ...{ earlyMs: 0, lateMs: 0, isOrphan: false },
    },
  ]);

/** [nodes + 1] spans come node after node, as many as spanCount says. */
function firstSpans({ nodeOffset, spanCount }: TraceSet, trace: number): Uint32Array {
  const first = new Uint32Array(nodeOffset[trace + 1]! - nodeOffset[trace]! + 1);
  for (let node = 0; node + 1 < first.length; node++) {
    first[node + 1] = first[node]! + spanCount[nodeOffset[trace]! + node]!;
  }
  return first;
}

function comparedRow(
  compared: ComparedTrace | null,
  node: number,
  tookMs: number,
  fails: boolean,
): Pick<WaterfallRow, 'usual' | 'verdict' | 'says'> {
  const took = `${formatMs(tookMs)}${fails ? ', error' : ''}`;
  if (compared === null || node >= compared.count.length) {
    return { usual: null, verdict: 'usual', says: took };
  }
  const others = compared.count[node]!;
  if (others === 0) {
    if (compared.others === 0) return { usual: null, verdict: 'usual', says: took };
    return { usual: null, verdict: 'new', says: `${took}, in no other trace at this place` };
  }
  const usual = { lowMs: compared.lowMs[node]!, highMs: compared.highMs[node]! };
  const like = node === 0 && compared.sameStructure ? 'others with the same calls' : 'others';
  const failed = compared.failed[node]!;
  const errors = fails ? `; ${failed === 0 ? 'none' : count(failed)} of the others failed` : '';
  return {
    usual,
    verdict: others >= ENOUGH && tookMs > usual.highMs ? 'slow' : 'usual',
    says: `${took}, ${slowerWords(compared.faster[node]!, others, like)}; usually ${formatMsRange(usual.lowMs, usual.highMs)}${errors}`,
  };
}

const count = (n: number): string => groupThousands(String(n));

const slowerWords = (faster: number, others: number, like: string): string =>
  faster === others
    ? `slower than all ${count(others)} ${like}`
    : `slower than ${count(faster)} of ${count(others)} ${like}`;

function missingRows(
  traces: TraceSet,
  nodes: readonly Placed[],
  compared: ComparedTrace | null,
  example: TraceSpans | null,
): Placed[] {
  if (compared === null) return [];
  const delayOf = example === null ? null : delays(traces, compared.example, example);
  const placed = [...nodes];
  for (const [i, { operation, parent, share, lowMs, highMs }] of compared.missing.entries()) {
    const at = parent < 0 ? nodes.length - parent - 1 : parent;
    const caller = placed[at]!.row;
    const named = namedOperation(traces, operation);
    const delayMs = delayOf?.(namesTo(placed, at, named)) ?? null;
    placed.push({
      parent: at,
      row: {
        ...{ key: `missing ${i}`, node: null, depth: 0, ...named, bars: [], tookMs: null },
        startMs: delayMs === null || caller.startMs === null ? null : caller.startMs + delayMs,
        ...{ usual: { lowMs, highMs }, verdict: 'missing', errors: 0, isCritical: false },
        says: `missing; ${shareWords(share)} of the others make this call, usually in ${formatMsRange(lowMs, highMs)}`,
      },
    });
  }
  return placed.slice(nodes.length);
}

const shareWords = (share: number): string =>
  share === 1 ? 'all' : `${Math.min(99.9, Math.round(share * 1000) / 10)} %`;

/** The call path as names, by which the call is found in the example. */
function namesTo(
  placed: readonly Placed[],
  parent: number,
  last: { readonly service: string; readonly operation: string },
): string {
  const names = [`${last.service}/${last.operation}`];
  for (let at = parent; at >= 0; at = placed[at]!.parent) {
    names.push(`${placed[at]!.row.service}/${placed[at]!.row.operation}`);
  }
  return names.reverse().join('\n');
}

/** How long after its caller a call begins in a trace, by its call path; null where it has none. */
function delays(
  traces: TraceSet,
  trace: number,
  spans: TraceSpans,
): (path: string) => number | null {
  const bars = spanBars(traces, trace, spans);
  const tree = traceTree(traces, trace);
  const names: string[] = [];
  const delay = new Map<string, number>();
  tree.forEach(({ parent, service, operation }, node) => {
    names.push(`${parent < 0 ? '' : `${names[parent]!}\n`}${service}/${operation}`);
    const [own, caller] = [bars[node]![0]?.startMs, bars[parent]?.[0]?.startMs];
    if (typeof own === 'number' && typeof caller === 'number') {
      delay.set(names[node]!, Math.max(0, own - caller));
    }
  });
  return (path) => delay.get(path) ?? null;
}

/** Each below its caller, calls of one caller by start; those without one come last. */
function inOrder(placed: readonly Placed[]): WaterfallRow[] {
  const children = placed.map((): number[] => []);
  placed.forEach(({ parent }, at) => {
    if (parent >= 0) children[parent]!.push(at);
  });
  const start = (at: number): number => placed[at]!.row.startMs ?? Number.POSITIVE_INFINITY;
  const rows: WaterfallRow[] = [];
  const open = [{ at: 0, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { at, depth } = next;
    rows.push({ ...placed[at]!.row, depth });
    const calls = children[at]!.sort((a, b) => {
      const [left, right] = [start(a), start(b)];
      return left === right ? b - a : right - left;
    });
    for (const call of calls) open.push({ at: call, depth: depth + 1 });
  }
  return rows;
}
