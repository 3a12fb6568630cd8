/**
 * Which services explain why some traces are slow: those whose calls are slow, and that have few
 * others which are not. Per call path it is measured how many of the slow traces' own times are above
 * nine tenths of those in reference traces. A service can have slowed three sets of nodes: its own
 * (it works slowly), those in other services that wait for it (it answers slowly), and both sides of
 * its calls (its network is slow). It is ranked by the set that explains most with least: the square
 * root of (share of the set that is slow) x (share of all that is slow that is in the set), which
 * fault localisation knows as Ochiai's coefficient.
 */
import { percentileOfSorted } from '../base/statistics.ts';
import { collectCallPaths, createPathFinder, UNKNOWN_PATH } from '../features/call-paths.ts';
import { nodeCount, type TraceSet } from '../trace/trace-set.ts';
import { createOwnTimes } from './own-times.ts';
import { SLOW_PARTS, type SlowPart, serviceParts } from './service-parts.ts';
import { ENOUGH } from './tail.ts';

/** Percent of the reference that is no slower than what is called slow. */
const SLOW_PERCENTILE = 90;
const BY_CHANCE = 1 - SLOW_PERCENTILE / 100;

export interface SlowService {
  /** Index into the services of the traces. */
  readonly service: number;
  readonly part: SlowPart;
  /** 0 to 1: the root of the product of the next two. */
  readonly score: number;
  /** Of the nodes of that part, the share that is slow, beyond what chance makes slow. */
  readonly slow: number;
  /** Of all slowness, the share that is in that part. */
  readonly explained: number;
}

/**
 * @param selected  slow traces: flagged ones, or those of a period
 * @param reference traces to compare with; call paths that fewer than {@link ENOUGH} of them have
 *   count for nothing
 * @returns the services of the slow traces, the most suspect first; equals by their number
 */
export function rankSlowServices(
  traces: TraceSet,
  selected: Uint32Array,
  reference: Uint32Array,
): SlowService[] {
  const slownessOf = slownessByPath(traces, selected, reference);
  const sets = new Map<number, Record<SlowPart, Sum>>();
  const all = { nodes: 0, slow: 0 };
  for (const [structure, count] of countStructures(traces, selected)) {
    const slowness = slownessOf(structure);
    const add = (sum: Sum, node: number): void => {
      if (Number.isNaN(slowness[node]!)) return;
      sum.nodes += count;
      sum.slow += count * slowness[node]!;
    };
    for (const node of slowness.keys()) add(all, node);
    for (const [service, parts] of serviceParts(traces, structure)) {
      const of = sets.get(service) ?? noSums();
      for (const part of SLOW_PARTS) for (const node of parts[part]) add(of[part], node);
      sets.set(service, of);
    }
  }
  return [...sets]
    .map(([service, of]) => {
      const parts = SLOW_PARTS.map((part): SlowService => {
        const slow = of[part].nodes === 0 ? 0 : of[part].slow / of[part].nodes;
        const explained = all.slow === 0 ? 0 : of[part].slow / all.slow;
        return { service, part, score: Math.sqrt(slow * explained), slow, explained };
      });
      return parts.reduce((best, one) => (one.score > best.score ? one : best));
    })
    .sort((a, b) => b.score - a.score || a.service - b.service);
}

/** Over traces: nodes, and the shares of them that are slow. */
interface Sum {
  nodes: number;
  slow: number;
}
const noSums = (): Record<SlowPart, Sum> => ({
  work: { nodes: 0, slow: 0 },
  answers: { nodes: 0, slow: 0 },
  network: { nodes: 0, slow: 0 },
});

/**
 * @returns a function from a structure to, per node, the share of the selected traces that are slow
 *   at its call path, beyond chance, 0 to 1; NaN where the reference is too small
 */
function slownessByPath(
  traces: TraceSet,
  selected: Uint32Array,
  reference: Uint32Array,
): (structure: number) => Float64Array {
  const paths = collectCallPaths(traces, selected);
  const pathsOf = createPathFinder(traces, paths);
  const usual = ownTimesByPath(traces, reference, pathsOf, paths.operation.length);
  const now = ownTimesByPath(traces, selected, pathsOf, paths.operation.length);
  const share = Float64Array.from(usual, (before, path) => {
    if (before.length < ENOUGH) return Number.NaN;
    const limit = percentileOfSorted(before, SLOW_PERCENTILE);
    const above = now[path]!.filter((ownUs) => ownUs > limit).length / now[path]!.length;
    return Math.max(0, (above - BY_CHANCE) / (1 - BY_CHANCE));
  });
  return (structure) => Float64Array.from(pathsOf(structure), (path) => share[path]!);
}

/** @returns [P] the own times of each path, ascending, microseconds */
export function ownTimesByPath(
  traces: TraceSet,
  selected: Uint32Array,
  pathsOf: (structure: number) => Int32Array,
  count: number,
): Float64Array[] {
  const size = new Uint32Array(count);
  let most = 0;
  for (const trace of selected) {
    most = Math.max(most, nodeCount(traces, trace));
    for (const path of pathsOf(traces.structureOf[trace]!)) {
      if (path !== UNKNOWN_PATH) size[path]!++;
    }
  }
  const values = Array.from(size, (length) => new Float64Array(length));
  const next = new Uint32Array(count);
  const writeOwn = createOwnTimes(traces);
  const ownUs = new Float64Array(most);
  for (const trace of selected) {
    writeOwn(trace, ownUs);
    const found = pathsOf(traces.structureOf[trace]!);
    for (let node = 0; node < found.length; node++) {
      const path = found[node]!;
      if (path !== UNKNOWN_PATH) values[path]![next[path]!++] = ownUs[node]!;
    }
  }
  return values.map((of) => of.sort());
}

function countStructures({ structureOf }: TraceSet, selected: Uint32Array): Map<number, number> {
  const count = new Map<number, number>();
  for (const trace of selected) {
    const structure = structureOf[trace]!;
    count.set(structure, (count.get(structure) ?? 0) + 1);
  }
  return count;
}
