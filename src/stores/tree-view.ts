/** Merged trees in names and milliseconds, for drawing. */
import { microsToMillis } from '../base/units.ts';
import { type TraceSet, traceCount } from '../trace/trace-set.ts';

export interface TreeViewNode {
  /** -1 for the root. */
  readonly parent: number;
  readonly operationId: number;
  readonly service: string;
  readonly operation: string;
  /** Spans merged into the node; a mean where the tree stands for many traces. */
  readonly spanCount: number;
  /** Mean latency of the merged spans. */
  readonly latencyMs: number;
}

export interface NamedOperation {
  readonly service: string;
  readonly operation: string;
}

export function namedOperation(traces: TraceSet, operationId: number): NamedOperation {
  const operation = traces.operations[operationId];
  return operation === undefined || operationId === 0
    ? { service: '', operation: 'none' }
    : { service: traces.services[operation.service]!, operation: operation.name };
}

/** The tree of one trace. */
export function traceTree(traces: TraceSet, trace: number): TreeViewNode[] {
  const { structures } = traces;
  const structure = traces.structureOf[trace]!;
  const first = structures.nodeOffset[structure]!;
  const size = structures.nodeOffset[structure + 1]! - first;
  const offset = traces.nodeOffset[trace]!;
  return Array.from({ length: size }, (_, i) => ({
    parent: structures.parent[first + i]!,
    operationId: structures.operation[first + i]!,
    ...namedOperation(traces, structures.operation[first + i]!),
    spanCount: traces.spanCount[offset + i]!,
    latencyMs: microsToMillis(traces.latencyUs[offset + i]!),
  }));
}

export interface StructureView {
  readonly structure: number;
  readonly traces: number;
  /** Of all traces, 0 to 1. */
  readonly share: number;
  /** An example trace with this structure. */
  readonly example: number;
  readonly tree: readonly TreeViewNode[];
}

/** Structures that some trace has, most frequent first, with mean latencies and span counts. */
export function structureViews(traces: TraceSet, maxNodes: number): StructureView[] {
  const { structures } = traces;
  const total = traceCount(traces);
  const structureTotal = structures.nodeOffset.length - 1;
  const counts = new Uint32Array(structureTotal);
  const example = new Uint32Array(structureTotal);
  const latency = new Float64Array(structures.parent.length);
  const spans = new Float64Array(structures.parent.length);
  for (let t = total - 1; t >= 0; t--) {
    const structure = traces.structureOf[t]!;
    counts[structure]! += 1;
    example[structure] = t;
    const first = structures.nodeOffset[structure]!;
    const offset = traces.nodeOffset[t]!;
    const size = structures.nodeOffset[structure + 1]! - first;
    for (let i = 0; i < size; i++) {
      latency[first + i]! += traces.latencyUs[offset + i]!;
      spans[first + i]! += traces.spanCount[offset + i]!;
    }
  }
  const shown: number[] = [];
  for (let s = 0; s < structureTotal; s++) {
    const size = structures.nodeOffset[s + 1]! - structures.nodeOffset[s]!;
    if (counts[s]! > 0 && size <= maxNodes) shown.push(s);
  }
  shown.sort((a, b) => counts[b]! - counts[a]! || a - b);
  return shown.map((structure) => {
    const first = structures.nodeOffset[structure]!;
    const n = counts[structure]!;
    return {
      structure,
      traces: n,
      share: n / total,
      example: example[structure]!,
      tree: traceTree(traces, example[structure]!).map((node, i) => ({
        ...node,
        latencyMs: microsToMillis(latency[first + i]! / n),
        spanCount: spans[first + i]! / n,
      })),
    };
  });
}
