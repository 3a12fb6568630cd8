/**
 * The groups of section A.4: traces of one (depth, root operation, set of operations). All three
 * follow from the structure, so structures are grouped and traces only looked up.
 */
import { type StructureTable, structureCount } from '../trace/trace-set.ts';

export interface StructureGroups {
  /** [S] levels, the root counted. */
  readonly depth: Uint16Array;
  /** [S] group of each structure. */
  readonly groupOf: Uint32Array;
  readonly groupCount: number;
}

export function groupStructures(structures: StructureTable): StructureGroups {
  const count = structureCount(structures);
  const { nodeOffset, parent, operation } = structures;
  const depth = new Uint16Array(count);
  const groupOf = new Uint32Array(count);
  const groups = new Map<string, number>();
  const level = new Uint16Array(parent.length);
  for (let structure = 0; structure < count; structure++) {
    const first = nodeOffset[structure]!;
    const end = nodeOffset[structure + 1]!;
    for (let node = first; node < end; node++) {
      level[node] = parent[node]! < 0 ? 1 : level[first + parent[node]!]! + 1;
    }
    // breadth first: the last node is on the deepest level
    depth[structure] = level[end - 1]!;
    const operations = [...new Set(operation.subarray(first, end))].sort((a, b) => a - b);
    const key = `${depth[structure]}|${operation[first]}|${operations.join(' ')}`;
    const group = groups.get(key) ?? groups.size;
    groups.set(key, group);
    groupOf[structure] = group;
  }
  return { depth, groupOf, groupCount: groups.size };
}

/** Traces sorted by group, as one column with offsets. */
export interface TracesByGroup {
  /** [selected] trace indices, group after group. */
  readonly traces: Uint32Array;
  /** [groups + 1] */
  readonly offset: Uint32Array;
}

/** @param selected trace indices; within a group their order stays */
export function sortByGroup(
  structureOf: Uint32Array,
  selected: Uint32Array,
  { groupOf, groupCount }: StructureGroups,
): TracesByGroup {
  const offset = new Uint32Array(groupCount + 1);
  for (const trace of selected) offset[groupOf[structureOf[trace]!]! + 1]! += 1;
  for (let group = 0; group < groupCount; group++) offset[group + 1]! += offset[group]!;
  const next = offset.slice();
  const traces = new Uint32Array(selected.length);
  for (const trace of selected) {
    const place = next[groupOf[structureOf[trace]!]!]!++;
    traces[place] = trace;
  }
  return { traces, offset };
}
