/**
 * How much a trace says that one of its services is slow, for each of them: of each part that the
 * service can slow, the tails of the nodes' own times together, T of the training traces. A usual
 * node's T has mean 1 and std 1, so the sum of n, less n, over the root of n, is in stds; a service
 * has the largest of its parts. Nodes on call paths that training did not have count for nothing: there
 * is nothing to compare them with.
 */
import type { TraceSet } from '../trace/trace-set.ts';
import { createOwnTimes } from './own-times.ts';
import { openPathTails } from './path-tails.ts';
import type { PathValues } from './path-values.ts';
import { SLOW_PARTS, serviceParts } from './service-parts.ts';

/** nats; one node that is far out says no more than this of its service. */
const MOST_NATS = 8;

/** What traces say of their services. */
export interface ServiceStds {
  /**
   * Writes the evidence of each service of a trace, stds, in the order of {@link services}.
   *
   * @param stds [services of the trace] at least
   */
  read(trace: number, stds: Float64Array): void;
  /** Indices of the services of a trace, but for those with nothing to compare. */
  services(trace: number): Uint32Array;
  /** Services of any one trace, at most. */
  readonly most: number;
}

export interface ServiceEvidence extends ServiceStds {
  /** The node of the service's part that is farthest out, of the trace read last. */
  worstNode(trace: number, service: number): number;
}

/** @returns the same, each trace read once: learning asks for it several times */
export function readOnce(evidence: ServiceStds, traceCount: number): ServiceStds {
  const start = new Int32Array(traceCount).fill(-1);
  let known = new Float64Array(1024);
  let end = 0;
  return {
    most: evidence.most,
    services: evidence.services,
    read(trace, stds) {
      const services = evidence.services(trace).length;
      const at = start[trace]!;
      if (at >= 0) {
        for (let s = 0; s < services; s++) stds[s] = known[at + s]!;
        return;
      }
      evidence.read(trace, stds);
      if (end + services > known.length) {
        const larger = new Float64Array(2 * (end + services));
        larger.set(known);
        known = larger;
      }
      start[trace] = end;
      for (let s = 0; s < services; s++) known[end++] = stds[s]!;
    },
  };
}

/** @param values own times by call path, see {@link createOwnTimes} */
export function openServiceEvidence(values: PathValues): (traces: TraceSet) => ServiceEvidence {
  const tails = openPathTails(values, 'self', createOwnTimes);
  return (traces) => {
    const reader = tails.reader(traces);
    const known = new Map<number, Plan>();
    const planOf = (trace: number): Plan => {
      const structure = traces.structureOf[trace]!;
      const plan =
        known.get(structure) ?? planned(traces, structure, (node) => reader.isKnown(trace, node));
      known.set(structure, plan);
      return plan;
    };
    return {
      most: traces.services.length,
      services: (trace) => planOf(trace).services,
      read(trace, stds) {
        const n = reader.read(trace);
        for (let i = 0; i < n; i++) reader.score[i] = Math.min(MOST_NATS, reader.score[i]!);
        const { parts } = planOf(trace);
        for (let s = 0; s < parts.length; s++) {
          let most = Number.NEGATIVE_INFINITY;
          for (const nodes of parts[s]!) {
            let sum = -nodes.length;
            for (let i = 0; i < nodes.length; i++) sum += reader.score[nodes[i]!]!;
            most = Math.max(most, sum / Math.sqrt(nodes.length));
          }
          stds[s] = most;
        }
      },
      worstNode(trace, service) {
        const { services, parts } = planOf(trace);
        const nodes = parts[services.indexOf(service)]!.flat();
        return nodes.reduce((worst, node) =>
          reader.score[node]! > reader.score[worst]! ? node : worst,
        );
      },
    };
  };
}

interface Plan {
  readonly services: Uint32Array;
  /** [services] the nodes of each part that has any */
  readonly parts: readonly (readonly (readonly number[])[])[];
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
  return {
    services: Uint32Array.from(all, ({ service }) => service),
    parts: all.map(({ parts }) => parts),
  };
}
