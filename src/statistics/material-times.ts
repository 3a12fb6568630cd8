/**
 * How far a node's work stands above what is usual there, where it matters to the whole trace. A
 * call that takes 8 ms in the place of 0.2 ms is far out of its own distribution and nothing in a
 * request of a second; so a share of the usual duration of the trace is added before the logarithm,
 * x = ln(m s + d D), with m spans of self time s, and D the median duration of the structure.
 */
import { createFloatSort } from '../base/sort-floats.ts';
import { createPathFinder, UNKNOWN_PATH } from '../features/call-paths.ts';
import { createSelfTimes } from '../trace/self-times.ts';
import { largestStructure, structureCount, type TraceSet } from '../trace/trace-set.ts';
import { createStructureFinder, type KnownStructures, startsOf } from './known-structures.ts';
import { mostNodes, type PathValues, type WriteTimes } from './path-values.ts';
import { mediansOf, type Spreads, spreadsOfSorted, spreadsOfUnions } from './spread.ts';
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
  const { structures, structureOf, nodeOffset, latencyUs, spanCount } = traces;
  const find = createStructureFinder(known)(traces);
  const nodeStart = startsOf(known.size);
  const pathsOf = createPathFinder(traces, paths);
  const operations = traces.operations.length;

  const durations = Float64Array.from(train, (trace) => latencyUs[nodeOffset[trace]!]!);
  const rootOf = (trace: number): number =>
    structures.operation[structures.nodeOffset[structureOf[trace]!]!]!;
  const medians = (group: ArrayLike<number>, groups: number): Float32Array =>
    mediansOf(group, durations, groups, ENOUGH);
  const usual = {
    usualUs: medians(
      train.map((trace) => find(structureOf[trace]!)),
      known.size.length,
    ),
    usualOfRootUs: medians(train.map(rootOf), operations),
    usualOfAllUs: mediansOf(new Uint8Array(train.length), durations, 1, 1)[0]!,
  };

  // x node after node; the values of a path, and of an operation, are those of some nodes together
  const nodes = known.parent.length;
  const from = new Uint32Array(nodes + 1);
  known.size.forEach((size, structure) => {
    const first = nodeStart[structure]!;
    for (let i = first; i < first + size; i++) from[i + 1] = from[i]! + known.count[structure]!;
  });
  const next = from.slice();
  const x = new Float64Array(from[nodes]!);
  const pathOf = new Uint32Array(nodes);
  const materialUs = new Float64Array(known.size.length);
  const selfUs = new Float64Array(mostNodes(traces, train));
  const writeSelf = createSelfTimes(traces);
  const materialOf = materialOfStructure(traces, usual, find);
  for (const trace of train) {
    const structure = structureOf[trace]!;
    const [at, found] = [find(structure), pathsOf(structure)];
    const start = nodeStart[at]!;
    const first = nodeOffset[trace]!;
    materialUs[at] = materialOf(structure);
    writeSelf(trace, selfUs);
    for (let i = 0; i < found.length; i++) {
      pathOf[start + i] = found[i]!;
      x[next[start + i]!++] = spanCount[first + i]! * Math.max(0, selfUs[i]!);
    }
  }
  // m s are whole and quickly sorted; what is added is the same for all traces of a structure
  const sortFloats = createFloatSort();
  const sorted = (node: number): Float64Array => x.subarray(from[node], from[node + 1]);
  known.size.forEach((size, structure) => {
    const first = nodeStart[structure]!;
    for (let node = first; node < first + size; node++) {
      const ascending = sortFloats(sorted(node));
      for (let t = 0; t < ascending.length; t++) {
        ascending[t] = logTime(ascending[t]!, materialUs[structure]!);
      }
    }
  });
  const ofNode = spreadsOfSorted(sorted, nodes, ENOUGH);
  const operationOf = Uint32Array.from(known.operation);
  return {
    ...usual,
    ofNode,
    ofPath: spreadsOfUnions(sorted, ofNode, pathOf, paths.operation.length, ENOUGH),
    ofOperation: spreadsOfUnions(sorted, ofNode, operationOf, operations, ENOUGH),
  };
}

type Usual = Pick<MaterialTimes, 'usualUs' | 'usualOfRootUs' | 'usualOfAllUs'>;

/**
 * x of a node: a microsecond on top keeps the logarithm of nothing finite.
 *
 * @param us         m s, all self time of its spans
 * @param materialUs d D
 */
const logTime = (us: number, materialUs: number): number => Math.log(us + materialUs + 1);

/** @returns a function that says d D of a structure, microseconds */
function materialOfStructure(
  { structures }: TraceSet,
  { usualUs, usualOfRootUs, usualOfAllUs }: Usual,
  find: (structure: number) => number,
): (structure: number) => number {
  const usualOf = (structure: number): number => {
    const known = find(structure);
    const own = known < 0 ? Number.NaN : usualUs[known]!;
    if (!Number.isNaN(own)) return own;
    // an operation that a kept model never saw has no place here
    const root = structures.operation[structures.nodeOffset[structure]!]!;
    const ofRoot = usualOfRootUs[root] ?? Number.NaN;
    return Number.isNaN(ofRoot) ? usualOfAllUs : ofRoot;
  };
  return (structure) => MATERIAL_SHARE * usualOf(structure);
}

/** What the nodes of a structure are compared with. */
interface Compared {
  readonly materialUs: number;
  /** [n] of x; infinite stds where none is known */
  readonly middle: Float64Array;
  readonly std: Float64Array;
}

/**
 * How many stds a node of a trace is above the middle of its own node in traces of the structure, or
 * of its call path, or of its operation; 0 where none is known.
 */
export interface MaterialReader {
  /** The largest of a trace's nodes. */
  largest(trace: number): number;
  /** The first node that has it, of the trace asked for last. */
  readonly busiestNode: number;
}

export function openMaterialTimes(
  times: MaterialTimes,
  { known, paths }: Learned,
): (traces: TraceSet, writeSelf: WriteTimes) => MaterialReader {
  const finder = createStructureFinder(known);
  const nodeStart = startsOf(known.size);
  return (traces, writeSelf) => {
    const { structures, structureOf, nodeOffset, spanCount } = traces;
    const find = finder(traces);
    const pathsOf = createPathFinder(traces, paths);
    const materialOf = materialOfStructure(traces, times, find);
    const compared: (Compared | undefined)[] = Array(structureCount(structures));
    const comparedIn = (structure: number): Compared => {
      const before = compared[structure];
      if (before !== undefined) return before;
      const start = find(structure) < 0 ? null : nodeStart[find(structure)]!;
      const first = structures.nodeOffset[structure]!;
      const places = Array.from(pathsOf(structure), (path, i) => {
        const levels = [
          start === null ? null : ([times.ofNode, start + i] as const),
          path === UNKNOWN_PATH ? null : ([times.ofPath, path] as const),
          [times.ofOperation, structures.operation[first + i]!] as const,
        ];
        const level = levels.find((one) => one !== null && Number.isFinite(one[0].middle[one[1]]));
        return level ?? null;
      });
      const made = {
        materialUs: materialOf(structure),
        middle: Float64Array.from(places, (at) => (at === null ? 0 : at[0].middle[at[1]]!)),
        std: Float64Array.from(places, (at) =>
          at === null ? Number.POSITIVE_INFINITY : Math.max(LEAST_STD, at[0].std[at[1]]!),
        ),
      };
      compared[structure] = made;
      return made;
    };
    const selfUs = new Float64Array(largestStructure(structures));
    let busiestNode = -1;
    return {
      largest(trace) {
        const { materialUs, middle, std } = comparedIn(structureOf[trace]!);
        const first = nodeOffset[trace]!;
        writeSelf(trace, selfUs);
        let most = Number.NEGATIVE_INFINITY;
        for (let i = 0; i < middle.length; i++) {
          const us = spanCount[first + i]! * Math.max(0, selfUs[i]!);
          const stds = (logTime(us, materialUs) - middle[i]!) / std[i]!;
          if (stds <= most) continue;
          most = stds;
          busiestNode = i;
        }
        return most;
      },
      get busiestNode() {
        return busiestNode;
      },
    };
  };
}
