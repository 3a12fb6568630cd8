/**
 * How far a node's work stands above what is usual there, where it matters to the whole trace. A
 * call that takes 8 ms in the place of 0.2 ms is far out of its own distribution and nothing in a
 * request of a second; so a share of the usual duration of the trace is added before the logarithm,
 * x = ln(m s + d D), with m spans of self time s, and D the median duration of the structure.
 */
import { createPathFinder, UNKNOWN_PATH } from '../features/call-paths.ts';
import type { TraceSet } from '../trace/trace-set.ts';
import { createStructureFinder, type KnownStructures, startsOf } from './known-structures.ts';
import type { PathValues } from './path-values.ts';
import { createSelfTimes } from './self-times.ts';
import { type Spreads, spreadsOf } from './spread.ts';
import { ENOUGH } from './tail.ts';

/** d: what is less than this share of a trace's usual duration hardly counts. */
const MATERIAL_SHARE = 0.2;
/** No node is taken to be steadier than this, in stds of x. */
const LEAST_STD = 0.3;

/** What was learnt. NaN where too few training traces tell. */
export interface MaterialTimes {
  /** [known structures] median duration, microseconds */
  readonly usualUs: Float32Array;
  /** [operations] the same of the traces that begin with an operation */
  readonly usualOfRootUs: Float32Array;
  /** Of all training traces, microseconds. */
  readonly usualOfAllUs: number;
  /** [nodes of the known structures] of x */
  readonly ofNode: Spreads;
  /** [P] of x on a call path, in any structure */
  readonly ofPath: Spreads;
  /** [operations] of x, on any call path */
  readonly ofOperation: Spreads;
}

interface Learned {
  readonly known: KnownStructures;
  readonly paths: PathValues['paths'];
}

/**
 * @param train trace indices
 * @param of    structures and call paths of these traces
 */
export function learnMaterialTimes(
  traces: TraceSet,
  train: Uint32Array,
  { known, paths }: Learned,
): MaterialTimes {
  const { structures, structureOf, nodeOffset, latencyUs } = traces;
  const find = createStructureFinder(known)(traces);
  const nodeStart = startsOf(known.size);
  const pathsOf = createPathFinder(traces, paths);
  const operations = traces.operations.length;

  const durations = Float64Array.from(train, (trace) => latencyUs[nodeOffset[trace]!]!);
  const rootOf = (trace: number): number =>
    structures.operation[structures.nodeOffset[structureOf[trace]!]!]!;
  const medians = (group: ArrayLike<number>, groups: number): Float32Array =>
    spreadsOf(group, durations, groups, ENOUGH).middle;
  const usual = {
    usualUs: medians(
      train.map((trace) => find(structureOf[trace]!)),
      known.size.length,
    ),
    usualOfRootUs: medians(train.map(rootOf), operations),
    usualOfAllUs: spreadsOf(new Uint8Array(train.length), durations, 1, 1).middle[0]!,
  };

  const total = train.reduce((sum, t) => sum + nodeOffset[t + 1]! - nodeOffset[t]!, 0);
  const x = new Float64Array(total);
  const [node, path, operation] = [0, 1, 2].map(() => new Uint32Array(total)) as [
    Uint32Array,
    Uint32Array,
    Uint32Array,
  ];
  const write = createLogTimes(traces, usual, find);
  let at = 0;
  for (const trace of train) {
    const structure = structureOf[trace]!;
    const first = structures.nodeOffset[structure]!;
    const [start, found] = [nodeStart[find(structure)]!, pathsOf(structure)];
    write(trace, x.subarray(at, at + found.length));
    for (let i = 0; i < found.length; i++, at++) {
      node[at] = start + i;
      path[at] = found[i]!;
      operation[at] = structures.operation[first + i]!;
    }
  }
  return {
    ...usual,
    ofNode: spreadsOf(node, x, known.parent.length, ENOUGH),
    ofPath: spreadsOf(path, x, paths.operation.length, ENOUGH),
    ofOperation: spreadsOf(operation, x, operations, ENOUGH),
  };
}

type Usual = Pick<MaterialTimes, 'usualUs' | 'usualOfRootUs' | 'usualOfAllUs'>;

/** @returns a function that writes x of a trace's nodes */
function createLogTimes(
  traces: TraceSet,
  { usualUs, usualOfRootUs, usualOfAllUs }: Usual,
  find: (structure: number) => number,
): (trace: number, x: Float64Array) => void {
  const { structures, structureOf, nodeOffset, spanCount } = traces;
  const writeSelf = createSelfTimes(traces);
  const usualOf = (structure: number): number => {
    const known = find(structure);
    const own = known < 0 ? Number.NaN : usualUs[known]!;
    if (!Number.isNaN(own)) return own;
    const ofRoot = usualOfRootUs[structures.operation[structures.nodeOffset[structure]!]!]!;
    return Number.isNaN(ofRoot) ? usualOfAllUs : ofRoot;
  };
  return (trace, x) => {
    writeSelf(trace, x);
    const first = nodeOffset[trace]!;
    const material = MATERIAL_SHARE * usualOf(structureOf[trace]!);
    const nodes = nodeOffset[trace + 1]! - first;
    for (let i = 0; i < nodes; i++) {
      // a microsecond on top keeps the logarithm of nothing finite
      x[i] = Math.log(spanCount[first + i]! * Math.max(0, x[i]!) + material + 1);
    }
  };
}

/**
 * @returns for a set of traces: a function that writes how many stds each node of a trace is above
 *          the middle of its own node in traces of the structure, or of its call path, or of its
 *          operation; 0 where none is known
 */
export function openMaterialTimes(
  times: MaterialTimes,
  { known, paths }: Learned,
): (traces: TraceSet) => (trace: number, stds: Float64Array) => number {
  const finder = createStructureFinder(known);
  const nodeStart = startsOf(known.size);
  return (traces) => {
    const { structures, structureOf } = traces;
    const find = finder(traces);
    const pathsOf = createPathFinder(traces, paths);
    const write = createLogTimes(traces, times, find);
    const compared = new Map<number, { middle: Float64Array; std: Float64Array }>();
    const comparedIn = (structure: number): { middle: Float64Array; std: Float64Array } => {
      const before = compared.get(structure);
      if (before !== undefined) return before;
      const start = find(structure) < 0 ? null : nodeStart[find(structure)]!;
      const first = structures.nodeOffset[structure]!;
      const places = Array.from(pathsOf(structure), (path, i) => {
        const levels = [
          start === null ? null : ([times.ofNode, start + i] as const),
          path === UNKNOWN_PATH ? null : ([times.ofPath, path] as const),
          [times.ofOperation, structures.operation[first + i]!] as const,
        ];
        const level = levels.find((one) => one !== null && !Number.isNaN(one[0].middle[one[1]]));
        return level ?? null;
      });
      const made = {
        middle: Float64Array.from(places, (at) => (at === null ? 0 : at[0].middle[at[1]]!)),
        std: Float64Array.from(places, (at) =>
          at === null ? Number.POSITIVE_INFINITY : Math.max(LEAST_STD, at[0].std[at[1]]!),
        ),
      };
      compared.set(structure, made);
      return made;
    };
    return (trace, stds) => {
      const { middle, std } = comparedIn(structureOf[trace]!);
      write(trace, stds);
      for (let i = 0; i < middle.length; i++) stds[i] = (stds[i]! - middle[i]!) / std[i]!;
      return middle.length;
    };
  };
}
