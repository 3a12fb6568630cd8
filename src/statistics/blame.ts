/**
 * Which nodes of a trace are to blame: those that stand out, and what they call in another service.
 * Between a caller and a callee lies the network, and a delay there lengthens the caller's span
 * alone: so an odd call between two services counts for both.
 */
import type { TraceSet } from '../trace/trace-set.ts';

/** Of every 20 usual nodes one is this far out: less is no news. */
const LEAST_NATS = 3;

/**
 * @param tails [n] nats of each node of the trace
 * @returns     [n] nats, 0 of a node that does not stand out
 */
export function blameOf(
  { structures, structureOf, operations }: TraceSet,
  trace: number,
  tails: Float64Array,
): Float64Array {
  const first = structures.nodeOffset[structureOf[trace]!]!;
  const serviceOf = (node: number): number =>
    operations[structures.operation[first + node]!]!.service;
  const parentOf = (node: number): number => structures.parent[first + node]!;
  const nodes = Array.from(tails.keys());
  const isCalledFromOutside = (node: number): boolean =>
    node > 0 && serviceOf(node) !== serviceOf(parentOf(node));
  const callees = new Uint32Array(tails.length);
  for (const node of nodes) if (isCalledFromOutside(node)) callees[parentOf(node)]!++;

  const own = tails.map((nats) => (nats < LEAST_NATS ? 0 : nats));
  return own.map((nats, node) =>
    isCalledFromOutside(node) ? nats + own[parentOf(node)]! / callees[parentOf(node)]! : nats,
  );
}
