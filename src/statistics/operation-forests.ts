/**
 * An isolation forest per operation over the logarithm of the duration of its nodes. With one feature
 * a score is a function of a number: it is tabulated once, and 100 trees are walked for no node.
 */
import { createRandom } from '../base/random.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import {
  createIsolationScore,
  type Forest,
  type ForestOptions,
  growForest,
  sampleSize,
} from './isolation-forest.ts';

/** Logarithms are read to a thousandth, which is a thousandth of a duration. */
const STEPS_PER_NAT = 1000;
/** Nodes of an operation before it has a forest; those of all others share one. */
const OWN_FOREST = 256;
/** Stands for all operations without a forest. */
const REST = -1;
/** Of a node that nothing is known to compare with. */
const NEITHER = 0.5;
/** Stream of the run's seed. */
const STREAM = 31;

export interface OperationForests {
  /** [forests] operation id, -1 for the rest */
  readonly operation: Float32Array;
  /** [forests] the shortest duration of the table, steps of a logarithm of microseconds */
  readonly lowest: Float32Array;
  /** [forests] entries of the table */
  readonly size: Float32Array;
  /** [all entries] forest after forest: score of each step */
  readonly score: Float32Array;
}

/** Steps of the logarithm of a duration, at least of a microsecond. */
export const stepOf = (us: number): number => Math.round(STEPS_PER_NAT * Math.log(us > 1 ? us : 1));

/** @returns yields now and then, so that the caller can look at the clock */
export function* growOperationForests(
  traces: TraceSet,
  train: Uint32Array,
  options: ForestOptions,
  seed: number,
): Generator<void, OperationForests> {
  const groups = stepsByOperation(traces, train);
  const operation: number[] = [];
  const lowest: number[] = [];
  const tables: Float32Array[] = [];
  for (const [id, steps] of groups) {
    yield;
    const random = createRandom(seed, STREAM, id - REST);
    const forest = growForest(steps, 1, options, random);
    const [low, high] = rangeOf(steps);
    operation.push(id);
    lowest.push(low);
    tables.push(tabulate(forest, low, high, sampleSize(steps.length, options)));
  }
  const score = new Float32Array(tables.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const table of tables) {
    score.set(table, at);
    at += table.length;
  }
  return {
    operation: Float32Array.from(operation),
    lowest: Float32Array.from(lowest),
    size: Float32Array.from(tables, ({ length }) => length),
    score,
  };
}

/** [operations with enough nodes, then the rest] steps of the durations of their nodes */
function stepsByOperation(traces: TraceSet, train: Uint32Array): Map<number, Float32Array> {
  const { structures, structureOf, nodeOffset, latencyUs } = traces;
  const count = new Uint32Array(traces.operations.length);
  const each = (visit: (operation: number, node: number) => void): void => {
    for (const trace of train) {
      const shape = structures.nodeOffset[structureOf[trace]!]!;
      const first = nodeOffset[trace]!;
      for (let node = first; node < nodeOffset[trace + 1]!; node++) {
        visit(structures.operation[shape + node - first]!, node);
      }
    }
  };
  each((operation) => {
    count[operation]! += 1;
  });
  let rest = 0;
  const columns = Array.from(count, (nodes) => {
    if (nodes >= OWN_FOREST) return new Float32Array(nodes);
    rest += nodes;
    return null;
  });
  const others = new Float32Array(rest);
  const next = new Uint32Array(count.length);
  rest = 0;
  each((operation, node) => {
    const step = stepOf(latencyUs[node]!);
    const own = columns[operation];
    if (own === null || own === undefined) others[rest++] = step;
    else own[next[operation]!++] = step;
  });
  const groups = new Map<number, Float32Array>();
  columns.forEach((own, operation) => {
    if (own !== null) groups.set(operation, own);
  });
  if (others.length > 0) groups.set(REST, others);
  return groups;
}

function rangeOf(steps: Float32Array): readonly [lowest: number, highest: number] {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (const step of steps) {
    if (step < lowest) lowest = step;
    if (step > highest) highest = step;
  }
  return [lowest, highest];
}

/**
 * Scores of every step from the lowest to the highest: each tree adds its path to the steps that its
 * leaves hold, as differences from one step to the next.
 */
export function tabulate(
  { root, feature, value, right }: Forest,
  lowest: number,
  highest: number,
  sample: number,
): Float32Array {
  const size = highest - lowest + 1;
  const change = new Float64Array(size + 1);
  /** The leaves below a node, whose steps are those from `from` to before `to`. */
  const addLeaves = (node: number, from: number, to: number): void => {
    if (from >= to) return;
    if (feature[node]! < 0) {
      change[from]! += value[node]!;
      change[to]! -= value[node]!;
      return;
    }
    // the first step that is not below the cut
    const cut = Math.min(to, Math.max(from, Math.ceil(value[node]!) - lowest));
    addLeaves(node + 1, from, cut);
    addLeaves(right[node]!, cut, to);
  };
  for (const first of root) addLeaves(first, 0, size);
  const scoreOf = createIsolationScore(sample);
  const scores = new Float32Array(size);
  let sum = 0;
  for (let step = 0; step < size; step++) {
    sum += change[step]!;
    scores[step] = scoreOf(sum / root.length);
  }
  return scores;
}

/** @returns a function from an operation and a duration to a score; beyond a table, that of its end */
export function openOperationForests({
  operation,
  lowest,
  size,
  score,
}: OperationForests): (operation: number, us: number) => number {
  const tables = new Map<number, { readonly lowest: number; readonly scores: Float32Array }>();
  let at = 0;
  operation.forEach((id, forest) => {
    const scores = score.subarray(at, at + size[forest]!);
    tables.set(id, { lowest: lowest[forest]!, scores });
    at += scores.length;
  });
  return (id, us) => {
    const table = tables.get(id) ?? tables.get(REST);
    if (table === undefined) return NEITHER;
    const step = stepOf(us) - table.lowest;
    return table.scores[Math.min(table.scores.length - 1, Math.max(0, step))]!;
  };
}
