/**
 * What a selection of traces looks like: the statistics of Table 4 and the histograms of Figures 7,
 * 9 and 10 (node counts), and those of depth and latency beside them.
 */
import { percentileOfSorted } from '../base/statistics.ts';
import type { Milliseconds } from '../base/units.ts';
import { structureCount, structureSize, type TraceSet } from '../trace/trace-set.ts';
import { groupStructures, type StructureGroups } from './groups.ts';

export interface TraceDescription {
  readonly traces: number;
  /** Distinct ones that some trace calls. */
  readonly operations: number;
  /** Distinct ones that some trace begins with. */
  readonly rootOperations: number;
  readonly services: number;
  readonly structures: number;
  readonly groups: number;
  /** Merged nodes of a trace; 0 where there is no trace. */
  readonly meanNodes: number;
  readonly maxNodes: number;
  /** Levels, the root counted. */
  readonly maxDepth: number;
  /** Percentiles of root latency; null where there is no trace. */
  readonly latencyMs: {
    readonly p90: Milliseconds;
    readonly p95: Milliseconds;
    readonly p99: Milliseconds;
  } | null;
  /** [nodes] traces by number of merged nodes, from 0. */
  readonly byNodes: Uint32Array;
  /** [levels] traces by depth, from 0. */
  readonly byDepth: Uint32Array;
  /** [bins] traces by root latency; see {@link latencyEdgesMs}. */
  readonly byLatency: Uint32Array;
}

const BINS_A_DECADE = 8;
/** From 1 microsecond to 28 hours; what lies outside counts in the first or the last bin. */
const LOWEST_US = 1;
const DECADES = 11;
const BINS = BINS_A_DECADE * DECADES;

/** [bins + 1] edges of {@link TraceDescription.byLatency}, equal steps of log latency. */
export const latencyEdgesMs = (): Float64Array =>
  Float64Array.from({ length: BINS + 1 }, (_, i) => (LOWEST_US / 1e3) * 10 ** (i / BINS_A_DECADE));

/** @param selected indices of the traces that count */
export function describeTraces(
  traces: TraceSet,
  selected: Uint32Array,
  groups: StructureGroups,
): TraceDescription {
  const { structures, structureOf, nodeOffset, latencyUs } = traces;
  const perStructure = new Uint32Array(structureCount(structures));
  const rootUs = new Float32Array(selected.length);
  const byLatency = new Uint32Array(BINS);
  for (let i = 0; i < selected.length; i++) {
    const trace = selected[i]!;
    perStructure[structureOf[trace]!]! += 1;
    rootUs[i] = latencyUs[nodeOffset[trace]!]!;
    const bin = Math.floor(Math.log10(Math.max(rootUs[i]!, LOWEST_US)) * BINS_A_DECADE);
    byLatency[Math.min(bin, BINS - 1)]! += 1;
  }
  rootUs.sort();
  const at = (percent: number): number => percentileOfSorted(rootUs, percent) / 1e3;
  return {
    traces: selected.length,
    ...describeStructures(traces, perStructure, groups),
    latencyMs: selected.length === 0 ? null : { p90: at(90), p95: at(95), p99: at(99) },
    byLatency,
  };
}

/** {@link describeTraces} of a whole set. */
export function describeAll(traces: TraceSet): TraceDescription {
  const every = Uint32Array.from(traces.structureOf.keys());
  return describeTraces(traces, every, groupStructures(traces.structures));
}

/** @param perStructure [S] traces of each structure */
function describeStructures(
  { structures, operations }: TraceSet,
  perStructure: Uint32Array,
  { depth, groupOf, groupCount }: StructureGroups,
): Omit<TraceDescription, 'traces' | 'latencyMs' | 'byLatency'> {
  const present = [...perStructure.keys()].filter((structure) => perStructure[structure]! > 0);
  const size = (structure: number): number => structureSize(structures, structure);
  const maxNodes = present.reduce((most, structure) => Math.max(most, size(structure)), 0);
  const maxDepth = present.reduce((most, structure) => Math.max(most, depth[structure]!), 0);
  const byNodes = new Uint32Array(maxNodes + 1);
  const byDepth = new Uint32Array(maxDepth + 1);
  const called = new Uint8Array(operations.length);
  const root = new Uint8Array(operations.length);
  const group = new Uint8Array(groupCount);
  let nodes = 0;
  let traces = 0;
  for (const structure of present) {
    const count = perStructure[structure]!;
    const first = structures.nodeOffset[structure]!;
    traces += count;
    nodes += count * size(structure);
    byNodes[size(structure)]! += count;
    byDepth[depth[structure]!]! += count;
    group[groupOf[structure]!] = 1;
    root[structures.operation[first]!] = 1;
    for (let i = first; i < structures.nodeOffset[structure + 1]!; i++) {
      called[structures.operation[i]!] = 1;
    }
  }
  const services = new Set(operations.flatMap(({ service }, id) => (called[id] ? [service] : [])));
  const total = (flags: Uint8Array): number => flags.reduce((sum, flag) => sum + flag, 0);
  return {
    operations: total(called),
    rootOperations: total(root),
    services: services.size,
    structures: present.length,
    groups: total(group),
    meanNodes: traces === 0 ? 0 : nodes / traces,
    maxNodes,
    maxDepth,
    byNodes,
    byDepth,
  };
}
