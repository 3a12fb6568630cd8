/** The spans of a trace as they were recorded, in words and in the order of their calls. */
import { microsToMillis } from '../../base/units.ts';
import type { TraceSpans } from '../../storage/trace-spans.ts';
import { callPairs } from '../../trace/call-pairs.ts';
import { CALLER_NOT_RECORDED } from '../../trace/orphans.ts';
import {
  kindOfMark,
  SPAN_KINDS,
  SPAN_STATUSES,
  type SpanKind,
  type SpanStatus,
  statusOfMark,
} from '../../trace/span-facts.ts';
import { nodeCount, type TraceSet } from '../../trace/trace-set.ts';
import { namedOperation } from '../shared/tree-view.ts';

export interface RecordedSpan {
  readonly spanId: string;
  readonly service: string;
  readonly operation: string;
  /** Calls above it; 0 for the root. */
  readonly depth: number;
  /** After the start of the root span; null where a start is not known. */
  readonly afterRootMs: number | null;
  readonly durationMs: number;
  /** Its caller was not recorded. */
  readonly isOrphan: boolean;
  readonly status: SpanStatus;
  readonly kind: SpanKind;
  /** Names and values of the attributes that were kept. */
  readonly attributes: readonly (readonly [name: string, value: string])[];
  /** Whether it and the span right above or below it are both sides of one call. */
  readonly isPaired: boolean;
}

/** Each span below its caller, calls of one caller by their start where it is known. */
export function recordedSpans(traces: TraceSet, trace: number, spans: TraceSpans): RecordedSpan[] {
  const { parent, startUs, durationUs, spanIds, mark, attributes } = spans;
  const operation = operationsOf(traces, trace);
  const service = operation.map((id) => traces.operations[id]!.service);
  const pairs = callPairs(parent, mark, service);
  const children = Array.from(parent, (): number[] => []);
  parent.forEach((above, span) => {
    if (above >= 0) children[above]!.push(span);
    else if (span > 0) children[0]!.push(span); // where it stands without its caller
  });
  const rows: RecordedSpan[] = [];
  const depth = new Uint32Array(parent.length);
  const open = [0];
  while (open.length > 0) {
    const span = open.pop()!;
    const afterRootMs = microsToMillis(startUs[span]! - startUs[0]!);
    rows.push({
      spanId: spanIds[span]!,
      ...namedOperation(traces, operation[span]!),
      depth: depth[span]!,
      afterRootMs: Number.isNaN(afterRootMs) ? null : afterRootMs,
      durationMs: microsToMillis(durationUs[span]!),
      isOrphan: parent[span] === CALLER_NOT_RECORDED,
      status: SPAN_STATUSES[statusOfMark(mark[span]!)] ?? 'unset',
      kind: SPAN_KINDS[kindOfMark(mark[span]!)] ?? 'unspecified',
      attributes: attributes.flatMap(({ name, values }) =>
        values[span] === '' ? [] : [[name, values[span]!] as const],
      ),
      isPaired: pairs[span]! >= 0,
    });
    const calls = children[span]!.sort((a, b) => startUs[b]! - startUs[a]! || b - a);
    for (const call of calls) {
      depth[call] = depth[span]! + 1;
      open.push(call);
    }
  }
  return rows;
}

/** Operation of each span: spans come node after node, as many as spanCount says. */
function operationsOf(traces: TraceSet, trace: number): number[] {
  const { structures, structureOf, nodeOffset, spanCount } = traces;
  const first = structures.nodeOffset[structureOf[trace]!]!;
  return Array.from({ length: nodeCount(traces, trace) }, (_, node) =>
    new Array<number>(spanCount[nodeOffset[trace]! + node]!).fill(
      structures.operation[first + node]!,
    ),
  ).flat();
}
