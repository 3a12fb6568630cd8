/**
 * How far out the duration of a trace is, given its structure: its tail among the training traces of
 * that structure, or, where they are too few, of its root operation, or of all.
 */
import type { TraceSet } from '../trace/trace-set.ts';
import {
  createStructureFinder,
  type KnownStructures,
  learnStructures,
  startsOf,
} from './known-structures.ts';
import { ENOUGH, joined, type TailGroup, tailGroup } from './tail.ts';

export interface DurationValues {
  readonly known: KnownStructures;
  /** [all training traces] structure after structure, each ascending; microseconds */
  readonly durations: Float32Array;
}

/** @param train trace indices */
export function gatherDurations(traces: TraceSet, train: Uint32Array): DurationValues {
  const { structureOf, nodeOffset, latencyUs } = traces;
  const known = learnStructures(traces, train);
  const find = createStructureFinder(known)(traces);
  const next = startsOf(known.count);
  const durations = new Float32Array(train.length);
  for (const trace of train) {
    durations[next[find(structureOf[trace]!)]!++] = latencyUs[nodeOffset[trace]!]!;
  }
  known.count.forEach((count, structure) => {
    durations.subarray(next[structure]! - count, next[structure]!).sort();
  });
  return { known, durations };
}

/** What a duration is compared with. */
export interface DurationGroup {
  readonly of: 'structure' | 'root' | 'all';
  readonly group: TailGroup;
}

/** @returns for a set of traces: a function from a trace to its group */
export function openDurationTails({
  known,
  durations,
}: DurationValues): (traces: TraceSet) => (trace: number) => DurationGroup {
  const find = createStructureFinder(known);
  const from = startsOf(known.count);
  const rootNode = startsOf(known.size);
  const part = (structure: number): Float32Array =>
    durations.subarray(from[structure]!, from[structure]! + known.count[structure]!);

  const ofRoot = new Map<number, number[]>();
  known.count.forEach((_, structure) => {
    const root = known.operation[rootNode[structure]!]!;
    ofRoot.set(root, [...(ofRoot.get(root) ?? []), structure]);
  });
  const groups = new Map<number, DurationGroup>();
  const rootGroups = new Map<number, DurationGroup>();
  let whole: DurationGroup | null = null;
  const all = (): DurationGroup => {
    whole ??= { of: 'all', group: tailGroup(durations.slice().sort()) };
    return whole;
  };
  const groupOfRoot = (root: number): DurationGroup => {
    const before = rootGroups.get(root);
    if (before !== undefined) return before;
    const values = joined((ofRoot.get(root) ?? []).map(part));
    const group: DurationGroup =
      values.length < ENOUGH ? all() : { of: 'root', group: tailGroup(values) };
    rootGroups.set(root, group);
    return group;
  };

  return (traces) => {
    const { structures, structureOf } = traces;
    const known = find(traces);
    return (trace) => {
      const structure = known(structureOf[trace]!);
      const root = structures.operation[structures.nodeOffset[structureOf[trace]!]!]!;
      if (structure < 0) return groupOfRoot(root);
      const before = groups.get(structure);
      if (before !== undefined) return before;
      const values = part(structure);
      const group: DurationGroup =
        values.length < ENOUGH ? groupOfRoot(root) : { of: 'structure', group: tailGroup(values) };
      groups.set(structure, group);
      return group;
    };
  };
}
