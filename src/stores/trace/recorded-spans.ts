/** The spans of a trace as they were recorded, in words and in the order of their calls. */
import { microsToMillis } from '../../base/units.ts';
import type { TraceSpans } from '../../storage/trace-spans.ts';
import { CALLER_NOT_RECORDED } from '../../trace/orphans.ts';
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
}

/** Each span below its caller, calls of one caller by their start where it is known. */
export function recordedSpans(traces: TraceSet, trace: number, spans: TraceSpans): RecordedSpan[] {
  const { parent, startUs, durationUs, spanIds } = spans;
  const operation = operationsOf(traces, trace);
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
