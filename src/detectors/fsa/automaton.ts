/**
 * The automaton: its states are call paths, its transitions lead from one call of a trace to the
 * next, each with mean and std of the latency of the call that it enters (Fu et al. 2009, as
 * section 6.4 describes it).
 *
 * A trace is read depth first, children by operation id: the order in which calls are made, as far
 * as a merged tree tells. The first transition comes from the start, the last one goes to the end.
 */
import {
  type CallPaths,
  collectCallPaths,
  createPathFinder,
  UNKNOWN_PATH,
} from '../../features/call-paths.ts';
import { structureDepthFirst, type TraceSet } from '../../trace/trace-set.ts';

/** Both ends of a trace, as a state. */
export const OUTSIDE = -1;

/** M transitions over the states of `paths`. */
export interface Automaton {
  readonly paths: CallPaths;
  /** [M] state that is left, {@link OUTSIDE} for the start */
  readonly from: Int32Array;
  /** [M] state that is entered, {@link OUTSIDE} for the end */
  readonly to: Int32Array;
  /** [M] training traces that took it */
  readonly count: Float32Array;
  /** [M] latency of the entered call, microseconds; 0 at the end */
  readonly meanUs: Float32Array;
  /** [M] the same, population std */
  readonly stdUs: Float32Array;
}

/** One transition as a structure takes it. */
export interface TransitionStep {
  /** Index into the automaton's transitions; -1 where it has none. */
  readonly transition: number;
  /** Node that is left and node that is entered; null outside. */
  readonly from: number | null;
  readonly to: number | null;
}

/** Walks over the states of each structure once. */
function createWalker(traces: TraceSet, paths: CallPaths) {
  const pathsOf = createPathFinder(traces, paths);
  return (structure: number) => {
    const order = structureDepthFirst(traces.structures, structure);
    const states = pathsOf(structure);
    const last = order.length;
    return Array.from({ length: last + 1 }, (_, i) => {
      const from = i === 0 ? null : order[i - 1]!;
      const to = i === last ? null : order[i]!;
      return {
        from,
        to,
        fromState: from === null ? OUTSIDE : states[from]!,
        toState: to === null ? OUTSIDE : states[to]!,
      };
    });
  };
}

const keyOf = (from: number, to: number, states: number): number =>
  (from - UNKNOWN_PATH) * (states - UNKNOWN_PATH) + (to - UNKNOWN_PATH);

/** Counts transitions while traces are shown to it, one after another. */
export function createLearner(traces: TraceSet, train: Uint32Array) {
  const paths = collectCallPaths(traces, train);
  const walk = createWalker(traces, paths);
  const known = new Map<number, number>();
  const steps = new Map<number, { transition: number; node: number | null }[]>();
  const learnt: { from: number; to: number; count: number; mean: number; square: number }[] = [];

  const stepsOf = (structure: number) => {
    const before = steps.get(structure);
    if (before !== undefined) return before;
    const taken = walk(structure).map(({ fromState, toState, to }) => {
      const key = keyOf(fromState, toState, paths.operation.length);
      let transition = known.get(key);
      if (transition === undefined) {
        transition =
          learnt.push({ from: fromState, to: toState, count: 0, mean: 0, square: 0 }) - 1;
        known.set(key, transition);
      }
      return { transition, node: to };
    });
    steps.set(structure, taken);
    return taken;
  };

  return {
    learn(trace: number): void {
      const first = traces.nodeOffset[trace]!;
      for (const { transition, node } of stepsOf(traces.structureOf[trace]!)) {
        const latencyUs = node === null ? 0 : traces.latencyUs[first + node]!;
        const of = learnt[transition]!;
        of.count++;
        const change = latencyUs - of.mean;
        of.mean += change / of.count;
        of.square += change * (latencyUs - of.mean);
      }
    },

    /** @param minCount transitions that fewer traces took are left out */
    automaton(minCount: number): Automaton {
      const kept = learnt.filter(({ count }) => count >= minCount);
      return {
        paths,
        from: Int32Array.from(kept, ({ from }) => from),
        to: Int32Array.from(kept, ({ to }) => to),
        count: Float32Array.from(kept, ({ count }) => count),
        meanUs: Float32Array.from(kept, ({ mean }) => mean),
        stdUs: Float32Array.from(kept, ({ square, count }) => Math.sqrt(square / count)),
      };
    },
  };
}

/** @returns a function from a structure to the transitions that it takes, start and end included */
export function createReader(
  traces: TraceSet,
  { paths, from, to }: Automaton,
): (structure: number) => readonly TransitionStep[] {
  const walk = createWalker(traces, paths);
  const states = paths.operation.length;
  const known = new Map<number, number>();
  from.forEach((state, i) => {
    known.set(keyOf(state, to[i]!, states), i);
  });
  const found = new Map<number, readonly TransitionStep[]>();
  return (structure) => {
    const before = found.get(structure);
    if (before !== undefined) return before;
    const steps = walk(structure).map((step) => ({
      from: step.from,
      to: step.to,
      transition: known.get(keyOf(step.fromState, step.toState, states)) ?? -1,
    }));
    found.set(structure, steps);
    return steps;
  };
}
