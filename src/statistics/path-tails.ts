/**
 * How far out each node of a trace is: the larger of the tails of its duration and of its self time
 * among the training traces that have its call path.
 */
import { createPathFinder, UNKNOWN_PATH } from '../features/call-paths.ts';
import { createSelfTimes } from '../trace/self-times.ts';
import { largestStructure, structureCount, type TraceSet } from '../trace/trace-set.ts';
import type { Members } from './by-structure.ts';
import type { PathValues, WriteTimes } from './path-values.ts';
import { ENOUGH, joined, levelOf, type TailGroup, tailGroup, tailOf } from './tail.ts';

/** What of a node is compared. */
export type Measure = 'both' | 'duration' | 'self';

/** Where more self times than this share are negative, calls run side by side: durations alone. */
const PARALLEL_SHARE = 0.05;

/** What the values of a node are compared with; null: not compared. */
interface NodeGroups {
  readonly duration: TailGroup | null;
  readonly self: TailGroup | null;
}

const NOT_COMPARED: NodeGroups = { duration: null, self: null };

export interface PathTails {
  /** Paths that are judged by durations alone, since their calls run side by side. */
  readonly parallelPaths: number;
  /** @returns for a set of traces: what is known of the nodes of a trace */
  reader(traces: TraceSet, writeSelf?: WriteTimes): NodeReader;
}

export interface NodeReader {
  /**
   * Scores of a trace's nodes, valid until the next call; the first n of each column.
   *
   * @returns n, nodes of the trace
   */
  read(trace: number): number;
  /**
   * The largest of the scores of a trace's nodes, of which few are looked up; {@link score} and the
   * tails are not written.
   *
   * @returns nats
   */
  largest(trace: number): number;
  /** The first node that has it, of the trace asked for last. */
  readonly oddestNode: number;
  /**
   * Writes the score of one node in as many traces of its structure as there are times: all of a
   * column before the next, since a trace's nodes are each compared with other values.
   *
   * @param selfUs [members] self times of the node
   */
  readNode(node: number, members: Members, selfUs: Float64Array, into: Float64Array): void;
  /** nats, the larger of the two below */
  readonly score: Float64Array;
  /** nats, 0 where it is not compared */
  readonly durationTail: Float64Array;
  readonly selfTail: Float64Array;
  /** Median of the training durations that a node is compared with, microseconds, or NaN. */
  medianUs(trace: number, node: number): number;
  /** Whether training had the node's call path. */
  isKnown(trace: number, node: number): boolean;
}

/** @param timesOf what stood for self times when the values were gathered */
export function openPathTails(
  values: PathValues,
  measure: Measure,
  timesOf: (traces: TraceSet) => WriteTimes = createSelfTimes,
): PathTails {
  const { paths, count } = values;
  const from = new Uint32Array(count.length + 1);
  for (let path = 0; path < count.length; path++) from[path + 1] = from[path]! + count[path]!;
  const pathsOfOperation = new Map<number, number[]>();
  paths.operation.forEach((operation, path) => {
    const known = pathsOfOperation.get(operation);
    if (known === undefined) pathsOfOperation.set(operation, [path]);
    else known.push(path);
  });
  const part = (column: Float32Array, path: number): Float32Array =>
    column.subarray(from[path], from[path + 1]);

  const groupsOf = (durations: Float32Array, selfTimes: Float32Array): NodeGroups => {
    if (durations.length < ENOUGH) return NOT_COMPARED;
    const parallel = isParallel(selfTimes);
    return {
      duration: measure !== 'self' || parallel ? tailGroup(durations) : null,
      self: measure !== 'duration' && !parallel ? tailGroup(selfTimes) : null,
    };
  };

  const ofPath = new Map<number, NodeGroups>();
  const ofOperation = new Map<number, NodeGroups>();
  const groupsOfOperation = (operation: number): NodeGroups =>
    remembered(ofOperation, operation, () => {
      const anywhere = pathsOfOperation.get(operation) ?? [];
      return groupsOf(
        joined(anywhere.map((path) => part(values.durations, path))),
        joined(anywhere.map((path) => part(values.selfTimes, path))),
      );
    });
  const groupsOfPath = (path: number): NodeGroups =>
    remembered(ofPath, path, () =>
      count[path]! >= ENOUGH
        ? groupsOf(part(values.durations, path), part(values.selfTimes, path))
        : groupsOfOperation(paths.operation[path]!),
    );

  let parallelPaths = 0;
  for (let path = 0; path < count.length; path++) {
    if (count[path]! >= ENOUGH && isParallel(part(values.selfTimes, path))) parallelPaths++;
  }

  return {
    parallelPaths,
    reader(traces, writeSelf = timesOf(traces)) {
      const { structures, structureOf, nodeOffset, latencyUs } = traces;
      const pathsOf = createPathFinder(traces, paths);
      const found: (readonly NodeGroups[] | undefined)[] = Array(structureCount(structures));
      const groupsIn = (structure: number): readonly NodeGroups[] => {
        const before = found[structure];
        if (before !== undefined) return before;
        const first = structures.nodeOffset[structure]!;
        const groups = Array.from(pathsOf(structure), (path, i) =>
          path === UNKNOWN_PATH
            ? groupsOfOperation(structures.operation[first + i]!)
            : groupsOfPath(path),
        );
        found[structure] = groups;
        return groups;
      };
      const most = largestStructure(structures);
      const selfUs = new Float64Array(most);
      const score = new Float64Array(most);
      const durationTail = new Float64Array(most);
      const selfTail = new Float64Array(most);
      let oddestNode = -1;
      return {
        get oddestNode() {
          return oddestNode;
        },
        largest(trace) {
          const groups = groupsIn(structureOf[trace]!);
          const first = nodeOffset[trace]!;
          if (measure !== 'duration') writeSelf(trace, selfUs);
          let most = 0;
          let level = 0;
          oddestNode = 0;
          for (let i = 0; i < groups.length; i++) {
            const { duration, self } = groups[i]!;
            const us = latencyUs[first + i]!;
            if (duration !== null && us > duration.cuts[level]!) {
              const slow = tailOf(duration, us);
              if (slow > most) {
                most = slow;
                oddestNode = i;
              }
            }
            if (self !== null && selfUs[i]! > self.cuts[level]!) {
              const busy = tailOf(self, selfUs[i]!);
              if (busy > most) {
                most = busy;
                oddestNode = i;
              }
            }
            level = levelOf(most);
          }
          return most;
        },
        readNode(node, { traces: members, from, to }, selfUs, into) {
          const { duration, self } = groupsIn(structureOf[members[from]!]!)[node]!;
          for (let t = 0; t < to - from; t++)
            into[t] = self === null ? 0 : tailOf(self, selfUs[t]!);
          if (duration === null) return;
          for (let t = 0; t < to - from; t++) {
            const us = latencyUs[nodeOffset[members[from + t]!]! + node]!;
            into[t] = Math.max(into[t]!, tailOf(duration, us));
          }
        },
        score,
        durationTail,
        selfTail,
        read(trace) {
          const groups = groupsIn(structureOf[trace]!);
          const first = nodeOffset[trace]!;
          if (measure !== 'duration') writeSelf(trace, selfUs);
          for (let i = 0; i < groups.length; i++) {
            const { duration, self } = groups[i]!;
            const slow = duration === null ? 0 : tailOf(duration, latencyUs[first + i]!);
            const busy = self === null ? 0 : tailOf(self, selfUs[i]!);
            durationTail[i] = slow;
            selfTail[i] = busy;
            score[i] = slow > busy ? slow : busy;
          }
          return groups.length;
        },
        medianUs(trace, node) {
          const { duration, self } = groupsIn(structureOf[trace]!)[node]!;
          const group = duration ?? (self === null ? null : self);
          if (group === null || duration === null) return Number.NaN;
          return group.values[(group.values.length - 1) >> 1]!;
        },
        isKnown: (trace, node) => pathsOf(structureOf[trace]!)[node] !== UNKNOWN_PATH,
      };
    },
  };
}

/** @param selfTimes ascending */
function isParallel(selfTimes: Float32Array): boolean {
  const place = Math.floor(PARALLEL_SHARE * selfTimes.length);
  return selfTimes.length > 0 && selfTimes[place]! < 0;
}

function remembered<Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value {
  const before = known.get(key);
  if (before !== undefined) return before;
  const made = make();
  known.set(key, made);
  return made;
}

/** Sum of the k largest of the first n values, none of which is negative; of all where there are fewer. */
export function sumOfLargest(values: Float64Array, n: number, k: number): number {
  const largest = new Float64Array(Math.min(k, n));
  const last = largest.length - 1;
  for (let i = 0; i < n; i++) {
    const value = values[i]!;
    if (value <= largest[last]!) continue;
    // descending: smaller ones make room
    let place = last;
    for (; place > 0 && largest[place - 1]! < value; place--) largest[place] = largest[place - 1]!;
    largest[place] = value;
  }
  return largest.reduce((sum, value) => sum + value, 0);
}

/**
 * The node that most likely made a trace odd: of the largest tail of self time; where none is
 * compared, the last of those within a nat of the largest tail, since whoever calls a slow node is
 * slow, too, and nodes come after those that call them.
 *
 * @returns -1 where no node is odd
 */
export function suspect({ score, selfTail }: NodeReader, n: number): number {
  let worst = -1;
  let most = 0;
  for (let i = 0; i < n; i++) {
    if (selfTail[i]! > most) {
      most = selfTail[i]!;
      worst = i;
    }
  }
  if (worst >= 0) return worst;
  for (let i = 0; i < n; i++) if (score[i]! > most) most = score[i]!;
  if (most === 0) return -1;
  for (let i = n - 1; i >= 0; i--) if (score[i]! >= most - 1) return i;
  return -1;
}
