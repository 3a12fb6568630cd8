/** What a structure that training did not have adds to a score, and calls that a trace lacks. */
import { type CallPaths, createPathFinder } from '../../features/call-paths.ts';
import { absentCalls } from '../../statistics/absent-calls.ts';
import {
  createStructureFinder,
  type KnownStructures,
  unseenSurprise,
} from '../../statistics/known-structures.ts';
import type { TraceSet } from '../../trace/trace-set.ts';
import type { AbsentPath } from '../explanation.ts';
import type { UnseenConfig } from './settings.ts';

/** An unseen structure is taken for an event of one trace in 148: e^-5. */
const FIXED_NATS = 5;
/** Absent calls that an explanation names at most. */
const MOST_ABSENT = 8;

/** @returns nats */
export const unseenNats = (known: KnownStructures, { unseen }: UnseenConfig): number =>
  unseen === 'fixed' ? FIXED_NATS : unseenSurprise(known);

/** @returns for a set of traces: the known structure of a trace, -1 where it is unseen */
export function createStructureReader(
  known: KnownStructures,
): (traces: TraceSet) => (trace: number) => number {
  const find = createStructureFinder(known);
  return (traces) => {
    const known = find(traces);
    return (trace) => known(traces.structureOf[trace]!);
  };
}

/** @returns for a set of traces: nats that a trace's structure adds, 0 where training had it */
export function createUnseen(
  known: KnownStructures,
  config: UnseenConfig,
): (traces: TraceSet) => (trace: number) => number {
  const readerOf = createStructureReader(known);
  const nats = unseenNats(known, config);
  return (traces) => {
    const knownOf = readerOf(traces);
    return (trace) => (knownOf(trace) < 0 ? nats : 0);
  };
}

/** @returns for a trace: calls that it has the caller of and lacks, the most surprising first */
export function createAbsent(
  traces: TraceSet,
  paths: CallPaths,
  count: ArrayLike<number>,
): (trace: number) => readonly AbsentPath[] {
  const pathsOf = createPathFinder(traces, paths);
  const known = new Map<number, readonly AbsentPath[]>();
  return (trace) => {
    const structure = traces.structureOf[trace]!;
    const before = known.get(structure);
    if (before !== undefined) return before;
    const absent = absentCalls(paths, count, pathsOf(structure), MOST_ABSENT).map(
      ({ operations, surprise }) => ({ operations, score: surprise }),
    );
    known.set(structure, absent);
    return absent;
  };
}
