/**
 * Statistics by structure: how many traces share one, and what its nodes look like on average.
 */
import { structureCount, type TraceSet } from './trace-set.ts';

export interface StructureFrequency {
  readonly structure: number;
  /** Traces of this structure, at least 1. */
  readonly traces: number;
}

/**
 * Structures, the most frequent first, equal ones in the order of the table.
 *
 * @param selected indices of the traces that count; all by default
 */
export function countStructures(
  traces: TraceSet,
  selected?: ArrayLike<number>,
): StructureFrequency[] {
  const counts = tracesByStructure(traces, selected);
  return Array.from(counts, (count, structure) => ({ structure, traces: count }))
    .filter((frequency) => frequency.traces > 0)
    .sort((a, b) => b.traces - a.traces);
}

/**
 * @param selected indices of the traces that count; all by default
 * @returns        [all structures] traces of each
 */
export function tracesByStructure(
  { structures, structureOf }: TraceSet,
  selected?: ArrayLike<number>,
): Uint32Array {
  const counts = new Uint32Array(structureCount(structures));
  const { length } = selected ?? structureOf;
  for (let i = 0; i < length; i++) counts[structureOf[selected?.[i] ?? i]!]! += 1;
  return counts;
}

/** All structures that occur, with what they look like: columns, the most frequent first. */
export interface StructureCensus {
  /** [occurring structures] */
  readonly structure: Uint32Array;
  /** [occurring structures] traces of each, at least 1 */
  readonly traces: Uint32Array;
  readonly means: StructureMeans;
}

export function takeCensus(traces: TraceSet): StructureCensus {
  const frequencies = countStructures(traces);
  return {
    structure: Uint32Array.from(frequencies, ({ structure }) => structure),
    traces: Uint32Array.from(frequencies, (frequency) => frequency.traces),
    means: meanByStructure(traces),
  };
}

/** Means over the traces of each structure, aligned with the node columns of the structure table. */
export interface StructureMeans {
  /** [all nodes] microseconds; NaN where no trace counted. */
  readonly latencyUs: Float64Array;
  /** [all nodes] spans merged into the node; NaN where no trace counted. */
  readonly spanCount: Float64Array;
}

/** @param selected indices of the traces that count; all by default */
export function meanByStructure(traces: TraceSet, selected?: ArrayLike<number>): StructureMeans {
  const { structures, structureOf, nodeOffset } = traces;
  const nodes = structures.parent.length;
  const latencyUs = new Float64Array(nodes);
  const spanCount = new Float64Array(nodes);
  const traceTotal = new Uint32Array(structureCount(structures));
  const { length } = selected ?? structureOf;
  for (let t = 0; t < length; t++) {
    const trace = selected?.[t] ?? t;
    const structure = structureOf[trace]!;
    const first = structures.nodeOffset[structure]!;
    traceTotal[structure]! += 1;
    for (let i = nodeOffset[trace]!, node = first; i < nodeOffset[trace + 1]!; i++, node++) {
      latencyUs[node]! += traces.latencyUs[i]!;
      spanCount[node]! += traces.spanCount[i]!;
    }
  }
  for (let structure = 0; structure < traceTotal.length; structure++) {
    for (
      let node = structures.nodeOffset[structure]!;
      node < structures.nodeOffset[structure + 1]!;
      node++
    ) {
      latencyUs[node]! /= traceTotal[structure]!;
      spanCount[node]! /= traceTotal[structure]!;
    }
  }
  return { latencyUs, spanCount };
}
