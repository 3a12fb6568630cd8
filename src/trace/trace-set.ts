/**
 * The dataset in memory: unique merged trees once, then per trace a structure and its latencies.
 * Everything is a flat column, so that it crosses the worker door and enters IndexedDB as it is.
 */
import type { Microseconds } from '../base/units.ts';

/** One operation of one service; its index in {@link TraceSet.operations} is the operation id. */
export interface Operation {
  /** Index into {@link TraceSet.services}. */
  readonly service: number;
  readonly name: string;
}

/**
 * Unique merged trees (paper, section 2). Nodes are in BFS order with children sorted by operation
 * id, so node 0 is the root and `parent[i] < i`.
 */
export interface StructureTable {
  /** [S + 1] first node of each structure in the node columns. */
  readonly nodeOffset: Uint32Array;
  /** [all nodes] index of the parent within the structure, -1 for the root. */
  readonly parent: Int32Array;
  /** [all nodes] operation id, at least 1. */
  readonly operation: Uint32Array;
}

/** What a trace is labelled as. `unlabelled` where the file says nothing. */
export const LABELS = ['unlabelled', 'normal', 'structure', 'time'] as const;
export type Label = (typeof LABELS)[number];
export const labelCode = (label: Label): number => LABELS.indexOf(label);

/** What a trace is used for. `unused` traces belong to no set (over a limit, not trainable). */
export const SETS = ['unused', 'train', 'val', 'test'] as const;
export type SetName = (typeof SETS)[number];
export const setCode = (set: SetName): number => SETS.indexOf(set);

export interface TraceSet {
  /** Service names; 0 is the empty name of padding. */
  readonly services: readonly string[];
  /**
   * Operations sorted by "service/operation"; 0 is the padding operation. Of traces that a kept model
   * scores, those of the model come first, then what it never saw.
   */
  readonly operations: readonly Operation[];
  readonly structures: StructureTable;
  /** [T] structure of each trace. */
  readonly structureOf: Uint32Array;
  /** [T + 1] first node of each trace in the per-node columns. */
  readonly nodeOffset: Uint32Array;
  /** [nodes] mean latency of the spans merged into the node, microseconds. */
  readonly latencyUs: Float32Array;
  /** [nodes] number of spans merged into the node. */
  readonly spanCount: Uint32Array;
  /**
   * [nodes] spans merged into the node that failed, at most 65,535; absent where no span of the
   * dataset says how it ended.
   */
  readonly errorCount?: Uint16Array;
  /** [T] start of the root span, microseconds since the epoch; NaN where unknown. */
  readonly startUs: Float64Array;
  /** [T] index into {@link LABELS}. */
  readonly label: Uint8Array;
  /** What labels files name as causes; absent where none does, and of traces that were edited. */
  readonly rootCause?: RootCauses;
  /** [T] index of the file that the trace came from. */
  readonly file: Uint16Array;
  /** [T] trace ids, as the file writes them. */
  readonly traceIds: StringColumn;
}

/** What caused the anomalies of traces, as far as somebody has labelled it. */
export interface RootCauses {
  /** [T] 1 + index into {@link names}, 0 where none is named. */
  readonly of: Uint16Array;
  /** As the file writes them: a service, "service/operation", or several of them with a separator. */
  readonly names: StringColumn;
}

/** Many short strings as one buffer: UTF-8 bytes and [length + 1] offsets. */
export interface StringColumn {
  readonly bytes: Uint8Array;
  readonly offset: Uint32Array;
}

export const traceCount = (traces: TraceSet): number => traces.structureOf.length;

export const structureCount = (structures: StructureTable): number =>
  structures.nodeOffset.length - 1;

export const structureSize = (structures: StructureTable, structure: number): number =>
  structures.nodeOffset[structure + 1]! - structures.nodeOffset[structure]!;

/** Nodes of the largest structure, 0 where there is none. */
export function largestStructure({ nodeOffset }: StructureTable): number {
  let most = 0;
  for (let s = 1; s < nodeOffset.length; s++) {
    most = Math.max(most, nodeOffset[s]! - nodeOffset[s - 1]!);
  }
  return most;
}

export const nodeCount = (traces: TraceSet, trace: number): number =>
  traces.nodeOffset[trace + 1]! - traces.nodeOffset[trace]!;

/** "service/operation", as tables and the authors' id files write it. */
export function operationName(
  { services, operations }: Pick<TraceSet, 'services' | 'operations'>,
  operation: number,
): string {
  const { service, name } = operations[operation]!;
  return operation === 0 ? '' : `${services[service]!}/${name}`;
}

/** Spans of a trace that failed; null where the dataset does not say. */
export function errorsOf({ errorCount, nodeOffset }: TraceSet, trace: number): number | null {
  if (errorCount === undefined) return null;
  let errors = 0;
  for (let i = nodeOffset[trace]!; i < nodeOffset[trace + 1]!; i++) errors += errorCount[i]!;
  return errors;
}

/** One merged tree with its latencies, for drawing and explaining. */
export interface TreeNode {
  readonly parent: number;
  readonly operation: number;
  readonly spanCount: number;
  readonly latencyUs: Microseconds;
  /** Spans that failed; absent where the dataset does not say. */
  readonly errors?: number;
}

export function readTree(traces: TraceSet, trace: number): TreeNode[] {
  const { structures } = traces;
  const first = structures.nodeOffset[traces.structureOf[trace]!]!;
  const offset = traces.nodeOffset[trace]!;
  return Array.from({ length: nodeCount(traces, trace) }, (_, i) => ({
    parent: structures.parent[first + i]!,
    operation: structures.operation[first + i]!,
    spanCount: traces.spanCount[offset + i]!,
    latencyUs: traces.latencyUs[offset + i]!,
    ...(traces.errorCount && { errors: traces.errorCount[offset + i]! }),
  }));
}

/** Nodes of a trace's tree, each before its children, which come in their order. */
export const depthFirst = ({ structures, structureOf }: TraceSet, trace: number): number[] =>
  structureDepthFirst(structures, structureOf[trace]!);

/** @returns [n] nodes of a structure, the root first, each before its children */
export function structureDepthFirst(structures: StructureTable, structure: number): number[] {
  const first = structures.nodeOffset[structure]!;
  const size = structureSize(structures, structure);
  const children = Array.from({ length: size }, (): number[] => []);
  for (let node = 1; node < size; node++) children[structures.parent[first + node]!]!.push(node);
  const order: number[] = [];
  const open = [0];
  while (open.length > 0) {
    const node = open.pop()!;
    order.push(node);
    for (const child of children[node]!.toReversed()) open.push(child);
  }
  return order;
}
