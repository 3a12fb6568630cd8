/**
 * How much a trace says that one of its services is slow, for each of them: of each part that the
 * service can slow, the tails of the nodes' own times together, T of the training traces. A usual
 * node's T has mean 1 and std 1, so the sum of n, less n, over the root of n, is in stds; a service
 * has the largest of its parts. Nodes on call paths that training did not have count for nothing: there
 * is nothing to compare them with.
 */
import { largestStructure, structureCount, type TraceSet } from '../trace/trace-set.ts';
import { byStructure, type Members } from './by-structure.ts';
import { createOwnTimes } from './own-times.ts';
import { type NodeReader, openPathTails } from './path-tails.ts';
import type { PathValues } from './path-values.ts';
import { SLOW_PARTS, serviceParts } from './service-parts.ts';

/** nats; one node that is far out says no more than this of its service. */
const MOST_NATS = 8;

/** Traces whose times are written down at once: the sums of a node's parts stay in the cache. */
const AT_ONCE = 2048;

/** What many traces say of their services. */
export interface GatheredStds {
  /** [all traces of the set] place of a trace's first service; of those that were gathered */
  readonly start: Uint32Array;
  /** The evidence of each service of a trace, stds, in the order of {@link ServiceStds.services}. */
  readonly stds: Float64Array;
}

export interface ServiceStds {
  /** Indices of the services of a trace, but for those with nothing to compare. */
  services(trace: number): Uint32Array;
  /** @param selected trace indices, each once */
  gather(selected: Uint32Array): GatheredStds;
}

export interface ServiceEvidence extends ServiceStds {
  /** The node of the service's part that is farthest out. */
  worstNode(trace: number, service: number): number;
}

/** @param values own times by call path, see {@link createOwnTimes} */
export function openServiceEvidence(values: PathValues): (traces: TraceSet) => ServiceEvidence {
  const tails = openPathTails(values, 'self', createOwnTimes);
  return (traces) => {
    const { structureOf, structures } = traces;
    const reader = tails.reader(traces);
    const plans: (Plan | undefined)[] = Array(structureCount(structures));
    const planOf = (trace: number): Plan => {
      const structure = structureOf[trace]!;
      const before = plans[structure];
      if (before !== undefined) return before;
      const plan = planned(traces, structure, (node) => reader.isKnown(trace, node));
      plans[structure] = plan;
      return plan;
    };
    return {
      services: (trace) => planOf(trace).services,
      gather(selected) {
        const start = new Uint32Array(structureOf.length);
        let end = 0;
        for (const trace of selected) {
          start[trace] = end;
          end += planOf(trace).services.length;
        }
        const stds = new Float64Array(end);
        const sumsIn = createPartSums(traces, reader);
        for (const { traces: members, from, to } of byStructure(traces, selected)) {
          const plan = planOf(members[from]!);
          for (let at = from; at < to; at += AT_ONCE) {
            const some = { traces: members, from: at, to: Math.min(to, at + AT_ONCE) };
            writeStds(plan, sumsIn(plan, some), some, start, stds);
          }
        }
        return { start, stds };
      },
      worstNode(trace, service) {
        const { services, parts } = planOf(trace);
        reader.read(trace);
        const score = (node: number): number => Math.min(MOST_NATS, reader.score[node]!);
        return parts
          .filter((part) => services[part.service] === service)
          .flatMap(({ nodes }) => nodes)
          .reduce((worst, node) => (score(node) > score(worst) ? node : worst));
      },
    };
  };
}

/** The nodes of one part of one service. */
interface Part {
  /** Place among the structure's services. */
  readonly service: number;
  readonly nodes: readonly number[];
}

interface Plan {
  readonly services: Uint32Array;
  readonly parts: readonly Part[];
  /** Ascending, with the parts that each is in. */
  readonly nodes: readonly { readonly node: number; readonly partsOf: readonly number[] }[];
}

function planned(traces: TraceSet, structure: number, isKnown: (node: number) => boolean): Plan {
  const all = [...serviceParts(traces, structure)]
    .map(([service, parts]) => ({
      service,
      parts: SLOW_PARTS.map((part) => parts[part].filter(isKnown)).filter(
        (nodes) => nodes.length > 0,
      ),
    }))
    .filter(({ parts }) => parts.length > 0);
  const parts = all.flatMap(({ parts }, service) => parts.map((nodes) => ({ service, nodes })));
  const partsOf: number[][] = [];
  parts.forEach(({ nodes }, part) => {
    for (const node of nodes) {
      partsOf[node] ??= [];
      partsOf[node].push(part);
    }
  });
  return {
    services: Uint32Array.from(all, ({ service }) => service),
    parts,
    nodes: Object.entries(partsOf).map(([node, of]) => ({ node: Number(node), partsOf: of })),
  };
}

/** @returns a function that sums the tails of each part, [parts][members], valid until the next call */
function createPartSums(
  traces: TraceSet,
  reader: NodeReader,
): (plan: Plan, members: Members) => readonly Float64Array[] {
  const writeOwn = createOwnTimes(traces);
  const own = new Float64Array(largestStructure(traces.structures));
  const columns: Float64Array[] = [];
  const sums: Float64Array[] = [];
  const tails = new Float64Array(AT_ONCE);
  return ({ parts, nodes }, members) => {
    const count = members.to - members.from;
    for (const { node } of nodes) columns[node] ??= new Float64Array(AT_ONCE);
    for (let t = 0; t < count; t++) {
      writeOwn(members.traces[members.from + t]!, own);
      for (const { node } of nodes) columns[node]![t] = own[node]!;
    }
    parts.forEach((part, p) => {
      sums[p] ??= new Float64Array(AT_ONCE);
      sums[p].fill(-part.nodes.length, 0, count);
    });
    for (const { node, partsOf } of nodes) {
      reader.readNode(node, members, columns[node]!, tails);
      for (let t = 0; t < count; t++) tails[t] = Math.min(MOST_NATS, tails[t]!);
      for (const p of partsOf) add(sums[p]!, tails, count);
    }
    return sums;
  };
}

function add(sum: Float64Array, values: Float64Array, count: number): void {
  for (let t = 0; t < count; t++) sum[t]! += values[t]!;
}

/** Of the parts of a service the one that says most. */
function writeStds(
  { services, parts }: Plan,
  sums: readonly Float64Array[],
  { traces, from, to }: Members,
  start: Uint32Array,
  stds: Float64Array,
): void {
  for (let t = from; t < to; t++) {
    const first = start[traces[t]!]!;
    stds.fill(Number.NEGATIVE_INFINITY, first, first + services.length);
  }
  parts.forEach(({ service, nodes }, p) => {
    const root = Math.sqrt(nodes.length);
    const sum = sums[p]!;
    for (let t = from; t < to; t++) {
      const at = start[traces[t]!]! + service;
      stds[at] = Math.max(stds[at]!, sum[t - from]! / root);
    }
  });
}
