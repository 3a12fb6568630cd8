/** Merged trees in names and milliseconds, for drawing. */
import { microsToMillis } from '../../base/units.ts';
import type { StructureCensus } from '../../trace/structure-statistics.ts';
import { readTree, structureSize, type TraceSet, traceCount } from '../../trace/trace-set.ts';

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
export const traceTree = (traces: TraceSet, trace: number): TreeViewNode[] =>
  readTree(traces, trace).map(({ parent, operation, spanCount, latencyUs }) => ({
    parent,
    operationId: operation,
    ...namedOperation(traces, operation),
    spanCount,
    latencyMs: microsToMillis(latencyUs),
  }));

export interface StructureView {
  readonly structure: number;
  readonly traces: number;
  /** Of all traces, 0 to 1. */
  readonly share: number;
  readonly tree: readonly TreeViewNode[];
}

/** The trainable structures, most frequent first; views are made on demand. */
export interface StructureList {
  readonly length: number;
  view(index: number): StructureView;
}

export function structureList(
  traces: TraceSet,
  census: StructureCensus,
  maxNodes: number,
): StructureList {
  const { structures } = traces;
  const { means } = census;
  const total = traceCount(traces);
  const shown = census.structure
    .map((_, at) => at)
    .filter((at) => {
      return structureSize(structures, census.structure[at]!) <= maxNodes;
    });
  return {
    length: shown.length,
    view(index) {
      const at = shown[index]!;
      const structure = census.structure[at]!;
      const first = structures.nodeOffset[structure]!;
      return {
        structure,
        traces: census.traces[at]!,
        share: census.traces[at]! / total,
        tree: Array.from({ length: structureSize(structures, structure) }, (_, i) => ({
          parent: structures.parent[first + i]!,
          operationId: structures.operation[first + i]!,
          ...namedOperation(traces, structures.operation[first + i]!),
          spanCount: means.spanCount[first + i]!,
          latencyMs: microsToMillis(means.latencyUs[first + i]!),
        })),
      };
    },
  };
}
