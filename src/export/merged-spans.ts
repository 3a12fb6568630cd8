/**
 * A dataset as spans again, a few traces at a time. A node of n merged spans becomes n spans of its
 * mean latency, and its children stand below the first: merged again, they are the same trees.
 */
import { NO_PARENT } from '../trace/span-columns.ts';
import { decodeString, stringColumn } from '../trace/string-column.ts';
import { type TraceSet, traceCount } from '../trace/trace-set.ts';
import type { WritableSpans } from './span-format.ts';

/** Spans of a chunk, about. */
const CHUNK_SPANS = 64 * 1024;

export function* mergedSpans(traces: TraceSet): Generator<WritableSpans, void> {
  const count = traceCount(traces);
  let spansBefore = 0;
  for (let first = 0; first < count; ) {
    let end = first;
    let spans = 0;
    while (end < count && (end === first || spans < CHUNK_SPANS)) {
      spans += spanCountOf(traces, end);
      end += 1;
    }
    yield chunkOf(traces, first, end, spans, spansBefore);
    spansBefore += spans;
    first = end;
  }
}

function spanCountOf({ nodeOffset, spanCount }: TraceSet, trace: number): number {
  let spans = 0;
  for (let node = nodeOffset[trace]!; node < nodeOffset[trace + 1]!; node++) {
    spans += spanCount[node]!;
  }
  return spans;
}

/** @param spansBefore span ids go on from here, because trees of one trace may be in two chunks */
function chunkOf(
  traces: TraceSet,
  first: number,
  end: number,
  length: number,
  spansBefore: number,
): WritableSpans {
  const { structures } = traces;
  const column = (): Uint32Array => new Uint32Array(length);
  const [trace, span, parent, service, operation] = [
    column(),
    column(),
    column(),
    column(),
    column(),
  ] as const;
  const startUs = new Float64Array(length);
  const durationUs = new Float64Array(length);
  const label = new Uint8Array(length);
  const file = new Uint16Array(length);
  let row = 0;
  for (let t = first; t < end; t++) {
    const offset = traces.nodeOffset[t]!;
    const firstNode = structures.nodeOffset[traces.structureOf[t]!]!;
    const nodes = traces.nodeOffset[t + 1]! - offset;
    /** [nodes] id of the first span of each. */
    const firstSpan = new Uint32Array(nodes);
    for (let node = 0; node < nodes; node++) {
      firstSpan[node] = spansBefore + row;
      const above = structures.parent[firstNode + node]!;
      const operationId = structures.operation[firstNode + node]!;
      for (let copy = 0; copy < traces.spanCount[offset + node]!; copy++, row++) {
        trace[row] = t - first;
        span[row] = spansBefore + row;
        parent[row] = above < 0 ? NO_PARENT : firstSpan[above]!;
        service[row] = traces.operations[operationId]!.service;
        operation[row] = operationId;
        startUs[row] = traces.startUs[t]!;
        durationUs[row] = traces.latencyUs[offset + node]!;
        label[row] = traces.label[t]!;
        file[row] = traces.file[t]!;
      }
    }
  }
  return {
    length,
    trace,
    span,
    parent,
    service,
    operation,
    startUs,
    durationUs,
    label,
    file,
    line: column(),
    services: traces.services,
    operations: traces.operations.map(({ name }) => name),
    traceIds: stringColumn(
      Array.from({ length: end - first }, (_, i) => decodeString(traces.traceIds, first + i)),
    ),
  };
}
